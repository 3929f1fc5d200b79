"""From one page to the next: dlt's paginators, their state as JSON, and the guards they lack.

dlt sees no endless loop of cursors, no page that says more follow without saying where, no next page on another host.

Belongs here: the way from page to page. Does not belong here: sending requests, keeping pages, jobs (job.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from dlt.sources.helpers.rest_client.paginators import (
    BasePaginator,
    BaseReferencePaginator,
    HeaderLinkPaginator,
    JSONLinkPaginator,
    JSONResponseCursorPaginator,
    OffsetPaginator,
    PageNumberPaginator,
    RangePaginator,
    SinglePagePaginator,
)

from orchestration.extract.rest.envelope import MISSING, dig
from orchestration.extract.rest.errors import FetchError
from orchestration.extract.rest.transport import Answer, origin
from orchestration.rest_types import Paginator

#: Empty pages in a row that say more follow, after which nothing more is believed to.
MOST_EMPTY = 3


class StartingAfterPaginator(BaseReferencePaginator):
    """The id of a page's last record asks for the page after it."""

    def __init__(self, param: str, id_path: str) -> None:
        super().__init__()
        self.param, self.id_path = param, id_path

    def update_state(self, response: Any, data: list[Any] | None = None) -> None:
        value = dig(data[-1], self.id_path) if data else MISSING
        self._next_reference = None if value is MISSING or value is None else value

    def update_request(self, request: requests.Request) -> None:
        request.params = {**(request.params or {}), self.param: self._next_reference}


@dataclass(frozen=True)
class _Page:
    """As much of a response as dlt's paginators look at, with the JSON already decoded."""

    document: Any
    answer: Answer

    def json(self) -> Any:
        return self.document

    @property
    def headers(self) -> Mapping[str, str]:
        return self.answer.headers

    @property
    def links(self) -> dict[str, Any]:
        found = requests.utils.parse_header_links(self.answer.headers.get("Link", ""))
        return {link.get("rel") or link.get("url"): link for link in found}


class Pager:
    """The paging of one branch of a fetch. `state` is None at its first page; `error` makes the FetchError for a problem."""

    def __init__(self, paginator: Paginator, request: requests.Request, error: Callable[[str], FetchError], secret_param: str = "") -> None:
        self.request, self._paginator, self._error, self._secret_param = request, paginator, error, secret_param
        self._origin = origin(request.url)
        self._dlt = _build(paginator)
        self._dlt.init_request(request)
        self._seen: set[str] = set()
        self.reference = ""

    @property
    def has_next(self) -> bool:
        return self._dlt.has_next_page

    @property
    def state(self) -> Any:
        """What leads to the next page, as JSON."""
        if isinstance(self._dlt, RangePaginator):
            return self._dlt.current_value
        return getattr(self._dlt, "_next_reference", None)

    def resume(self, state: Any, seen: set[str]) -> None:
        """Go on at the page that `state` leads to. Raises FetchError when that is on another origin."""
        self._seen = seen
        if isinstance(self._dlt, RangePaginator):
            self._dlt.current_value = state
        else:
            self._dlt._next_reference = state
        self._prepare()

    def turn(self, document: Any, answer: Answer, records: list[Any]) -> None:
        """Take in a page and make `request` that of the next one, if any. Raises FetchError."""
        more = self._says_more(document)
        if self._paginator.total_path:
            total = dig(document, self._paginator.total_path)
            if isinstance(total, bool) or not isinstance(total, int):
                raise self._error(f"expected a whole number at {self._paginator.total_path!r}, got none; mend total_path of the contract")
        problem = ""
        try:
            self._dlt.update_state(_Page(document, answer), records)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            # dlt's own words hold the whole page.
            problem = f"expected a page that leads to the next, got one that cannot be read so ({type(error).__name__}); mend paginator"
        if problem:
            raise self._error(problem)
        if more is False:
            self._dlt._has_next_page = False
        elif more and isinstance(self._dlt, BaseReferencePaginator) and not self._dlt.has_next_page and records:
            raise self._error(f"the page says more follow ({self._paginator.has_more_path}) but not where; mend paginator of the contract")
        self.reference = ""
        if self.has_next and isinstance(self._dlt, BaseReferencePaginator):
            self.reference = hashlib.sha256(str(self.state).encode()).hexdigest()[:16]
            if self.reference in self._seen:
                raise self._error("cursor repeated: this page leads back to one that was fetched; the API pages in a circle")
            self._seen.add(self.reference)
        if self.has_next:
            self._prepare()

    def stop(self) -> None:
        self._dlt._has_next_page = False

    def _prepare(self) -> None:
        self._dlt.update_request(self.request)
        if origin(self.request.url) != self._origin:
            raise self._error(f"next page on another origin ({origin(self.request.url)}) refused: credentials go to no other host")
        if self._secret_param:
            # Authentication adds it again: some servers put it into the address of the next page.
            parts = urlsplit(self.request.url)
            query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != self._secret_param]
            self.request.url = urlunsplit(parts._replace(query=urlencode(query)))

    def _says_more(self, document: Any) -> bool | None:
        for path, wanted in ((self._paginator.has_more_path, True), (self._paginator.end_path, False)):
            if path:
                value = dig(document, path)
                if isinstance(value, str) and value.lower() in ("true", "false"):
                    value = value.lower() == "true"
                if not isinstance(value, bool):
                    raise self._error(
                        f"expected true or false at {path!r}, got {'nothing' if value is MISSING else 'something else'}; mend paginator"
                    )
                return value is wanted
        return None


def _build(paginator: Paginator) -> BasePaginator:
    stops = not (paginator.total_path or paginator.has_more_path)
    match paginator.type:
        case "cursor":
            return JSONResponseCursorPaginator(paginator.cursor_path, paginator.cursor_param or None, paginator.cursor_body_path or None)
        case "starting_after":
            return StartingAfterPaginator(paginator.param, paginator.id_path)
        case "header_link":
            return HeaderLinkPaginator(paginator.rel)
        case "json_link":
            return JSONLinkPaginator(paginator.next_url_path)
        case "page_number":
            # What says more is read by turn(); dlt wants to be told that something does.
            return PageNumberPaginator(
                base_page=paginator.base_page,
                page_param=paginator.page_param,
                total_path=paginator.total_path or None,
                has_more_path=paginator.has_more_path or None,
                stop_after_empty_page=stops,
            )
        case "offset":
            built = OffsetPaginator(
                limit=paginator.limit,
                offset_param=paginator.offset_param,
                limit_param=paginator.limit_param,
                total_path=paginator.total_path or None,
                has_more_path=paginator.has_more_path or None,
                stop_after_empty_page=stops,
            )
            built.value_step = paginator.limit - paginator.overlap
            return built
        case _:
            return SinglePagePaginator()
