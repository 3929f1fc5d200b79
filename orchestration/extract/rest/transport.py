"""Requests that come back with a good answer or one clear error: retries, deadlines, redirects, statuses.

Belongs here: what each HTTP status and each failure of a connection means. Does not belong here: what an answer says (envelope.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from orchestration.extract.rest import connection
from orchestration.extract.rest.envelope import dig
from orchestration.extract.rest.errors import FetchError
from orchestration.extract.rest.secrets import Secrets
from orchestration.extract.rest.waiting import BUDGETS, Budgets, Clock, http_date, retry_after, seconds_to_wait
from orchestration.rest_types import RateBudget, RestLimits, Throttled

RETRIED = {408, 409, 425, 429}
REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 5
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Answer:
    """A good answer: status, headers, unpacked body, the address that gave it, the seconds from asking to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    took: float = 0.0

    @property
    def date(self) -> datetime | None:
        """The server's clock, naive UTC."""
        return http_date(self.headers.get("Date"))

    @property
    def asked(self) -> datetime | None:
        """The server's clock when it was asked: what changed after that may not be in the answer, though it is before its Date."""
        return self.date - timedelta(seconds=self.took) if self.date else None


@dataclass(frozen=True)
class Call:
    """One request. auth None: no credentials and no headers of the client. origins: other hosts that a download may lie on."""

    method: str
    url: str
    params: Mapping[str, Any] | None = None
    json: Any = None
    data: Mapping[str, str] | None = None
    auth: requests.auth.AuthBase | None = None
    headers: Mapping[str, str] | None = None
    optional: bool = False
    counted: bool = True


@dataclass(frozen=True)
class _Failure:
    reason: str
    retry_after: str | None = None
    date: datetime | None = None
    status: int = 0


class Transport:
    """Sends the requests of one run of one table.

    credentials: names of the variables that prove who asks, for messages. Deadlines count from the making of this object.
    """

    def __init__(
        self,
        label: str,
        secrets: Secrets,
        limits: RestLimits,
        budget: RateBudget | None = None,
        credentials: tuple[str, ...] = (),
        clock: Clock | None = None,
        budgets: Budgets | None = None,
        throttled: Throttled | None = None,
    ) -> None:
        self.clock, self.secrets = clock or Clock(), secrets
        self._label, self._limits, self._budget, self._credentials = label, limits, budget, credentials
        self._budgets, self._throttled = budgets or BUDGETS, throttled
        self._session = connection.open_session()
        #: The server's clock at the last good answer, naive UTC.
        self.date: datetime | None = None
        self.asked: datetime | None = None
        self._ends = self.clock.monotonic() + limits.run_deadline_seconds

    def close(self) -> None:
        self._session.close()

    def send(self, call: Call) -> Answer:
        """A good answer, or the 404 of an optional call. Raises FetchError, BudgetSpent."""
        renewed, attempt = False, 0
        while True:
            outcome = self._follow(call)
            if not isinstance(outcome, _Failure):
                if outcome.date:
                    self.date, self.asked = outcome.date, outcome.asked
                return outcome
            if outcome.status == 401:
                # An access token may end before its time; a second refusal is a refusal.
                if not renewed and hasattr(call.auth, "renew"):
                    call.auth.renew()
                    renewed = True
                    continue
                raise self._refused(call.url, outcome)
            attempt += 1
            if attempt > self._limits.max_retries:
                raise self.error(
                    f"{outcome.reason}, {attempt} times; kept pages stay, the next run goes on from them", call.url, outcome.status
                )
            wait = seconds_to_wait(outcome.retry_after, outcome.date, attempt, self._limits.max_wait_seconds)
            self._check_run(call.url, wait, outcome.reason)
            self.clock.sleep(wait)

    def pause(self, seconds: float, url: str) -> None:
        """Wait within the run's deadline. Raises FetchError."""
        self._check_run(url, seconds, "waiting for the export")
        self.clock.sleep(seconds)

    def error(self, problem: str, url: str = "", status: int = 0) -> FetchError:
        """A FetchError that names table and address and holds no secret."""
        where = f"{self._label}: {shown(url)}" if url else self._label
        return FetchError(self.secrets.redact(f"{where}: {problem}"), status)

    def _follow(self, call: Call) -> Answer | _Failure:
        url, params, method = call.url, call.params, call.method
        for _ in range(MOST_REDIRECTS + 1):
            check_secure(url, self._label)
            if call.counted and self._budget:
                self._budgets.take(origin(url), self._budget, self.clock, self._limits.max_wait_seconds)
            outcome = self._once(call, method, url, params)
            if isinstance(outcome, _Failure) or outcome.status not in REDIRECTS:
                return outcome
            target = urljoin(url, outcome.headers.get("Location", ""))
            if origin(target) != origin(url):
                raise self.error(
                    f"redirect to another origin ({origin(target)}) refused: credentials go to no other host; mend base_url",
                    url,
                )
            url, params, method = target, None, "GET" if outcome.status == 303 else method
        raise self.error(f"over {MOST_REDIRECTS} redirects; mend base_url or path of the contract", call.url)

    def _once(self, call: Call, method: str, url: str, params: Mapping[str, Any] | None) -> Answer | _Failure:
        left = self._ends - self.clock.monotonic()
        self._check_run(url, 0.0, "the run took too long")
        request = requests.Request(
            method, url, headers=dict(call.headers or {}), params=params, json=call.json, data=call.data, auth=call.auth
        )
        problem = failure = None
        try:
            prepared = self._session.prepare_request(request)
        except (requests.RequestException, UnicodeError) as error:
            problem = f"not a request ({type(error).__name__}); mend base_url, path or headers of the contract"
        if problem:
            raise self.error(problem, url)
        sent = self.clock.monotonic()
        try:
            response, body = connection.exchange(
                self._session, prepared, min(self._limits.request_deadline_seconds, left), self._limits.max_page_bytes
            )
        except connection.TooLarge:
            problem = f"page over {self._limits.max_page_bytes:,} bytes; ask for fewer records a page or raise limits.max_page_bytes"
        except connection.FAILURES as error:
            failure = _Failure(self.secrets.redact(reason_of(error)))
        took = self.clock.monotonic() - sent
        # Outside of the except: an error that is raised there carries the library's own, and with it the request's address.
        if problem:
            raise self.error(problem, url)
        return failure or self._judge(call, response, body, url, took)

    def _judge(self, call: Call, response: requests.Response, body: bytes, url: str, took: float) -> Answer | _Failure:
        status, headers = response.status_code, CaseInsensitiveDict(response.headers)
        if 200 <= status < 300 or (status in REDIRECTS and headers.get("Location")):
            return Answer(status, headers, body, url, took)
        date = http_date(headers.get("Date"))
        failure = _Failure(f"HTTP {status} {response.reason or ''}".strip(), retry_after(headers, date), date, status)
        # Some servers say "too many requests" as a 403, and only its headers tell; others as a code in the body.
        limited = status == 403 and ("Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0")
        limited = limited or self._is_throttled(status, body)
        if status == 401 or status in RETRIED or status >= 500 or limited:
            return failure
        if status == 403:
            raise self._refused(url, failure)
        if status == 404 and call.optional:
            return Answer(status, headers, body, url, took)
        raise self.error(f"{failure.reason}{said(body)}; expected 200; mend path and params of the contract", url, status)

    def _is_throttled(self, status: int, body: bytes) -> bool:
        if self._throttled is None or status not in self._throttled.statuses:
            return False
        try:
            return str(dig(json.loads(body), self._throttled.path)) in self._throttled.values
        except (ValueError, RecursionError):
            return False

    def _refused(self, url: str, failure: _Failure) -> FetchError:
        named = " and ".join(self._credentials) or "no variable (client.auth is none)"
        return self.error(f"{failure.reason}: expected a valid credential in {named}; set it anew, with read access", url, failure.status)

    def _check_run(self, url: str, wait: float, reason: str) -> None:
        if self.clock.monotonic() + wait >= self._ends:
            seconds = self._limits.run_deadline_seconds
            raise self.error(f"{reason}; run deadline of {seconds:g} s; kept pages stay, the next run goes on from them", url)


def origin(url: str) -> str:
    """scheme://host:port of an address."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        port = 0
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def check_secure(url: str, label: str) -> None:
    """Raises FetchError for an address to which credentials would go in the clear, or with a user in it."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise FetchError(f"{label}: expected an address without user and password; put them in variables that client.auth names")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise FetchError(f"{label}: expected an https address, got {parts.scheme}://{parts.hostname}; mend base_url of the contract")


def shown(url: str) -> str:
    """An address for people: no query, no user."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"


def reason_of(error: BaseException) -> str:
    """A connection's failure in words, without the address that libraries put in theirs."""
    inner, following = error, error
    while following is not None:
        inner = following
        within = (getattr(inner, "reason", None), *inner.args)
        following = next((each for each in within if isinstance(each, BaseException) and each is not inner), None)
    name = type(inner).__name__
    if isinstance(inner, connection.Late):
        return str(inner)
    for words, names in (
        ("host not found (DNS)", ("NameResolutionError", "gaierror")),
        ("TLS failed", ("SSLError", "SSLCertVerificationError", "CertificateError", "SSLEOFError", "SSLZeroReturnError")),
        ("body cut off", ("IncompleteRead", "ProtocolError", "InvalidChunkLength", "ChunkedEncodingError", "DecodeError")),
        ("connection reset", ("ConnectionResetError", "RemoteDisconnected", "BrokenPipeError", "ConnectionAbortedError")),
        ("no answer in time", ("ReadTimeoutError", "ConnectTimeoutError", "TimeoutError", "timeout")),
    ):
        if name in names:
            return f"{words} ({name})"
    return f"connection failed ({name})"


def said(body: bytes) -> str:
    """What an error's body says, one line of up to 160 characters, or an empty text."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found: Any = document
    for name in ("error", "errors", "message", "detail", "error_description", "title"):
        inner = found[0] if isinstance(found, list) and found else found
        if isinstance(inner, Mapping) and name in inner:
            found = inner[name]
    text = found if isinstance(found, str) else ""
    text = re.sub(r"\s+", " ", text)[:160]
    return f" ({text})" if text else ""
