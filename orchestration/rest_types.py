"""The types of `meta.rest`: how one table's records are fetched over REST, in the words of dlt's REST client.

Belongs here: plain records. Does not belong here: YAML and its mistakes (rest_contract.py), a request, a secret's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from orchestration.contract_types import Column


@dataclass(frozen=True)
class Auth:
    """How a request proves who asks. Every *_env is the name of a variable, never a value."""

    type: str = "none"
    token_env: str = ""
    username_env: str = ""
    password_env: str = ""
    key_env: str = ""
    #: Of an API key: the header or the query parameter that carries it, and what stands before it there.
    name: str = "Authorization"
    location: str = "header"
    prefix: str = ""
    token_url: str = ""
    client_id_env: str = ""
    client_secret_env: str = ""
    #: Given, the grant is refresh_token instead of client_credentials.
    refresh_token_env: str = ""
    scope: str = ""


@dataclass(frozen=True)
class JobStart:
    """The request that asks for an export; `id_path` finds the job in its answer."""

    path: str
    id_path: str
    method: str = "POST"
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class JobPoll:
    """The request that asks how the export is; `{job_id}` in its path. `url_path` finds one or more addresses to download."""

    path: str
    status_path: str
    done: tuple[str, ...]
    failed: tuple[str, ...] = ()
    every_seconds: float = 5.0
    url_path: str = ""


@dataclass(frozen=True)
class JobDownload:
    """What is downloaded: `path` with {job_id}, or what the poll named. `origins`: other hosts it may lie on; they get no credentials."""

    path: str = ""
    format: str = "json"
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paginator:
    """How one page leads to the next. Paths are dotted and lead into the page's JSON; only the fields of its type mean anything."""

    type: str = "single_page"
    cursor_path: str = ""
    cursor_param: str = ""
    cursor_body_path: str = ""
    #: Where a page says whether more follow; `end_path`: where it says that none do.
    has_more_path: str = ""
    end_path: str = ""
    #: starting_after: the parameter, and where in the last record its value is.
    param: str = "starting_after"
    id_path: str = "id"
    rel: str = "next"
    next_url_path: str = "next"
    page_param: str = "page"
    base_page: int = 1
    offset_param: str = "offset"
    limit_param: str = "limit"
    limit: int = 100
    #: Rows that two pages by offset share, so that a row that moves up while paged is not missed.
    overlap: int = 0
    total_path: str = ""
    start: JobStart | None = None
    poll: JobPoll | None = None
    download: JobDownload | None = None

    @property
    def by_position(self) -> bool:
        """Whether pages are counted, so that rows that come or go while paged shift the others."""
        return self.type in ("page_number", "offset")


@dataclass(frozen=True)
class Throttled:
    """How a server says "too many requests" with a status that means something else: with one of `statuses`, one of `values` at `path`."""

    statuses: tuple[int, ...]
    path: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Client:
    """The server: its address or the variable that has it, headers, authentication, paging.

    variables: placeholder -> variable whose value (no secret: an account number) stands for {placeholder} in paths and parameters.
    """

    base_url: str = ""
    base_url_env: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_env: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    auth: Auth = field(default_factory=Auth)
    paginator: Paginator = field(default_factory=Paginator)
    throttled: Throttled | None = None

    def at(self, host: str) -> Client:
        """The same client asking scheme://host:port `host` instead of the vendor's own hosts, path for path; every guard holds there."""
        base_url = _moved(self.base_url or "https://named.by.variable/", host)
        return replace(self, base_url=base_url, base_url_env="", auth=replace(self.auth, token_url=_moved(self.auth.token_url, host)))


@dataclass(frozen=True)
class Endpoint:
    """One request: `data_selector` finds the list of records in the answer, "$" is the answer itself; `object`: one record, no list.

    empty_if: an answer that has this path and no list is a page without records; some servers leave out lists that are empty.
    """

    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    data_selector: str = "$"
    method: str = "GET"
    json: Mapping[str, Any] | None = None
    optional: bool = False
    object: bool = False
    empty_if: str = ""


@dataclass(frozen=True)
class Parent:
    """A child resource: one request per distinct `field` of the landed rows of `table`, of the same source, which stands for {`param`}.

    carry: more columns of those rows, for columns of the child at _parent.<name>; one value of each per `field`.
    """

    table: str
    field: str
    param: str
    #: Only parents of loads that came after those of the last fetch.
    changed_only: bool = False
    carry: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """Records that each tell of one change: which are rows.

    before: where a record says what was different before; without it, all of the record is new. of: paths; a row is what differs in one of
    them. A list that differs is there whole, so a path into one counts only when what it leads to is another below `now`. list: below
    `before`, the elements of `records` as they were, told apart by `key`; one that is gone is a row with _removed true.
    """

    before: str
    of: tuple[str, ...]
    list: str = ""
    key: str = "id"
    now: str = ""


@dataclass(frozen=True)
class Incremental:
    """What is asked again: records whose `cursor_field` is past the high-water mark less the lag, in windows when there are any.

    format: how the cursor is written in records; param_format: how a request writes it, when that differs.
    """

    cursor_field: str
    param: str = ""
    end_param: str = ""
    format: str = "iso8601"
    param_format: str = ""
    initial: str = ""
    lag_seconds: int = 0
    window_days: int = 0


@dataclass(frozen=True)
class RateBudget:
    """At most `requests` in any `per_seconds`, together for all tables of one host."""

    requests: int
    per_seconds: float


@dataclass(frozen=True)
class RestLimits:
    """Where fetching stops. Bytes are of the unpacked answer; seconds are counted on a monotonic clock."""

    max_pages: int = 10_000
    max_page_bytes: int = 64 << 20
    request_deadline_seconds: float = 60.0
    run_deadline_seconds: float = 3600.0
    max_retries: int = 5
    max_wait_seconds: float = 120.0


@dataclass(frozen=True)
class Rest:
    """How one table comes over REST.

    columns: the contract's columns as JSON spells them, source_name a dotted path, or several with | between: the first that is there;
    one that ends in ?path=word counts only where that word is at that path.
    times: column -> epoch_seconds, epoch_milliseconds or iso8601; maps: column -> the API's word -> the contract's, "*" for any other;
    joins: column -> the field of a list's elements, or an empty text for the elements themselves, that commas join; sums: column -> the
    field of a list's elements, numbers, that are added up (0 for none); what is no list stays as it is, in both. records: a path with
    [*] whose elements are the rows; only: path -> what may be there (null: nothing) for a record to be a row. may_be_absent: paths that
    the API leaves out when they are null or empty. ignored: fields of a record that are known and not wanted; "*" is all. newest_first:
    the order of the answers; of rows alike in key and cursor the newer stays.
    """

    client: Client
    endpoint: Endpoint
    columns: tuple[Column, ...]
    times: Mapping[str, str] = field(default_factory=dict)
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    joins: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    parent: Parent | None = None
    incremental: Incremental | None = None
    rate_budget: RateBudget | None = None
    limits: RestLimits = field(default_factory=RestLimits)
    records: str = ""
    changes: Changes | None = None
    newest_first: bool = False
    may_be_absent: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def _moved(address: str, host: str) -> str:
    parts = urlsplit(host)
    return urlunsplit(urlsplit(address)._replace(scheme=parts.scheme, netloc=parts.netloc)) if address else ""
