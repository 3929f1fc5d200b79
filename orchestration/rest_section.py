"""One mapping of `meta.rest`, and the words for what is wrong in it.

Belongs here: reading settings by type, their mistakes. Does not belong here: what a setting means (rest_contract.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from orchestration.contract_types import ContractError, nearest

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_NONE = object()


class Section:
    """One mapping of the YAML, and the words for what is wrong in it."""

    def __init__(self, where: str, setting: str, given: Any, known: Iterable[str] = ()) -> None:
        self.where, self.setting = where, setting
        if not isinstance(given, Mapping):
            raise ContractError(f"{where}: {setting}: expected settings and values, got {given!r}; write {setting}: {{...}}")
        self.given = given
        if known:
            self.only(*known)

    def error(self, setting: str, expected: str, got: str, write: str) -> ContractError:
        label = f"{self.setting}.{setting}" if setting else self.setting
        return ContractError(f"{self.where}: {label}: {expected}, got {got}; {write}")

    def only(self, *known: str) -> None:
        for key in sorted(self.given.keys() - set(known)):
            hint = nearest(key, known) or f"; known are {', '.join(sorted(known))}"
            raise ContractError(f"{self.where}: {self.setting}.{key}: expected a known setting{hint}")

    def section(self, name: str, *, required: bool = False) -> Section:
        given = self.given.get(name)
        if required and not given:
            raise self.error(name, "expected settings", "none", f"write {name}: {{...}}")
        return Section(self.where, f"{self.setting}.{name}", given or {})

    def mapping(self, name: str) -> Mapping[str, Any]:
        return Section(self.where, f"{self.setting}.{name}", self.given.get(name) or {}).given

    def text(self, name: str, default: Any = _NONE) -> str:
        value = self.given.get(name, default)
        if value is _NONE or not isinstance(value, str):
            raise self.error(name, "expected text", "none" if value is _NONE else repr(value), f"write {name}: ...")
        return value

    def texts(self, name: str) -> list[str]:
        value = self.given.get(name) or []
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(name, "expected a list of texts", repr(value), "put quotes around true, false and numbers")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        return one_of(self.where, f"{self.setting}.{name}", self.given.get(name, default), allowed)

    def flag(self, name: str) -> bool:
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            raise self.error(name, "expected true or false", repr(value), f"write {name}: true")
        return value

    def number(self, name: str, default: float, *, least: float, whole: bool = False) -> float:
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or value < least:
            raise self.error(name, f"expected a {'whole ' if whole else ''}number of at least {least:g}", repr(value), f"write {name}: ...")
        return value

    def variable(self, name: str) -> str:
        value = self.given.get(name, "")
        if value:
            self.check_variable(name, value)
        return value

    def check_variable(self, name: str, value: Any) -> None:
        # Not shown: whoever errs here has often pasted the secret itself.
        if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
            raise self.error(name, "expected the name of a variable in capitals", "something else", f"write {name}: VENDOR_TOKEN")


def check_address(section: Section, name: str, value: str) -> None:
    """Raises ContractError for what is not the address of a server."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password or parts.query:
        raise section.error(
            name, "expected https://host and maybe a path, without user and query", repr(parts.hostname), f"write {name}: https://..."
        )


def one_of(where: str, setting: str, value: Any, allowed: tuple[str, ...]) -> str:
    """The value, which is one of `allowed`. Raises ContractError."""
    if value not in allowed:
        raise ContractError(
            f"{where}: {setting}: expected {' or '.join(allowed)}, got {value!r}; write {setting.split('.')[-1]}: {allowed[0]}"
        )
    return value
