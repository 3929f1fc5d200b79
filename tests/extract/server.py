"""A server that does what a test wants, wrong things above all: threads and sockets of the standard library, on loopback.

A route is a function of the request that returns a Reply, or bytes that go out as they are, or None to cut the connection.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

#: The server's clock in every answer, unless a reply says otherwise: 2026-06-01 12:00:00 UTC.
DATE = "Mon, 01 Jun 2026 12:00:00 GMT"


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """One answer. cut: announce this many bytes more than are sent. drip: seconds between two bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    date: str | None = DATE
    cut: int = 0
    drip: float = 0.0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Drip:
    """Bytes that go out as they are, status line and all, one every `seconds`."""

    content: bytes
    seconds: float


Route = Callable[[Asked], Reply | Drip | bytes | None]


class Server:
    """Routes by path; every request is remembered in `asked`."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def do_GET(self) -> None:
                outer._answer(self)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                """A test's output is its own."""

        class Threads(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                """A client that hangs up is what some tests want."""

        self._server = Threads(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def route(self, path: str, route: Route) -> None:
        self.routes[path] = route

    def says(self, path: str, *replies: Reply | bytes | None) -> None:
        """Answer a path with these, one after the other; the last one stays."""
        left = list(replies)
        self.routes[path] = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        asked = Asked(handler.command, parts.path, dict(parse_qsl(parts.query)), dict(handler.headers), body)
        self.asked.append(asked)
        route = self.routes.get(parts.path)
        reply = route(asked) if route else Reply({"message": "no such path"}, 404)
        if reply is None:
            # A reset, not an orderly end.
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            handler.connection.close()
            handler.close_connection = True
            return
        if isinstance(reply, Drip):
            _drip(handler, reply.content, reply.seconds)
            handler.close_connection = True
            return
        if isinstance(reply, bytes):
            handler.wfile.write(reply)
            handler.close_connection = True
            return
        content = reply.content
        handler.send_response_only(reply.status)
        if reply.date:
            handler.send_header("Date", reply.date)
        handler.send_header("Content-Type", reply.content_type)
        handler.send_header("Content-Length", str(len(content) + reply.cut))
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if reply.drip:
            _drip(handler, content, reply.drip)
        else:
            handler.wfile.write(content)
        if reply.cut:
            handler.close_connection = True


def _drip(handler: BaseHTTPRequestHandler, content: bytes, seconds: float) -> None:
    for at in range(len(content)):
        handler.wfile.write(content[at : at + 1])
        handler.wfile.flush()
        time.sleep(seconds)


def date_of(seconds: float) -> str:
    """An HTTP date of seconds since 1970."""
    return formatdate(seconds, usegmt=True)
