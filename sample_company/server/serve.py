"""The servers: one loopback port for each vendor, so that each has its real paths at the root of a host of its own.

Belongs here: sockets, threads, the order of authentication, limits and failures. Does not belong here: what a vendor says.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sample_company.server.exports import Exports
from sample_company.server.faults import Faults, Rate
from sample_company.server.flags import Flags
from sample_company.server.github import GitHub
from sample_company.server.google_ads import GoogleAds
from sample_company.server.hubspot import HubSpot
from sample_company.server.intercom import Intercom
from sample_company.server.meta_ads import MetaAds
from sample_company.server.pagerduty import PagerDuty
from sample_company.server.stripe import Stripe
from sample_company.server.wire import Answer, Asked, Vendor
from sample_company.server.zendesk import Zendesk

VENDORS: Mapping[str, Callable[[Exports], Vendor]] = {
    "stripe": Stripe,
    "hubspot": HubSpot,
    "meta_ads": MetaAds,
    "google_ads": lambda exports: GoogleAds(exports, page=500),
    "zendesk": Zendesk,
    "intercom": Intercom,
    "github": GitHub,
    "flags": Flags,
    "pagerduty": PagerDuty,
}


@dataclass(frozen=True)
class Plan:
    """What goes wrong: one of `fault_every` requests fails, by `seed`; more than `rate` requests a second are refused. 0 is never."""

    seed: int = 7
    fault_every: int = 0
    rate: int = 0


class Double:
    """The running servers of every vendor that has exports. `hosts`: source -> http://127.0.0.1:port; `variables`: what they accept."""

    def __init__(self, inbox: Path, plan: Plan | None = None) -> None:
        plan, exports = plan or Plan(), Exports(inbox)
        self.hosts: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self._servers: list[ThreadingHTTPServer] = []
        for source, build in VENDORS.items():
            if not exports.has(source):
                continue
            vendor = build(exports)
            faults, rate = Faults(f"{plan.seed}/{source}", plan.fault_every), Rate(plan.rate)
            server = _Threads(("127.0.0.1", 0), _handler(vendor, faults, rate, format_datetime(exports.clock, usegmt=True)))
            self._servers.append(server)
            self.hosts[source] = f"http://127.0.0.1:{server.server_port}"
            self.variables |= vendor.variables
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def settings(self) -> str:
        """JSON for whoever is to ask the double: api_hosts, variables."""
        return json.dumps({"api_hosts": self.hosts, "variables": self.variables}, indent=1)


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(vendor: Vendor, faults: Faults, rate: Rate, date: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        # One write for headers and body.
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            lists = parse_qs(parts.query, keep_blank_values=True)
            asked = Asked(
                self.command,
                parts.path,
                {name: values[-1] for name, values in lists.items()},
                lists,
                self.headers,
                self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                f"http://{self.headers.get('Host', '')}",
            )
            self._say(_answer(vendor, faults, rate, asked))

        do_POST = do_GET

        def _say(self, answer: Answer) -> None:
            content = json.dumps(answer.document, separators=(",", ":")).encode()
            self.send_response_only(answer.status)
            headers = {"Date": date, "Content-Type": "application/json", "Content-Length": str(len(content)), **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Requests are not printed: an address may hold a token."""

    return Handler


def _answer(vendor: Vendor, faults: Faults, rate: Rate, asked: Asked) -> Answer:
    status = faults.next_status()
    if status:
        return vendor.broken(status)
    wait = rate.seconds_to_wait()
    return vendor.too_many(wait) if wait else vendor.answer(asked)
