"""One HTTP exchange with a deadline that nothing can stretch: not slow headers, not a slow body.

A socket timeout counts from byte to byte, so a server that drips is never late. Here a thread of the process shuts the connection down at
the deadline, which ends whatever is being waited for.

Belongs here: sockets, sessions, size while reading. Does not belong here: statuses, retries, credentials.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CHUNK_BYTES = 1 << 16
#: What a connection can fail with; each may be gone at the next try.
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)
_current = threading.local()


class TooLarge(Exception):
    """The body is over the cap."""


class Late(OSError):
    """The deadline of the exchange is over."""


class _Watch:
    """The connection in use by this thread, and whether it was shut for being late."""

    def __init__(self) -> None:
        self._twin: socket.socket | None = None
        self._lock = threading.Lock()
        self.fired = False

    def note(self, twin: socket.socket | None) -> None:
        with self._lock:
            self._twin = twin
            if self.fired:
                self._shut()

    def fire(self) -> None:
        with self._lock:
            self.fired = True
            self._shut()

    def _shut(self) -> None:
        if self._twin is not None:
            with suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)


class _Watchman:
    """Fires the watches whose time is over, all in one thread: a thread for each exchange costs as much as a small page."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ends: dict[_Watch, float] = {}
        self._wakes = math.inf
        self._thread: threading.Thread | None = None

    def add(self, watch: _Watch, seconds: float) -> None:
        with self._changed:
            self._ends[watch] = end = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif end < self._wakes:
                self._changed.notify()

    def remove(self, watch: _Watch) -> None:
        # The thread is left asleep: it finds nothing to do when it wakes.
        with self._changed:
            self._ends.pop(watch, None)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for watch in [each for each, end in self._ends.items() if end <= now]:
                    del self._ends[watch]
                    watch.fire()
                self._wakes = min(self._ends.values(), default=math.inf)
                self._changed.wait(None if self._wakes == math.inf else self._wakes - now)


_watchman = _Watchman()


def _begin_anew() -> None:
    global _watchman
    _watchman = _Watchman()


# A forked process has none of its parent's threads, and its locks as they happened to be.
os.register_at_fork(after_in_child=_begin_anew)


class _Watched:
    """A connection that shows its socket to the watch of the thread that uses it."""

    # A second handle of the same socket: TLS takes the first one over.
    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()  # type: ignore[misc]
        self._twin = sock.dup()
        self._show()
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # type: ignore[attr-defined]
            self._show()
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self) -> None:
        if self._twin is not None:
            self._twin.close()
            self._twin = None
        super().close()  # type: ignore[misc]

    def _show(self) -> None:
        watch = getattr(_current, "watch", None)
        if watch is not None:
            watch.note(self._twin)


class _WatchedHttp(_Watched, HTTPConnection):
    pass


class _WatchedHttps(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHttp


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHttps


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


def open_session() -> requests.Session:
    """A session that retries nothing, follows nothing, and takes no credentials from files of the machine."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "scalehouse"
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(max_retries=0))
    return session


def exchange(
    session: requests.Session, request: requests.PreparedRequest, seconds: float, most_bytes: int
) -> tuple[requests.Response, bytes]:
    """Send and read whole: (response, unpacked body). Raises TooLarge, Late, or one of FAILURES."""
    with _watched(seconds) as watch:
        try:
            with session.send(request, stream=True, timeout=seconds, allow_redirects=False) as response:
                pieces, size = [], 0
                for piece in response.raw.stream(CHUNK_BYTES, decode_content=True):
                    size += len(piece)
                    if size > most_bytes:
                        raise TooLarge
                    pieces.append(piece)
        except FAILURES:
            if not watch.fired:
                raise
    # Checked outside: an answer that ended by being shut down may look whole.
    if watch.fired:
        raise Late(f"no whole answer within {seconds:g} s")
    return response, b"".join(pieces)


@contextmanager
def _watched(seconds: float) -> Iterator[_Watch]:
    outer = getattr(_current, "watch", None)
    watch = _current.watch = _Watch()
    watchman = _watchman
    watchman.add(watch, seconds)
    try:
        yield watch
    finally:
        watchman.remove(watch)
        _current.watch = outer
