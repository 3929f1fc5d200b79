"""Secrets by the name of their variable, and their removal from everything that is kept, raised or logged.

A secret's place is taken by [redacted:NAME], whatever spelling it had (plain, in a URL, in JSON, in base64), and can be put back into a
paging state that a later run goes on from.

Belongs here: looking up, redacting, restoring. Does not belong here: how a secret is sent (auth.py).
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from orchestration.extract.rest.errors import FetchError

# Shorter ones would be found in innocent text, which redaction would then destroy.
LEAST_LENGTH = 8
_LOGGERS = ("urllib3.connectionpool", "urllib3.connection", "urllib3.response", "urllib3.util.retry", "requests", "dlt")


class Secrets:
    """The secrets of one fetch. `lookup`: variable name -> value, empty when it is not set."""

    def __init__(self, lookup: Callable[[str], str]) -> None:
        self._lookup = lookup
        self._places: dict[str, str] = {}

    def get(self, name: str, least: int = LEAST_LENGTH) -> str:
        """The value of a variable. Raises FetchError when it is not set, or too short to be a secret."""
        value = self.plain(name)
        if len(value) < least:
            raise FetchError(f"{name}: expected a secret of at least {least} characters, got {len(value)}; set the whole value")
        if any(letter in value for letter in "\r\n\0"):
            raise FetchError(f"{name}: expected a secret without line ends, got one with; set it again")
        self.learn(value, name)
        return value

    def plain(self, name: str) -> str:
        """The value of a variable that is no secret. Raises FetchError when it is not set."""
        value = self._lookup(name).strip(" \t")
        if not value:
            raise FetchError(f"{name}: expected this variable to be set, got nothing; set it in the environment or in .env")
        return value

    def learn(self, value: str, name: str) -> None:
        """Redact `value` from now on."""
        if len(value) < LEAST_LENGTH:
            return
        in_url = quote(value, safe="")
        in_json = json.dumps(value)[1:-1]
        forms = [value, in_url, in_url.replace("%2F", "%2f"), quote_plus(value), quote(value), in_json, in_json.replace("/", "\\/")]
        forms.append(base64.b64encode(value.encode()).decode())
        for number, form in enumerate(dict.fromkeys(forms)):
            self._places[form] = f"[redacted:{name}{f'.{number}' if number else ''}]"
        # Longest first: one form may hold another.
        self._places = dict(sorted(self._places.items(), key=lambda item: -len(item[0])))
        _FILTER.places.update(self._places)

    def redact(self, text: str) -> str:
        """The text without any secret."""
        return _redacted(text, self._places)

    def redact_bytes(self, content: bytes) -> bytes:
        """The bytes without any secret; the same object when there was none."""
        for form, place in self._places.items():
            if (found := form.encode()) in content:
                content = content.replace(found, place.encode())
        return content

    def restore(self, text: str) -> str:
        """What `redact` was given, for the secrets known now."""
        for form, place in self._places.items():
            text = text.replace(place, form)
        return text


class _RedactingFilter(logging.Filter):
    """Libraries write request lines to their logs; an API key may be in one."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, str] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = _redacted(text, self.places)
        if clean != text:
            record.msg, record.args = clean, ()
        return True


def _redacted(text: str, places: dict[str, str]) -> str:
    for form, place in places.items():
        if form in text:
            text = text.replace(form, place)
    return text


_FILTER = _RedactingFilter()
for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_FILTER)
