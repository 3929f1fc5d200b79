"""Google Ads' API, v21: googleAds:search over the campaigns' days and countries, and the token endpoint of Google's OAuth 2.

Sources: developers.google.com/google-ads/api/rest/common/search, /rest/auth; developers.google.com/identity/protocols/oauth2/web-server.
Whole numbers are texts, a list without elements is left out, the size of a page is the server's own.

Belongs here: as much of GAQL as a report by day needs, envelopes, errors. Does not belong here: what was spent.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sample_company.server.exports import Exports, Row
from sample_company.server.wire import Answer, Asked

CUSTOMER = "9876543210"
PAGE = 10_000
_QUERY = re.compile(
    r"\s*SELECT\s+([\w.,\s]+?)\s+FROM\s+user_location_view\s+WHERE\s+segments\.date\s+BETWEEN\s+'([\d-]{10})'\s+AND\s+'([\d-]{10})'\s*"
)
#: Google's number of a country: 2000 and the number of ISO 3166-1 (developers.google.com/google-ads/api/data/geotargets).
_CRITERIA = {"US": 2840, "CA": 2124, "DE": 2276, "FR": 2250, "GB": 2826, "IE": 2372, "NL": 2528, "JP": 2392, "AU": 2036}
_ACCESS_TOKEN = "ya29.sample-company-double"


class GoogleAds:
    """Reports of one account, and tokens for whoever has the refresh token."""

    variables: Mapping[str, str] = {
        "GOOGLE_ADS_CUSTOMER_ID": CUSTOMER,
        "GOOGLE_ADS_LOGIN_CUSTOMER_ID": CUSTOMER,
        "GOOGLE_ADS_DEVELOPER_TOKEN": "sample-developer-token",
        "GOOGLE_ADS_CLIENT_ID": "sample.apps.googleusercontent.example",
        "GOOGLE_ADS_CLIENT_SECRET": "GOCSPX-sample-company",
        "GOOGLE_ADS_REFRESH_TOKEN": "1//sample-company-double",
    }

    def __init__(self, exports: Exports, page: int = PAGE) -> None:
        rows = exports.rows("google_ads", "campaign_stats", "Day", "Campaign ID", "Country/Territory")
        self._rows = sorted(rows, key=lambda row: (row["Day"], row["Campaign ID"], row["Country/Territory"]))
        self._page = min(page, PAGE)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            return self._token(asked)
        if asked.bearer != _ACCESS_TOKEN:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        for header, variable in (("developer-token", "GOOGLE_ADS_DEVELOPER_TOKEN"), ("login-customer-id", "GOOGLE_ADS_LOGIN_CUSTOMER_ID")):
            if asked.headers.get(header) != self.variables[variable]:
                return _error(403, "PERMISSION_DENIED", f"The caller does not have permission ({header}).")
        if asked.path != f"/v21/customers/{CUSTOMER}/googleAds:search" or asked.method != "POST":
            return _error(404, "NOT_FOUND", f"Requested entity was not found: {asked.path}")
        try:
            body = asked.json
            found = _QUERY.fullmatch(body["query"])
            start = int(base64.urlsafe_b64decode(body["pageToken"])) if "pageToken" in body else 0
        except (ValueError, KeyError, TypeError):
            return _error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        if "pageSize" in body:
            return _error(400, "INVALID_ARGUMENT", "PAGE_SIZE_NOT_SUPPORTED: Setting the page size is not supported.")
        if not found:
            return _error(400, "INVALID_ARGUMENT", "Error in query: the double knows user_location_view by segments.date BETWEEN only.")
        fields = [name.strip() for name in found[1].split(",")]
        rows = [row for row in self._rows if found[2] <= row["Day"] <= found[3]]
        page = [_result(row, fields) for row in rows[start : start + self._page]]
        document: dict[str, Any] = {"results": page} if page else {}
        if start + self._page < len(rows):
            document["nextPageToken"] = base64.urlsafe_b64encode(str(start + self._page).encode()).decode()
        document["fieldMask"] = ",".join(_camel(name) for name in fields)
        return Answer(document)

    def too_many(self, seconds: int) -> Answer:
        answer = _error(429, "RESOURCE_EXHAUSTED", f"Too many requests. Retry in {seconds} seconds.")
        return Answer(answer.document, 429, {"Retry-After": str(seconds)})

    def broken(self, status: int) -> Answer:
        return _error(status, "INTERNAL", "Internal error encountered.")

    def _token(self, asked: Asked) -> Answer:
        form, known = asked.form, self.variables
        wanted = {
            "grant_type": "refresh_token",
            "client_id": known["GOOGLE_ADS_CLIENT_ID"],
            "client_secret": known["GOOGLE_ADS_CLIENT_SECRET"],
            "refresh_token": known["GOOGLE_ADS_REFRESH_TOKEN"],
        }
        if any(form.get(name) != value for name, value in wanted.items()):
            return Answer({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
        return Answer({"access_token": _ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer"})


def _result(row: Row, fields: list[str]) -> dict[str, Any]:
    cost, conversions = (Decimal(row[name].replace(",", "")) for name in ("Cost", "Conversions"))
    known: dict[str, Any] = {
        "segments.date": row["Day"],
        "campaign.id": row["Campaign ID"],
        "campaign.name": row["Campaign"],
        "campaign.advertising_channel_type": row["Campaign type"].upper(),
        "user_location_view.country_criterion_id": str(_CRITERIA[row["Country/Territory"]]),
        "customer.currency_code": row["Currency code"],
        "metrics.impressions": row["Impr."].replace(",", ""),
        "metrics.clicks": row["Clicks"].replace(",", ""),
        "metrics.cost_micros": str(int(cost * 1_000_000)),
        "metrics.conversions": float(conversions),
    }
    built: dict[str, Any] = {}
    for name in fields:
        part, _, inner = _camel(name).partition(".")
        built.setdefault(part, {})[inner] = known[name]
    return built


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _error(status: int, kind: str, message: str) -> Answer:
    return Answer({"error": {"code": status, "message": message, "status": kind}}, status)
