"""HubSpot's CRM API, version 3: companies, contacts and deals, with the properties that are asked for and their history.

Sources: developers.hubspot.com/docs/api-reference (CRM objects v3; error handling; usage guidelines).

Belongs here: paths, envelopes, errors. Does not belong here: what sales wrote down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sample_company.server.exports import Exports, Row, group
from sample_company.server.wire import Answer, Asked, whole

MOST, MOST_WITH_HISTORY, DEFAULT = 100, 50, 10
_PATH = "/crm/v3/objects/"
#: The column of an export that a property of the API stands for under another name.
_RENAMED = {"deals": {"hs_primary_associated_company": "associatedcompanyid"}}
_CHANGED = {"companies": "hs_lastmodifieddate", "contacts": "lastmodifieddate", "deals": "hs_lastmodifieddate"}


class HubSpot:
    """Objects by type, in the order of their numbers; `after` is the number to begin behind."""

    variables: Mapping[str, str] = {"HUBSPOT_ACCESS_TOKEN": "pat-na1-sample-company-double"}

    def __init__(self, exports: Exports) -> None:
        self._objects = {kind: sorted(exports.rows("hubspot", kind, "id"), key=lambda row: int(row["id"])) for kind in _CHANGED}
        history = exports.rows("hubspot", "deal_stage_history", "deal_id", "entered_at")
        self._stages = group(sorted(history, key=lambda row: row["entered_at"], reverse=True), "deal_id")

    def answer(self, asked: Asked) -> Answer:
        if asked.bearer != self.variables["HUBSPOT_ACCESS_TOKEN"]:
            return _error(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION")
        kind = asked.path.removeprefix(_PATH)
        if not asked.path.startswith(_PATH) or kind not in self._objects or asked.method != "GET":
            return _error(404, f"Unable to find {asked.path}", "OBJECT_NOT_FOUND")
        histories = [name for name in asked.params.get("propertiesWithHistory", "").split(",") if name]
        most = MOST_WITH_HISTORY if histories else MOST
        limit = whole(asked.params.get("limit"), DEFAULT)
        if not 1 <= limit <= most:
            return _error(400, f"Invalid input: limit must be from 1 to {most}", "VALIDATION_ERROR")
        after = int(asked.params.get("after", 0))
        rows = [row for row in self._objects[kind] if int(row["id"]) > after]
        page = rows[:limit]
        document: dict[str, Any] = {"results": [self._object(kind, row, asked, histories) for row in page]}
        if len(rows) > limit:
            following = page[-1]["id"]
            document["paging"] = {"next": {"after": following, "link": f"{asked.origin}{asked.path}?after={following}"}}
        return Answer(document, headers={"X-HubSpot-RateLimit-Max": "100", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"})

    def too_many(self, seconds: int) -> Answer:
        document = {
            "status": "error",
            "message": "You have reached your secondly limit.",
            "errorType": "RATE_LIMIT",
            "policyName": "SECONDLY",
        }
        return Answer(document, 429, {"Retry-After": str(seconds)})

    def broken(self, status: int) -> Answer:
        return _error(status, "internal error", "INTERNAL_ERROR")

    def _object(self, kind: str, row: Row, asked: Asked, histories: list[str]) -> dict[str, Any]:
        renamed = _RENAMED.get(kind, {})
        wanted = [name for name in asked.params.get("properties", "").split(",") if name]
        properties = {name: row.get(renamed.get(name, name)) or None for name in ("createdate", _CHANGED[kind], *wanted)}
        built: dict[str, Any] = {
            "id": row["id"], "properties": {**properties, "hs_object_id": row["id"]}, "createdAt": row["createdate"],
            "updatedAt": row[_CHANGED[kind]], "archived": False,
        }  # fmt: skip
        if histories:
            built["propertiesWithHistory"] = {name: self._history(row, name) for name in histories}
        if asked.params.get("associations") == "companies" and row.get("associatedcompanyid"):
            company = row["associatedcompanyid"]
            built["associations"] = {"companies": {"results": [{"id": company, "type": f"{kind.removesuffix('s')}_to_company"}]}}
        return built

    def _history(self, row: Row, name: str) -> list[dict[str, Any]]:
        """Newest first, as HubSpot lists versions; the exports know those of the stage."""
        stages = self._stages.get(row["id"], []) if name == "dealstage" else []
        return [{"value": each["dealstage"], "timestamp": each["entered_at"], "sourceType": "CRM_UI"} for each in stages]


def _error(status: int, message: str, category: str) -> Answer:
    return Answer({"status": "error", "message": message, "category": category, "correlationId": "0" * 8}, status)
