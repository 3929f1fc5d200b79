"""GitHub's API, REST of 2022-11-28 and GraphQL: releases, deployments and their statuses, issues; pull requests and commits.

Sources: docs.github.com/en/rest (pagination by the Link header, rate limits), docs.github.com/en/graphql/guides/using-pagination.

Belongs here: paths, envelopes, errors, as much of GraphQL as two queries need. Does not belong here: what was built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sample_company.server.exports import Exports, Row, flag, group, number
from sample_company.server.wire import Answer, Asked, whole

OWNER, REPOSITORY = "sample-company", "product"
MOST, DEFAULT = 100, 30
_BASE = f"/repos/{OWNER}/{REPOSITORY}"
_STATUSES = re.compile(_BASE + r"/deployments/([^/]+)/statuses")
_CONNECTION = re.compile(r"(pullRequests|history)\(first: (\d+)")


class GitHub:
    """One repository."""

    variables: Mapping[str, str] = {
        "GITHUB_OWNER": OWNER,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": "github_pat_sample_company_double",
    }

    def __init__(self, exports: Exports) -> None:
        releases = sorted(exports.rows("github", "releases", "id"), key=lambda row: row["published_at"], reverse=True)
        deployments = sorted(exports.rows("github", "deployments", "id"), key=lambda row: row["created_at"], reverse=True)
        self._lists = {
            f"{_BASE}/releases": [_release(row) for row in releases],
            f"{_BASE}/deployments": [_deployment(row) for row in deployments],
        }
        self._issues = [_issue(row) for row in sorted(exports.rows("github", "issues", "number"), key=lambda row: row["updated_at"])]
        self._statuses = group(exports.rows("github", "deployment_statuses", "id"), "deployment_id")
        pulls = sorted(exports.rows("github", "pull_requests", "number"), key=lambda row: row["updated_at"], reverse=True)
        commits = sorted(exports.rows("github", "commits", "sha"), key=lambda row: row["authored_at"], reverse=True)
        self._pulls, self._commits = [_pull(row) for row in pulls], [_commit(row) for row in commits]
        # To the REST API a pull request is an issue too.
        self._issues += [{"number": each["number"], "updated_at": each["updatedAt"], "pull_request": {}} for each in self._pulls]
        self._issues.sort(key=lambda each: (each["updated_at"], each["number"]))

    def answer(self, asked: Asked) -> Answer:
        if asked.bearer != self.variables["GITHUB_TOKEN"]:
            return Answer({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}, 401)
        if asked.path == "/graphql":
            return self._graphql(asked)
        if asked.path == f"{_BASE}/issues":
            since = asked.params.get("since", "")
            return self._page(asked, [each for each in self._issues if each["updated_at"] >= since])
        if found := _STATUSES.fullmatch(asked.path):
            rows = self._statuses.get(found[1], [])
            return self._page(asked, [_status(row) for row in reversed(rows)])
        return self._page(asked, self._lists[asked.path]) if asked.path in self._lists else Answer({"message": "Not Found"}, 404)

    def too_many(self, seconds: int) -> Answer:
        headers = {"Retry-After": str(seconds), "X-RateLimit-Remaining": "0"}
        return Answer({"message": "You have exceeded a secondary rate limit."}, 403, headers)

    def broken(self, status: int) -> Answer:
        return Answer({"message": "Server Error"}, status)

    def _page(self, asked: Asked, rows: list[dict[str, Any]]) -> Answer:
        # A larger page is not refused: GitHub gives as much as it gives.
        size = min(max(whole(asked.params.get("per_page"), DEFAULT), 1), MOST)
        page = max(whole(asked.params.get("page"), 1), 1)
        links = {}
        if page * size < len(rows):
            query = urlencode({**asked.params, "page": page + 1})
            links["Link"] = f'<{asked.origin}{asked.path}?{query}>; rel="next"'
        return Answer(rows[(page - 1) * size : page * size], headers={**links, "X-RateLimit-Limit": "5000"})

    def _graphql(self, asked: Asked) -> Answer:
        try:
            body = asked.json
            found, variables = _CONNECTION.search(body["query"]), body["variables"]
        except (ValueError, KeyError, TypeError):
            return Answer({"message": "Problems parsing JSON"}, 400)
        if (variables.get("owner"), variables.get("name")) != (OWNER, REPOSITORY):
            return Answer({"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}]})
        if not found or int(found[2]) > MOST:
            return Answer({"errors": [{"message": f"first must be from 1 to {MOST}"}]})
        name, size, start = found[1], int(found[2]), int(variables.get("after") or 0)
        since = variables.get("since") or ""
        rows = self._pulls if name == "pullRequests" else [each for each in self._commits if each["committedDate"] >= since]
        more = start + size < len(rows)
        page = {"pageInfo": {"endCursor": str(min(start + size, len(rows))), "hasNextPage": more}, "nodes": rows[start : start + size]}
        inner: dict[str, Any] = {name: page}
        if name == "history":
            inner = {"defaultBranchRef": {"target": inner}}
        return Answer({"data": {"repository": inner}})


def _labels(row: Row) -> list[dict[str, str]]:
    return [{"name": name} for name in row["labels"].split(",") if name]


def _release(row: Row) -> dict[str, Any]:
    return {**row, "id": number(row["id"]), "prerelease": flag(row["prerelease"]), "draft": False}


def _deployment(row: Row) -> dict[str, Any]:
    named = {name: row[name] for name in ("ref", "environment", "created_at")}
    return {**named, "id": number(row["id"]), "creator": {"login": "deployer", "type": row["creator_type"]}}


def _status(row: Row) -> dict[str, Any]:
    return {"id": number(row["id"]), "state": row["state"], "created_at": row["created_at"]}


def _issue(row: Row) -> dict[str, Any]:
    named = {name: row[name] or None for name in ("created_at", "updated_at", "closed_at")}
    return {**named, "number": number(row["number"]), "labels": _labels(row)}


def _pull(row: Row) -> dict[str, Any]:
    return {
        "number": number(row["number"]), "author": {"login": row["user"]} if row["user"] else None, "createdAt": row["created_at"],
        "updatedAt": row["updated_at"], "closedAt": row["closed_at"] or None, "mergedAt": row["merged_at"] or None,
        "additions": number(row["additions"]), "deletions": number(row["deletions"]), "changedFiles": number(row["changed_files"]),
        "labels": {"nodes": _labels(row)},
    }  # fmt: skip


def _commit(row: Row) -> dict[str, Any]:
    pulls = [{"number": number(row["pull_number"])}] if row["pull_number"] else []
    return {
        "oid": row["sha"], "authoredDate": row["authored_at"], "committedDate": row["authored_at"],
        "associatedPullRequests": {"nodes": pulls},
    }  # fmt: skip
