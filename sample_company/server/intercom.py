"""Intercom's API, version 2.11: companies, contacts, conversations.

Sources: developers.intercom.com/docs/references/2.11, /docs/build-an-integration/learn-more/rest-apis (pagination, rate limiting): too many
requests name no Retry-After but the moment at which the limit is reset.

Belongs here: paths, envelopes, errors. Does not belong here: what was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sample_company.server.exports import Exports, Row, epoch, number
from sample_company.server.wire import Answer, Asked, whole

MOST, MOST_COMPANIES = 150, 60


class Intercom:
    """Lists in the order of ids."""

    variables: Mapping[str, str] = {"INTERCOM_ACCESS_TOKEN": "dG9rOnNhbXBsZS1jb21wYW55"}

    def __init__(self, exports: Exports) -> None:
        self._clock: datetime = exports.clock
        self._companies = [_company(row) for row in exports.rows("intercom", "companies", "id")]
        self._contacts = [_contact(row) for row in exports.rows("intercom", "contacts", "id")]
        self._conversations = [_conversation(row) for row in exports.rows("intercom", "conversations", "id")]

    def answer(self, asked: Asked) -> Answer:
        if asked.bearer != self.variables["INTERCOM_ACCESS_TOKEN"]:
            return _error(401, "unauthorized", "Access Token Invalid")
        if (asked.method, asked.path) == ("POST", "/companies/list"):
            return self._by_page(asked)
        if (asked.method, asked.path) == ("GET", "/contacts"):
            return _by_cursor("data", self._contacts, whole(asked.params.get("per_page"), 50), asked.params.get("starting_after"))
        if (asked.method, asked.path) == ("POST", "/conversations/search"):
            return self._search(asked)
        return _error(404, "not_found", "The requested URL was not found")

    def too_many(self, seconds: int) -> Answer:
        answer, reset = _error(429, "rate_limit_exceeded", "Exceeded rate limit"), int(self._clock.timestamp()) + seconds
        return Answer(answer.document, 429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)})

    def broken(self, status: int) -> Answer:
        return _error(status, "server_error", "Server error")

    def _by_page(self, asked: Asked) -> Answer:
        size, page = whole(asked.params.get("per_page"), 15), whole(asked.params.get("page"), 1)
        if not 1 <= size <= MOST_COMPANIES or page < 1:
            return _error(400, "parameter_invalid", f"per_page must be from 1 to {MOST_COMPANIES}")
        rows = self._companies
        pages = {"type": "pages", "page": page, "per_page": size, "total_pages": -(-len(rows) // size)}
        return Answer({"type": "list", "data": rows[(page - 1) * size : page * size], "pages": pages, "total_count": len(rows)})

    def _search(self, asked: Asked) -> Answer:
        try:
            body = asked.json
            query, paging = body["query"], body.get("pagination", {})
            least = int(query["value"])
        except (ValueError, KeyError, TypeError):
            return _error(400, "parameter_invalid", "query must have field, operator and value")
        if (query.get("field"), query.get("operator")) != ("updated_at", ">"):
            return _error(400, "parameter_invalid", "the double knows updated_at > only")
        rows = [each for each in self._conversations if each["updated_at"] > least]
        return _by_cursor("conversations", rows, int(paging.get("per_page", 20)), paging.get("starting_after"))


def _by_cursor(name: str, rows: list[dict[str, Any]], size: int, after: str | None) -> Answer:
    if not 1 <= size <= MOST:
        return _error(400, "parameter_invalid", f"per_page must be from 1 to {MOST}")
    start = int(after, 16) if after else 0
    pages: dict[str, Any] = {"type": "pages", "page": start // size + 1, "per_page": size, "total_pages": -(-len(rows) // size)}
    if start + size < len(rows):
        pages["next"] = {"page": start // size + 2, "starting_after": f"{start + size:x}"}
    return Answer({"type": "list", name: rows[start : start + size], "total_count": len(rows), "pages": pages})


def _company(row: Row) -> dict[str, Any]:
    return {
        "type": "company", "id": row["id"], "company_id": row["company_id"] or None, "name": row["name"] or None,
        "created_at": epoch(row["created_at"]), "updated_at": epoch(row["updated_at"]),
    }  # fmt: skip


def _contact(row: Row) -> dict[str, Any]:
    companies = [{"id": row["company_id"], "type": "company"}] if row["company_id"] else []
    return {
        "type": "contact", "id": row["id"], "external_id": row["external_id"] or None, "email": row["email"] or None, "role": row["role"],
        "companies": {"type": "list", "data": companies, "total_count": len(companies)}, "created_at": epoch(row["created_at"]),
        "updated_at": epoch(row["updated_at"]),
    }  # fmt: skip


def _conversation(row: Row) -> dict[str, Any]:
    rating = {"rating": number(row["rating"]), "remark": None, "created_at": epoch(row["rated_at"])} if row["rating"] else None
    return {
        "type": "conversation", "id": row["id"], "created_at": epoch(row["created_at"]), "updated_at": epoch(row["updated_at"]),
        "state": row["state"], "source": {"type": row["source_type"], "id": row["id"] + "0"},
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": row["contact_id"]}]},
        "company": {"type": "company", "id": row["company_id"]} if row["company_id"] else None,
        "team_assignee_id": row["team_assignee_id"] or None, "conversation_rating": rating,
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "name": name} for name in row["tags"].split(",") if name]},
    }  # fmt: skip


def _error(status: int, code: str, message: str) -> Answer:
    return Answer({"type": "error.list", "errors": [{"code": code, "message": message}]}, status)
