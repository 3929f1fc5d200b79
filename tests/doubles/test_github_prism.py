"""GitHub's contracts, as they stand, against a server made of GitHub's own description of its REST API: Prism over @octokit/openapi.

Prism refuses a request that the description does not allow and answers any other with the description's example. The description is cut to
the paths that the contracts ask for, without the Link headers: their examples lead to another host. Tables over GraphQL are not in it.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import TableContract, load_contracts
from tests.extract.house import Fetcher

MODULES = Path(__file__).parent / "node_modules"
DESCRIPTION = MODULES / "@octokit" / "openapi" / "generated" / "api.github.com.deref.json"
NODE = shutil.which("node")
pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(
        not (NODE and DESCRIPTION.is_file()),
        reason="Prism is not here: `make test` installs it where there are npm and a registry of packages",
    ),
]

TABLES = ("releases", "deployments", "deployment_statuses", "issues")
MADE = dt.datetime.fromisoformat("2012-07-20T01:19:13")
#: The rows of the description's examples, read there by hand.
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "releases": [("1", "v1.0.0", False, dt.datetime.fromisoformat("2013-02-27T19:35:32"))],
    "deployments": [("1", "topic-branch", "production", "User", MADE)],
    "deployment_statuses": [("1", "1", "success", MADE)],
    # The one example is a pull request.
    "issues": [],
}
#: What the description calls nullable though every row has it, and why.
NEVER_NULL = {("releases", "published_at"): "only a draft has none, and drafts are no rows"}


def without_names(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", "/" + path.lstrip("/"))


def over_rest(contracts: Mapping[tuple[str, str], TableContract]) -> dict[str, TableContract]:
    """The tables of GitHub that its REST API has."""
    return {
        table: each
        for (source, table), each in contracts.items()
        if source == "github" and each.rest and each.rest.endpoint.method == "GET"
    }


@pytest.fixture(scope="module")
def contracts(manifest_path: Path) -> dict[str, TableContract]:
    return over_rest(load_contracts(manifest_path))


@pytest.fixture(scope="module")
def described(contracts: dict[str, TableContract]) -> dict[str, Any]:
    """The description, cut down. Beside the example of an issue that is a pull request stands one that is not."""
    whole = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    asked = {without_names(each.rest.endpoint.path) for each in contracts.values()}
    paths = {path: {"get": methods["get"]} for path, methods in whole["paths"].items() if without_names(path) in asked}
    for methods in paths.values():
        for response in methods["get"]["responses"].values():
            response.get("headers", {}).pop("Link", None)
    examples = answer(paths, contracts["issues"])["examples"]
    examples["issue"] = copy.deepcopy(examples["default"])
    for issue in examples["issue"]["value"]:
        del issue["pull_request"]
    return {**{name: whole[name] for name in ("openapi", "info", "servers")}, "paths": paths}


def operation(paths: dict[str, Any], contract: TableContract) -> dict[str, Any]:
    (found,) = (each["get"] for path, each in paths.items() if without_names(path) == without_names(contract.rest.endpoint.path))
    return found


def answer(paths: dict[str, Any], contract: TableContract) -> dict[str, Any]:
    return operation(paths, contract)["responses"]["200"]["content"]["application/json"]


class Prism:
    """A Prism that runs: `url` is its origin."""

    def __init__(self, url: str, log: Path) -> None:
        self.url, self._log, self._told = url, log, 0

    def judged(self) -> tuple[int, int]:
        """How many requests it found (right, wrong) since it was last asked."""
        text = self._log.read_text(encoding="utf-8")
        told, self._told = text[self._told :], len(text)
        return told.count("The request passed the validation rules"), told.count("Request did not pass the validation rules")


@pytest.fixture(scope="module")
def running(described: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    folder = tmp_path_factory.mktemp("prism")
    file, log = folder / "github.json", folder / "log"
    file.write_text(json.dumps(described), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [NODE, MODULES / ".bin" / "prism", "mock", "--errors", "--multiprocess=false", "-h", "127.0.0.1", "-p", str(port), file]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"], "NO_COLOR": "1"})
    try:
        deadline = time.monotonic() + 90
        while "Prism is listening" not in log.read_text(encoding="utf-8"):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield Prism(f"http://127.0.0.1:{port}", log)
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def prism(running: Prism) -> Prism:
    running.judged()
    return running


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    house = Fetcher(tmp_path)
    house.secrets = {"GITHUB_OWNER": "octocat", "GITHUB_REPOSITORY": "Hello-World", "GITHUB_TOKEN": "github_pat_of_no_one"}
    return house


def preferring(contract: TableContract, what: str) -> TableContract:
    """The contract with a wish to Prism: which example, which status."""
    client = replace(contract.rest.client, headers={**contract.rest.client.headers, "Prefer": what})
    return replace(contract, rest=replace(contract.rest, client=client))


def test_the_tables_over_rest_are_these(contracts: dict[str, TableContract]) -> None:
    assert set(contracts) == set(TABLES) == set(ROWS)


@pytest.mark.parametrize("table", TABLES)
def test_prism_takes_each_request_and_its_example_lands(
    table: str, contracts: dict[str, TableContract], prism: Prism, fetcher: Fetcher
) -> None:
    contract, parents = contracts[table].asking(prism.url), None
    if contract.rest.parent:
        parents = contracts[contract.rest.parent.table]
        fetcher.land(parents.asking(prism.url))
    result = fetcher.land(contract, parents=parents)
    assert (result.status, result.accepted, result.quarantined, result.error) == ("committed", len(ROWS[table]), 0, ""), result
    assert fetcher.rows(contract) == ROWS[table]
    assert prism.judged() == (2 if parents else 1, 0)


def test_an_issue_lands_and_the_next_night_asks_since_then(contracts: dict[str, TableContract], prism: Prism, fetcher: Fetcher) -> None:
    contract = preferring(contracts["issues"], "example=issue").asking(prism.url)
    for _ in range(2):
        result = fetcher.land(contract)
        assert (result.quarantined, result.error) == (0, "")
    opened = dt.datetime.fromisoformat("2011-04-22T13:33:48")
    assert fetcher.rows(contract) == [("1347", opened, opened, None, "bug")]
    # `since` of the second night is a date-time to Prism too.
    assert prism.judged() == (2, 0)


def test_a_request_that_the_description_does_not_allow_is_refused(
    contracts: dict[str, TableContract], prism: Prism, fetcher: Fetcher
) -> None:
    contract = contracts["issues"].asking(prism.url)
    endpoint = replace(contract.rest.endpoint, params={**contract.rest.endpoint.params, "state": "ajar"})
    result = fetcher.land(replace(contract, rest=replace(contract.rest, endpoint=endpoint)))
    assert result.status == "failed" and "HTTP 422" in result.error
    assert prism.judged() == (0, 1)


def test_a_repository_that_is_not_there_fails(contracts: dict[str, TableContract], prism: Prism, fetcher: Fetcher) -> None:
    result = fetcher.land(preferring(contracts["releases"], "code=404").asking(prism.url))
    assert result.status == "failed" and "HTTP 404" in result.error


@pytest.mark.parametrize("table", TABLES)
def test_what_is_asked_for_is_described(table: str, contracts: dict[str, TableContract], described: dict[str, Any]) -> None:
    """Prism lets a parameter pass that it does not know."""
    rest = contracts[table].rest
    known = {each["name"] for each in operation(described["paths"], contracts[table])["parameters"] if each["in"] == "query"}
    assert {*rest.endpoint.params, *([rest.incremental.param] if rest.incremental else [])} <= known


@pytest.mark.parametrize("table", TABLES)
def test_what_the_contract_needs_is_what_the_description_promises(
    table: str, contracts: dict[str, TableContract], described: dict[str, Any]
) -> None:
    """A field that may be left out is named in may_be_absent; one that may be null is not required."""
    contract = contracts[table]
    record = answer(described["paths"], contract)["schema"]["items"]
    for column in contract.rest.columns:
        path = column.source_name
        if path.startswith("_parent."):
            continue
        schema, may_be_absent, may_be_null = record, False, False
        for step in path.split("."):
            may_be_absent |= step not in schema.get("required", ())
            schema = schema["properties"][step]
            may_be_null |= schema.get("nullable", False)
        assert not may_be_absent or path in contract.rest.may_be_absent, path
        assert not (may_be_null and column.required) or (table, column.name) in NEVER_NULL, path
