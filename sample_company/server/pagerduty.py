"""PagerDuty's REST API, v2: incidents of up to six months, page by page.

Sources: developer.pagerduty.com/api-reference (list incidents), /docs/pagination, /docs/rest-api-rate-limits.

Belongs here: the path, its envelope, its errors. Does not belong here: what broke.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sample_company.server.exports import Exports, Row
from sample_company.server.wire import Answer, Asked, whole

MOST, DEFAULT, FURTHEST = 100, 25, 10_000
_LONGEST = timedelta(days=184)


class PagerDuty:
    """Incidents in the order in which they began."""

    variables: Mapping[str, str] = {"PAGERDUTY_API_KEY": "u+sampleCompanyDouble"}

    def __init__(self, exports: Exports) -> None:
        rows = sorted(exports.rows("pagerduty", "incidents", "id"), key=lambda row: (row["created_at"], row["id"]))
        self._incidents = [_incident(row) for row in rows]

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != f"Token token={self.variables['PAGERDUTY_API_KEY']}":
            return _error(401, 2006, "Access denied")
        if asked.path != "/incidents" or asked.method != "GET":
            return _error(404, 2100, "Not Found")
        limit, offset = whole(asked.params.get("limit"), DEFAULT), whole(asked.params.get("offset"), 0)
        if not 1 <= limit <= MOST or not 0 <= offset <= FURTHEST - limit:
            return _error(400, 2001, f"limit must be from 1 to {MOST}, offset and limit together at most {FURTHEST}")
        try:
            since, until = (datetime.fromisoformat(asked.params[name]) for name in ("since", "until"))
        except (KeyError, ValueError):
            return _error(400, 2001, "since and until must be times")
        if until - since > _LONGEST:
            return _error(400, 2001, "Maximum range is 6 months")
        rows = [each for each in self._incidents if since <= datetime.fromisoformat(each["created_at"]) < until]
        page = rows[offset : offset + limit]
        return Answer({"incidents": page, "limit": limit, "offset": offset, "more": offset + limit < len(rows), "total": None})

    def too_many(self, seconds: int) -> Answer:
        answer = _error(429, 2020, "Rate Limit Exceeded")
        return Answer(answer.document, 429, {"RateLimit-Reset": str(seconds)})

    def broken(self, status: int) -> Answer:
        return _error(status, 2000, "Internal Server Error")


def _incident(row: Row) -> dict[str, Any]:
    """Who took on a resolved incident is no longer said; custom fields keep what PagerDuty has no field for."""
    is_open = not row["resolved_at"]
    taken = [{"at": row["acknowledged_at"], "acknowledger": {"type": "user_reference"}}] if is_open and row["acknowledged_at"] else []
    kept = ("deployment_id", "release_tag", "runbook", "acknowledged_at")
    return {
        "id": row["id"], "type": "incident", "status": "triggered" if is_open else "resolved", "created_at": row["created_at"],
        "updated_at": row["updated_at"], "resolved_at": row["resolved_at"] or None, "acknowledgements": taken,
        "service": {"type": "service_reference", "summary": row["service"]},
        "priority": {"type": "priority_reference", "summary": row["severity"].upper()},
        "custom_fields": [{"name": name, "type": "field_value", "value": row[name] or None} for name in kept],
    }  # fmt: skip


def _error(status: int, code: int, message: str) -> Answer:
    return Answer({"error": {"message": message, "code": code}}, status)
