"""Meta's Marketing API, v23.0: insights of an ad account by campaign, day and country.

Sources: developers.facebook.com/docs/marketing-api/insights, /docs/graph-api/results (paging), /docs/graph-api/overview/rate-limiting:
too many requests are status 400 with code 80000, and no Retry-After.

Belongs here: the path, its envelope, its errors. Does not belong here: what was spent.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sample_company.server.exports import Exports
from sample_company.server.wire import Answer, Asked, whole

ACCOUNT = "1234567890"
MOST, DEFAULT = 500, 25
_ALWAYS = ("date_start", "date_stop")


class MetaAds:
    """The rows of a time range, in the order of days."""

    variables: Mapping[str, str] = {"META_ADS_ACCESS_TOKEN": "EAAB-sample-company-double", "META_ADS_ACCOUNT_ID": ACCOUNT}

    def __init__(self, exports: Exports) -> None:
        rows = exports.rows("meta_ads", "insights", "date_start", "campaign_id", "country")
        self._rows = sorted(rows, key=lambda row: (row["date_start"], row["campaign_id"], row["country"]))

    def answer(self, asked: Asked) -> Answer:
        token = self.variables["META_ADS_ACCESS_TOKEN"]
        if token not in (asked.bearer, asked.params.get("access_token")):
            return _error(401, 190, "Invalid OAuth access token - Cannot parse access token")
        if asked.path != f"/v23.0/act_{ACCOUNT}/insights" or asked.method != "GET":
            return _error(400, 100, f"Unsupported get request. Object with ID '{asked.path.split('/')[-2]}' does not exist")
        limit = whole(asked.params.get("limit"), DEFAULT)
        if not 1 <= limit <= MOST:
            return _error(400, 100, f"(#100) param limit must be from 1 to {MOST}")
        if (asked.params.get("level"), asked.params.get("breakdowns"), asked.params.get("time_increment")) != ("campaign", "country", "1"):
            return _error(400, 100, "(#100) the double knows level=campaign, breakdowns=country, time_increment=1 only")
        try:
            span = json.loads(asked.params.get("time_range", ""))
            since, until = span["since"], span["until"]
            start = int(base64.urlsafe_b64decode(asked.params["after"])) if "after" in asked.params else 0
        except (ValueError, KeyError, TypeError):
            return _error(400, 100, "(#100) param time_range must be an object with since and until")
        rows = [row for row in self._rows if since <= row["date_start"] <= until]
        fields = (*asked.params.get("fields", "").split(","), "country", *_ALWAYS)
        page = [{name: row[name] for name in fields if row.get(name)} for row in rows[start : start + limit]]
        document: dict[str, Any] = {"data": page}
        if page:
            after = base64.urlsafe_b64encode(str(start + len(page)).encode()).decode()
            document["paging"] = {"cursors": {"before": base64.urlsafe_b64encode(str(start).encode()).decode(), "after": after}}
            if start + limit < len(rows):
                query = urlencode({**asked.params, "access_token": token, "after": after})
                document["paging"]["next"] = f"{asked.origin}{asked.path}?{query}"
        return Answer(document)

    def too_many(self, seconds: int) -> Answer:
        return _error(400, 80000, "(#80000) There have been too many calls to this ad-account. Wait a bit and try again.")

    def broken(self, status: int) -> Answer:
        return _error(status, 2, "Service temporarily unavailable")


def _error(status: int, code: int, message: str) -> Answer:
    return Answer({"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf"}}, status)
