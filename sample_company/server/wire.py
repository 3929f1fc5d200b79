"""Requests and answers of the double, and what its vendors have in common.

Belongs here: plain records, the vendor's protocol. Does not belong here: sockets (serve.py), any vendor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Asked:
    """One request: params with one value each, `lists` with all; `origin` is scheme://host:port of the double that was asked."""

    method: str
    path: str
    params: Mapping[str, str]
    lists: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    origin: str

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def bearer(self) -> str:
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if kind == "Bearer" else ""


@dataclass(frozen=True)
class Answer:
    """A status, its JSON and its headers."""

    document: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Vendor(Protocol):
    """One vendor's API over its exports. `variables`: the credentials that it accepts, by the variable that a client keeps them in."""

    variables: Mapping[str, str]

    def answer(self, asked: Asked) -> Answer:
        """What the vendor says: authentication, then the path."""

    def too_many(self, seconds: int) -> Answer:
        """How it says that there were too many requests and that the limit is reset in so many seconds."""

    def broken(self, status: int) -> Answer:
        """How it says that it failed itself."""


def whole(text: str | None, default: int) -> int:
    """A parameter that counts, or -1 when it is none."""
    if text is None:
        return default
    return int(text) if text.isdigit() else -1
