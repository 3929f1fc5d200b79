"""Zendesk's Support API, v2: incremental exports, lists by cursor, the audits of a ticket.

Sources: developer.zendesk.com/api-reference, ticketing: incremental exports, ticket audits; introduction: pagination, rate limits.

Belongs here: paths, envelopes, errors, the shape of an audit. Does not belong here: what happened to a ticket.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from sample_company.server.exports import Exports, Row, epoch, group
from sample_company.server.wire import Answer, Asked, whole

MOST_INCREMENTAL, MOST = 1000, 100
#: Numbers of the account's custom ticket fields.
FIELDS = {"auto_category": 360000000101, "category": 360000000102, "schedule_id": 360000000103, "time_spent": 360000000104}
_AUDITS = re.compile(r"/api/v2/tickets/(\d+)/audits\.json")
_INCREMENTAL = re.compile(r"/api/v2/incremental/(organizations|users|tickets)(/cursor)?\.json")
_CHANNELS = {"phone": "voice"}
_VIA = {"user": "web", "bot": "answer_bot_for_agents"}


class Zendesk:
    """Exports in the order of changes; audits of each ticket in the order of time."""

    variables: Mapping[str, str] = {
        "ZENDESK_SUBDOMAIN": "sample-company",
        "ZENDESK_USER": "reader@sample-company.example/token",
        "ZENDESK_API_TOKEN": "zd-sample-company-double",
    }

    def __init__(self, exports: Exports) -> None:
        built: Mapping[str, Callable[[Row], dict[str, Any]]] = {"organizations": _organization, "users": _user, "tickets": _ticket}
        self._changed = {
            name: [build(row) for row in sorted(exports.rows("zendesk", name, "id"), key=lambda row: (row["updated_at"], row["id"]))]
            for name, build in built.items()
        }
        ratings = exports.rows("zendesk", "satisfaction_ratings", "id")
        self._lists = {
            "/api/v2/groups.json": ("groups", [{**row, "id": _number(row["id"])} for row in exports.rows("zendesk", "groups", "id")]),
            "/api/v2/satisfaction_ratings.json": ("satisfaction_ratings", [{**row, "id": _number(row["id"])} for row in ratings]),
        }
        events = group(exports.rows("zendesk", "ticket_events", "id"), "ticket_id")
        self._audits = {str(each["id"]): _audits(events.get(str(each["id"]), [])) for each in self._changed["tickets"]}

    def answer(self, asked: Asked) -> Answer:
        known = f"{self.variables['ZENDESK_USER']}:{self.variables['ZENDESK_API_TOKEN']}"
        if asked.headers.get("Authorization") != "Basic " + base64.b64encode(known.encode()).decode():
            return Answer({"error": "Couldn't authenticate you"}, 401)
        if found := _INCREMENTAL.fullmatch(asked.path):
            return self._export(asked, found[1], by_cursor=bool(found[2]))
        if found := _AUDITS.fullmatch(asked.path):
            audits = self._audits.get(found[1])
            return _missing() if audits is None else _page(asked, "audits", audits)
        if asked.path in self._lists:
            return _page(asked, *self._lists[asked.path])
        return _missing()

    def too_many(self, seconds: int) -> Answer:
        document = {"error": "APIRateLimitExceeded", "description": "Number of allowed API requests per minute exceeded"}
        return Answer(document, 429, {"Retry-After": str(seconds)})

    def broken(self, status: int) -> Answer:
        return Answer({"error": "InternalError"}, status)

    def _export(self, asked: Asked, name: str, *, by_cursor: bool) -> Answer:
        limit = whole(asked.params.get("per_page"), MOST_INCREMENTAL)
        if not 1 <= limit <= MOST_INCREMENTAL:
            return _invalid(f"per_page must be from 1 to {MOST_INCREMENTAL}")
        position = asked.params.get("cursor") or asked.params.get("after")
        if position is None and not asked.params.get("start_time", "").isdigit():
            return _invalid("start_time or cursor is required")
        since = int(asked.params.get("start_time", 0))
        rows = self._changed[name]
        start = int(base64.urlsafe_b64decode(position)) if position else next(
            (place for place, each in enumerate(rows) if (epoch(each["updated_at"]) or 0) >= since), len(rows)
        )  # fmt: skip
        page, following = rows[start : start + limit], min(start + limit, len(rows))
        cursor = base64.urlsafe_b64encode(str(following).encode()).decode()
        url = f"{asked.origin}{asked.path}?" + urlencode({"cursor" if by_cursor else "after": cursor, "per_page": limit})
        document = {name: page, "end_of_stream": following >= len(rows)}
        document |= {"after_url": url, "after_cursor": cursor} if by_cursor else {"next_page": url, "count": len(page)}
        return Answer(document)


def _page(asked: Asked, name: str, rows: list[dict[str, Any]]) -> Answer:
    size = whole(asked.params.get("page[size]"), MOST)
    if not 1 <= size <= MOST:
        return _invalid(f"page[size] must be from 1 to {MOST}")
    after = asked.params.get("page[after]")
    start = int(base64.urlsafe_b64decode(after)) if after else 0
    cursor = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    return Answer({name: rows[start : start + size], "meta": {"has_more": start + size < len(rows), "after_cursor": cursor}})


def _organization(row: Row) -> dict[str, Any]:
    domains = [name for name in row["domain_names"].split(",") if name]
    return {**row, "id": _number(row["id"]), "external_id": row["external_id"] or None, "domain_names": domains}


def _user(row: Row) -> dict[str, Any]:
    return {**row, "id": _number(row["id"]), "organization_id": _number(row["organization_id"]), "email": row["email"] or None}


def _ticket(row: Row) -> dict[str, Any]:
    fields = [{"id": FIELDS[name], "value": row[name] or None} for name in ("auto_category", "category", "schedule_id")]
    return {
        "id": _number(row["id"]), "created_at": row["created_at"], "updated_at": row["updated_at"],
        "generated_timestamp": epoch(row["updated_at"]), "status": row["status"], "subject": row["subject"] or None,
        "via": {"channel": _CHANNELS.get(row["via_channel"], row["via_channel"]), "source": {}},
        "organization_id": _number(row["organization_id"]), "requester_id": _number(row["requester_id"]),
        "submitter_id": _number(row["submitter_id"]), "tags": [tag for tag in row["tags"].split(",") if tag], "custom_fields": fields,
    }  # fmt: skip


def _audits(events: list[Row]) -> list[dict[str, Any]]:
    """One audit for what one person did at one moment; a field set as the ticket was made is created, not changed."""
    first = min((row["created_at"] for row in events), default="")
    audits: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in sorted(events, key=lambda row: (row["created_at"], _number(row["id"]) or 0, row["id"])):
        key = (row["created_at"], row["author_id"], row["via"])
        via = {"channel": _VIA.get(row["via"], row["via"]), "source": {}}
        audit = audits.setdefault(
            key,
            {
                "id": row["id"] + "0", "ticket_id": _number(row["ticket_id"]), "created_at": row["created_at"],
                "author_id": _number(row["author_id"]), "via": via, "events": [],
            },
        )  # fmt: skip
        audit["events"].append(_event(row, is_first=row["created_at"] == first))
    return list(audits.values())


def _event(row: Row, *, is_first: bool) -> dict[str, Any]:
    built: dict[str, Any] = {"id": _number(row["id"])}
    if row["event_type"] == "Comment":
        return {**built, "type": "Comment", "author_id": _number(row["author_id"]), "public": row["public"] == "true", "body": "..."}
    name = "time_spent" if row["event_type"] == "TimeSpent" else row["field_name"]
    changed = {"field_name": str(FIELDS.get(name, name)), "value": row["value"] or None}
    return {**built, "type": "Create", **changed} if is_first else {**built, "type": "Change", **changed, "previous_value": None}


def _number(text: str) -> int | str | None:
    """A number as Zendesk writes its ids; made-up ids that are none stay texts."""
    return int(text) if text.lstrip("-").isdigit() else (text or None)


def _invalid(message: str) -> Answer:
    return Answer({"error": "InvalidValue", "description": message}, 400)


def _missing() -> Answer:
    return Answer({"error": "RecordNotFound", "description": "Not found"}, 404)
