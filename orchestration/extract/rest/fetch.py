"""One fetch of one table: page after page, each kept before the next is asked for, from wherever an earlier run stopped.

A fetch is a list of branches (windows of time, parents, or a single one), each paged to its end. Where it stands is said by the last kept
page alone, so a crash between any two pages costs at most the page that was not kept.

Belongs here: the order of requests, and what makes a fetch refuse, repeat or end. Does not belong here: landing, manifests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import requests

from orchestration.extract.rest import marks
from orchestration.extract.rest.auth import build_auth, credentials
from orchestration.extract.rest.envelope import MISSING, dig, find_records, read_document
from orchestration.extract.rest.errors import BudgetSpent, ClockWentBack, FetchError
from orchestration.extract.rest.job import downloads
from orchestration.extract.rest.pages import KeptFetch
from orchestration.extract.rest.paging import MOST_EMPTY, Pager
from orchestration.extract.rest.requests import address, fill, parameters
from orchestration.extract.rest.secrets import Secrets
from orchestration.extract.rest.transport import Answer, Call, Transport, check_secure, origin
from orchestration.extract.rest.waiting import Budgets, Clock
from orchestration.rest_types import Rest

#: How often a table that is counted page by page is read again because rows moved while it was read.
MOST_PASSES = 3
#: What a server answers to a cursor that it has forgotten.
FORGOTTEN = (400, 404, 410, 422)
_SHOWN_HEADERS = ("Date", "Content-Type", "ETag", "Link", "X-Request-Id", "Request-Id")
_CARRIED = "parent."
START = {"branch": 0, "pass": 1, "paging": None}


@dataclass(frozen=True)
class Stopped:
    """Why a run of a fetch ended: `reason` is empty when the fetch is whole, else says what was used up."""

    reason: str = ""


class StaleCursor(FetchError):
    """The server no longer knows the page to go on from; the fetch must begin anew."""


class Fetcher:
    """A run of one fetch. `kept.plan`: since (text of a mark or null), parents (values or null), start (a position or null)."""

    def __init__(
        self, label: str, rest: Rest, kept: KeptFetch, secrets: Secrets, clock: Clock | None = None, budgets: Budgets | None = None
    ) -> None:
        self._rest, self._kept, self._secrets, self._label = rest, kept, secrets, label
        self._since = marks.from_text(kept.plan["since"])
        self._parents: list[Any] | None = kept.plan["parents"]
        names = credentials(rest.client)
        self._transport = Transport(label, secrets, rest.limits, rest.rate_budget, names, clock, budgets, rest.client.throttled)

    def run(self) -> Stopped:
        """Fetch until whole or until the rate budget is used up. Raises FetchError, ClockWentBack."""
        position = position_of(self._kept)
        try:
            if position is not None:
                self._open()
                # Secrets were taken out of what was kept; the way to the next page may need them.
                position = json.loads(self._secrets.restore(json.dumps(position)))
            resumed = position is not None and position["paging"] is not None
            while position is not None:
                position = self._branch(position, resumed)
                resumed = False
        except BudgetSpent as spent:
            return Stopped(str(spent))
        finally:
            self._transport.close()
            self._kept.settle()
        return Stopped()

    def _open(self) -> None:
        client = self._rest.client
        self._auth = build_auth(client.auth, self._secrets, self._transport)
        self._headers = {"Accept": "application/json", **client.headers}
        self._headers |= {name: self._secrets.get(variable) for name, variable in client.headers_env.items()}
        self._variables = {name: self._secrets.plain(variable) for name, variable in client.variables.items()}
        base_url = client.base_url or self._secrets.plain(client.base_url_env)
        self._base_url = base_url
        check_secure(base_url, self._label)

    def _branch(self, position: dict[str, Any], resumed: bool) -> dict[str, Any] | None:
        """Page one branch to its end; the position after it."""
        branch = position["branch"]
        values = self._values(branch)
        if self._rest.client.paginator.type == "job":
            return self._download(position, values)
        request = self._request(values)
        secret_param = self._rest.client.auth.name if self._rest.client.auth.location == "query" else ""
        pager = Pager(self._rest.client.paginator, request, lambda problem: self._transport.error(problem, request.url), secret_param)
        # From the end: a fetch may have thousands of branches, and only the last one's pages are wanted.
        behind = takewhile(lambda each: (each["branch"], each["pass"]) == (branch, position["pass"]), reversed(self._kept.facts))
        earlier = list(behind)[::-1]
        if position["paging"] is not None:
            pager.resume(position["paging"], {each["ref"] for each in earlier if each.get("ref")})
        empty = earlier[-1]["empty"] if earlier else 0
        while True:
            self._check_cap(request.url)
            answer = self._send(self._call(request.method, request.url, request.params, request.json), resumed)
            resumed = False
            self._check_clock(answer)
            asked = {"method": request.method, "url": request.url, "params": dict(request.params or {}), "json": request.json}
            if answer.status == 404:
                self._keep_nothing(asked, answer.status, position, values)
                return self._after(branch)
            document, records = self._read(answer, "json", self._rest.endpoint.data_selector)
            pager.turn(document, answer, records)
            facts = {**self._facts(asked, records, position, values), **_seen(answer)}
            empty = facts["empty"] = 0 if records else empty + 1
            facts |= {"ref": pager.reference, **self._moving(document, records, earlier)}
            if pager.has_next and empty >= MOST_EMPTY:
                facts["warning"] = f"stopped after {MOST_EMPTY} empty pages that say more follow; ask the vendor why"
                pager.stop()
            earlier.append(facts)
            position = {**position, "paging": pager.state} if pager.has_next else self._after_pass(position, earlier)
            self._keep(facts, position, answer.body)
            if not pager.has_next:
                return position

    def _download(self, position: dict[str, Any], values: dict[str, Any]) -> dict[str, Any] | None:
        """Download what a job wrote, file by file; the position after the branch."""
        client, branch = self._rest.client, position["branch"]
        paginator = client.paginator
        urls = downloads(paginator, self._transport, self._kept, branch, self._base_url, {**self._variables, **values}, self._call)
        home = origin(self._base_url)
        if not urls:
            self._keep_nothing({"method": "GET", "url": home}, 200, position, values)
            return self._after(branch)
        selector = "$" if paginator.download.format == "ndjson" else self._rest.endpoint.data_selector
        for number in range(position["paging"] or 0, len(urls)):
            url = urls[number]
            self._check_cap(url)
            # Another host gets the address that it signed itself, and nothing of ours.
            call = self._call("GET", url) if origin(url) == home else Call("GET", url, counted=False)
            answer = self._send(call, False)
            self._check_clock(answer)
            _, records = self._read(answer, paginator.download.format, selector)
            facts = {**self._facts({"method": "GET", "url": url}, records, position, values), **_seen(answer), "empty": 0}
            facts["format"] = paginator.download.format
            is_last = number + 1 == len(urls)
            after = self._after(branch) if is_last else {**position, "paging": number + 1}
            self._keep(facts, after, answer.body)
        return after

    def _values(self, branch: int) -> dict[str, Any]:
        """What stands for the placeholders of a branch."""
        rest, values = self._rest, {}
        if rest.incremental:
            start, end = self._window(branch)
            spelled = rest.incremental.param_format or rest.incremental.format
            values = {
                "since": None if start is None else marks.spell(start, spelled),
                "until": None if end is None else marks.spell(end, spelled),
            }
        if rest.parent:
            values[rest.parent.param], *carried = self._parents[branch] if rest.parent.carry else (self._parents[branch],)
            values |= {_CARRIED + name: value for name, value in zip(rest.parent.carry, carried, strict=True)}
        return values

    def _window(self, branch: int) -> tuple[marks.Mark | None, marks.Mark | None]:
        incremental = self._rest.incremental
        if not incremental.window_days:
            return self._since, None
        width = dt.timedelta(days=incremental.window_days)
        start = self._since + branch * width
        # A date that ends a window belongs to it.
        return start, start + width - dt.timedelta(days=1 if incremental.format == "date" else 0)

    def _request(self, values: dict[str, Any]) -> requests.Request:
        endpoint, incremental = self._rest.endpoint, self._rest.incremental
        values = {**self._variables, **values}
        params = parameters(endpoint.params, values)
        for name, value in ((incremental.param, "since"), (incremental.end_param, "until")) if incremental else ():
            if name and values[value] is not None:
                params[name] = values[value]
        body = fill(endpoint.json, values) if endpoint.json is not None else None
        return requests.Request(endpoint.method, address(self._base_url, endpoint.path, values), params=params, json=body)

    def _call(self, method: str, url: str, params: Any = None, json: Any = None) -> Call:
        return Call(method, url, params, json, auth=self._auth, headers=self._headers, optional=self._rest.endpoint.optional)

    def _read(self, answer: Answer, data_format: str, selector: str) -> tuple[Any, list[Any]]:
        label = f"{self._label}: {answer.url.split('?')[0]}"
        document = read_document(answer.body, answer.headers.get("Content-Type", ""), data_format, label)
        endpoint, is_job = self._rest.endpoint, self._rest.client.paginator.type == "job"
        records = find_records(document, selector, single=endpoint.object and not is_job, label=label, empty_if=endpoint.empty_if)
        wrong = next((record for record in records if not isinstance(record, dict)), None)
        if wrong is not None:
            raise self._transport.error(f"expected an object for each record, got a {type(wrong).__name__}; mend data_selector", answer.url)
        return document, records

    def _facts(self, asked: dict[str, Any], records: list[Any], position: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        incremental, parent = self._rest.incremental, self._rest.parent
        high = marks.highest(records, incremental) if incremental else None
        if incremental and records and high is None:
            raise self._transport.error(
                f"expected {incremental.cursor_field!r} as {incremental.format} in the records, got none; mend incremental of the contract",
                asked["url"],
            )
        return {
            "request": asked,
            "status": 200,
            "date": marks.to_text(self._transport.date),
            "asked": marks.to_text(self._transport.asked),
            "branch": position["branch"],
            "pass": position["pass"],
            "parent": {parent.field: values[parent.param], **{name: values[_CARRIED + name] for name in parent.carry}} if parent else None,
            "records": len(records),
            "high": marks.to_text(high),
        }

    def _moving(self, document: Any, records: list[Any], earlier: list[dict[str, Any]]) -> dict[str, Any]:
        """What tells whether rows moved while a table that is counted page by page was read."""
        paginator = self._rest.client.paginator
        if not paginator.by_position:
            return {}
        found: dict[str, Any] = {}
        if paginator.total_path:
            total = dig(document, paginator.total_path)
            found["total"] = None if total is MISSING else total
        if paginator.overlap:
            prints = [hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16] for record in records]
            before = earlier[-1].get("tail", []) if earlier else []
            found |= {"tail": prints[-paginator.overlap :], "shifted": bool(before and prints and not set(before) & set(prints))}
        return found

    def _after_pass(self, position: dict[str, Any], pages: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The position after a branch was paged to its end: itself once more when rows moved meanwhile."""
        if not self._rest.client.paginator.by_position or not self._moved(pages):
            return self._after(position["branch"])
        if position["pass"] < MOST_PASSES:
            return {**position, "pass": position["pass"] + 1, "paging": None}
        pages[-1]["moved"] = True
        pages[-1]["warning"] = f"rows moved while it was read, {MOST_PASSES} times; the same is asked for again at the next run"
        return self._after(position["branch"])

    def _moved(self, pages: list[dict[str, Any]]) -> bool:
        if self._rest.client.paginator.overlap:
            return any(page["shifted"] for page in pages)
        if len(pages) == 1:
            return False
        began = pages[0]["asked"]
        changed = any(isinstance(page["high"], str) and began and page["high"] >= began for page in pages)
        return changed or len({page.get("total") for page in pages}) > 1

    def _after(self, branch: int) -> dict[str, Any] | None:
        following = {**START, "branch": branch + 1}
        if self._parents is not None:
            return following if branch + 1 < len(self._parents) else None
        if not (self._rest.incremental and self._rest.incremental.window_days):
            return None
        now = self._transport.date
        if now is None:
            raise self._transport.error(
                "expected a Date header, got none; windows end at the server's clock; remove incremental.window_days"
            )
        return following if self._window(branch + 1)[0] <= now else None

    def _keep(self, facts: dict[str, Any], following: dict[str, Any] | None, body: bytes) -> None:
        clean = json.loads(self._secrets.redact(json.dumps({**facts, "next": following})))
        self._kept.keep(clean, self._secrets.redact_bytes(body))

    def _keep_nothing(self, asked: dict[str, Any], status: int, position: dict[str, Any], values: dict[str, Any]) -> None:
        """Keep that there was nothing: no such thing (404 of an optional endpoint), or an export without files."""
        facts = {**self._facts(asked, [], position, values), "status": status, "ref": "", "empty": 0}
        self._keep(facts, self._after(position["branch"]), b"")

    def _send(self, call: Call, resumed: bool) -> Answer:
        """Send; a page that an earlier run stopped at may be forgotten. Raises FetchError, StaleCursor."""
        stale = None
        try:
            return self._transport.send(call)
        except FetchError as error:
            if not resumed or error.status not in FORGOTTEN:
                raise
            stale = StaleCursor(str(error), error.status)
        raise stale

    def _check_cap(self, url: str) -> None:
        if len(self._kept.facts) >= self._rest.limits.max_pages:
            raise self._transport.error(
                f"page cap: {self._rest.limits.max_pages} pages and more follow; raise limits.max_pages of the contract, or ask for less",
                url,
            )

    def _check_clock(self, answer: Answer) -> None:
        # Only at the first page: later ones were asked for by the same mark.
        is_first = not self._kept.facts and self._kept.plan["marked"] and isinstance(self._since, dt.datetime)
        if is_first and answer.date and answer.date < self._since:
            raise ClockWentBack(answer.date)


def _seen(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "headers": {name: answer.headers[name] for name in _SHOWN_HEADERS if name in answer.headers}}


def position_of(kept: KeptFetch) -> dict[str, Any] | None:
    """The page to fetch next; None when the fetch is whole."""
    if kept.facts:
        return kept.facts[-1]["next"]
    if kept.plan["parents"] == []:
        return None
    return kept.plan["start"] or dict(START)
