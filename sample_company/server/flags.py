"""LaunchDarkly's API, version 20240415: the flags of a project.

Source: launchdarkly.com/docs/api/feature-flags/get-feature-flags.

Belongs here: the path, its envelope, its errors. Does not belong here: who was shown what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sample_company.server.exports import Exports, Row, epoch
from sample_company.server.wire import Answer, Asked, whole

PROJECT = "product"
MOST, DEFAULT = 100, 20
#: Custom property -> column: what LaunchDarkly has no field for.
_PROPERTIES = {
    "purpose": "kind", "workflow": "workflow", "core": "core", "experiment": "experiment_id", "release": "release_tag", "owner": "owner",
    "rolled_out_at": "rolled_out_at", "last_evaluated_at": "last_evaluated_at",
}  # fmt: skip


class Flags:
    """Flags in the order of their keys."""

    variables: Mapping[str, str] = {"LAUNCHDARKLY_PROJECT": PROJECT, "LAUNCHDARKLY_ACCESS_TOKEN": "api-sample-company-double"}

    def __init__(self, exports: Exports) -> None:
        self._flags = [_flag(row) for row in sorted(exports.rows("flags", "flags", "key"), key=lambda row: row["key"])]

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != self.variables["LAUNCHDARKLY_ACCESS_TOKEN"]:
            return Answer({"code": "unauthorized", "message": "invalid access token"}, 401)
        if asked.path != f"/api/v2/flags/{PROJECT}" or asked.method != "GET":
            return Answer({"code": "not_found", "message": "unknown resource"}, 404)
        limit, offset = whole(asked.params.get("limit"), DEFAULT), whole(asked.params.get("offset"), 0)
        if not 1 <= limit <= MOST or offset < 0:
            return Answer({"code": "invalid_request", "message": f"limit must be from 1 to {MOST}"}, 400)
        links = {"self": {"href": asked.path}}
        if offset + limit < len(self._flags):
            # Without a host, as LaunchDarkly writes its links.
            links["next"] = {"href": f"{asked.path}?{urlencode({**asked.params, 'offset': offset + limit})}"}
        return Answer({"_links": links, "items": self._flags[offset : offset + limit], "totalCount": len(self._flags)})

    def too_many(self, seconds: int) -> Answer:
        return Answer({"code": "rate_limited", "message": "You've exceeded the API rate limit."}, 429, {"Retry-After": str(seconds)})

    def broken(self, status: int) -> Answer:
        return Answer({"code": "internal_service_error", "message": "Internal error"}, status)


def _flag(row: Row) -> dict[str, Any]:
    properties = {name: {"name": name, "value": [row[column]]} for name, column in _PROPERTIES.items() if row[column]}
    built = {
        "key": row["key"], "name": row["key"], "kind": "boolean", "creationDate": _milliseconds(row["created_at"]),
        "archived": bool(row["archived_at"]), "customProperties": properties,
        "environments": {"production": {"on": bool(row["rolled_out_at"]), "lastModified": _milliseconds(row["updated_at"])}},
    }  # fmt: skip
    return {**built, "archivedDate": _milliseconds(row["archived_at"])} if row["archived_at"] else built


def _milliseconds(text: str) -> int | None:
    seconds = epoch(text)
    return None if seconds is None else seconds * 1000
