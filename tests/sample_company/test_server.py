"""The double's own manners: credentials, sizes of pages, refusals in each vendor's words, failures by plan."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sample_company.server.faults import STATUSES, Faults, Rate
from sample_company.server.serve import Double, Plan
from sample_company.write import write
from tests.extract.by_hand import write_by_hand

REPORT = "SELECT segments.date, metrics.cost_micros FROM user_location_view WHERE segments.date BETWEEN '2023-08-01' AND '2023-08-02'"


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    write(folder, scale=0.05, until=date(2024, 6, 30))
    write_by_hand(folder)
    return folder


@pytest.fixture(scope="module")
def double(inbox: Path) -> Iterator[Double]:
    running = Double(inbox)
    yield running
    running.close()


def ask(url: str, token: str = "", body: bytes | None = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """(status, JSON, headers) of one request."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, {**({"Authorization": f"Bearer {token}"} if token else {}), **given})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), dict(error.headers)


@pytest.mark.parametrize(
    ("source", "path", "message"),
    [
        ("stripe", "/v1/charges", "Invalid API Key"),
        ("hubspot", "/crm/v3/objects/deals", "Authentication credentials not found"),
        ("meta_ads", "/v23.0/act_1234567890/insights", "Invalid OAuth access token"),
        ("google_ads", "/v21/customers/9876543210/googleAds:search", "invalid authentication credentials"),
        ("zendesk", "/api/v2/groups.json", "Couldn't authenticate you"),
        ("intercom", "/contacts", "Access Token Invalid"),
        ("github", "/repos/sample-company/product/releases", "Bad credentials"),
        ("flags", "/api/v2/flags/product", "invalid access token"),
        ("pagerduty", "/incidents", "Access denied"),
    ],
)
def test_nobody_is_served_without_credentials(double: Double, source: str, path: str, message: str) -> None:
    for token in ("", "guess"):
        status, said, _ = ask(double.hosts[source] + path, token)
        assert status == 401 and message in json.dumps(said)


@pytest.mark.parametrize(
    ("source", "variable", "path"),
    [
        ("stripe", "STRIPE_API_KEY", "/v1/charges?limit=101"),
        ("hubspot", "HUBSPOT_ACCESS_TOKEN", "/crm/v3/objects/deals?limit=101"),
        ("hubspot", "HUBSPOT_ACCESS_TOKEN", "/crm/v3/objects/deals?limit=51&propertiesWithHistory=dealstage"),
        ("meta_ads", "META_ADS_ACCESS_TOKEN", "/v23.0/act_1234567890/insights?limit=501"),
        ("intercom", "INTERCOM_ACCESS_TOKEN", "/contacts?per_page=151"),
    ],
)
def test_no_page_is_larger_than_the_vendor_gives(double: Double, source: str, variable: str, path: str) -> None:
    status, said, _ = ask(double.hosts[source] + path, double.variables[variable])
    assert status == 400 and ("limit" in json.dumps(said) or "per_page" in json.dumps(said))


def test_stripe_pages_from_the_newest_to_the_oldest_without_gap_or_double(double: Double, inbox: Path) -> None:
    url, seen, after = double.hosts["stripe"] + "/v1/prices", [], {}
    while True:
        status, page, _ = ask(f"{url}?{urlencode({'limit': 7, **after})}", double.variables["STRIPE_API_KEY"])
        assert status == 200 and len(page["data"]) <= 7
        seen += [(each["id"], each["created"]) for each in page["data"]]
        if not page["has_more"]:
            break
        after = {"starting_after": page["data"][-1]["id"]}
    lines = (inbox / "stripe" / "prices" / "prices.csv").read_text().splitlines()[1:]
    assert sorted(name for name, _ in seen) == sorted(line.split(",")[0] for line in lines) and len(seen) > 100
    assert [at for _, at in seen] == sorted((at for _, at in seen), reverse=True)
    assert ask(f"{url}?starting_after=ch_none", double.variables["STRIPE_API_KEY"])[1]["error"]["code"] == "resource_missing"


def test_google_gives_a_token_for_the_right_secrets_only_and_leaves_empty_lists_out(double: Double) -> None:
    host, known = double.hosts["google_ads"], double.variables
    form = {
        "grant_type": "refresh_token", "client_id": known["GOOGLE_ADS_CLIENT_ID"], "client_secret": known["GOOGLE_ADS_CLIENT_SECRET"],
        "refresh_token": known["GOOGLE_ADS_REFRESH_TOKEN"],
    }  # fmt: skip
    assert ask(host + "/token", body=urlencode({**form, "refresh_token": "old"}).encode())[:2][1]["error"] == "invalid_grant"
    token = ask(host + "/token", body=urlencode(form).encode())[1]["access_token"]
    headers = {"developer_token": known["GOOGLE_ADS_DEVELOPER_TOKEN"], "login_customer_id": known["GOOGLE_ADS_LOGIN_CUSTOMER_ID"]}
    url = f"{host}/v21/customers/{known['GOOGLE_ADS_CUSTOMER_ID']}/googleAds:search"
    status, said, _ = ask(url, token, json.dumps({"query": REPORT}).encode(), **headers)
    assert status == 200 and {row["segments"]["date"] for row in said["results"]} == {"2023-08-01", "2023-08-02"}
    assert all(isinstance(row["metrics"]["costMicros"], str) for row in said["results"])
    nothing = json.dumps({"query": REPORT.replace("2023-08-0", "1999-08-0")}).encode()
    assert ask(url, token, nothing, **headers)[1] == {"fieldMask": "segments.date,metrics.costMicros"}
    assert ask(url, token, json.dumps({"query": REPORT, "pageSize": 5}).encode(), **headers)[0] == 400
    assert ask(url, token, json.dumps({"query": REPORT}).encode(), developer_token="x")[0] == 403


def test_too_many_requests_are_refused_in_each_vendor_s_words(inbox: Path) -> None:
    running = Double(inbox, Plan(rate=1))
    try:
        said = {source: [ask(f"{host}/none", "guess") for _ in range(2)][1] for source, host in running.hosts.items()}
    finally:
        running.close()
    refused = {source: status for source, (status, _, _) in said.items()}
    # Meta says it with 400 and a code, GitHub with 403, everyone else with 429.
    assert (refused.pop("meta_ads"), refused.pop("github")) == (400, 403) and set(refused.values()) == {429}
    assert said["meta_ads"][1]["error"]["code"] == 80000
    assert int(said["stripe"][2]["Retry-After"]) >= 1 and int(said["pagerduty"][2]["RateLimit-Reset"]) >= 1
    # Intercom names the moment, by the clock of its own Date.
    reset = int(said["intercom"][2]["X-RateLimit-Reset"]) - int(parsedate_to_datetime(said["intercom"][2]["Date"]).timestamp())
    assert reset >= 1


def test_of_each_block_of_requests_one_fails_and_the_seed_says_which() -> None:
    one, same, other = (Faults(seed, 10) for seed in ("a", "a", "b"))
    drawn = [one.next_status() for _ in range(200)]
    assert drawn == [same.next_status() for _ in range(200)] != [other.next_status() for _ in range(200)]
    assert all(Counter(map(bool, drawn[start : start + 10]))[True] == 1 for start in range(0, 200, 10))
    assert set(drawn) <= {0, *STATUSES}
    assert not any(Faults("a", 0).next_status() for _ in range(100))


def test_a_rate_counts_the_requests_of_the_last_second() -> None:
    now = [0.0]
    rate = Rate(2, 1.0, lambda: now[0])
    assert [rate.seconds_to_wait() for _ in range(3)] == [0, 0, 1]
    now[0] = 0.99
    assert rate.seconds_to_wait() == 1
    now[0] = 1.0
    # The refused ones did not count.
    assert [rate.seconds_to_wait() for _ in range(3)] == [0, 0, 1]
