"""Records of an API as flat ones: dotted paths become columns, elements of an array become rows, numbers of seconds become times.

Belongs here: JSON of one record to names and values. Does not belong here: reading pages, types and rules of a column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.contracts import TableContract

PARENT = "_parent"
_EPOCH = dt.datetime.fromisoformat("1970-01-01")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_ABSENT = object()


@dataclass(frozen=True)
class NoRow:
    """Why a record is no row, and which of the contract's paths it has."""

    reason: str
    present: frozenset[str] = frozenset()


class Flattener:
    """One contract's flattening. `paths`: the source names of its columns."""

    def __init__(self, contract: TableContract) -> None:
        rest = contract.rest
        columns = contract.over_rest.read_columns
        self.paths = [column.source_name for column in columns]
        self._may_be_absent = frozenset(rest.may_be_absent)
        times = {column.source_name: _TIMES[rest.times[column.name]] for column in columns if column.name in rest.times}
        self._plan = [(path, None if _is_plain(path) else _steps(path), times.get(path)) for path in self.paths]
        self._ignored = frozenset(rest.ignored)
        self._known = {step for path in self.paths for step in (path, str(_steps(path)[0]))} | self._ignored | {PARENT}
        self._arrays = [part.strip(".") for part in rest.records.split("[*]")[:-1]] if rest.records else []

    def rows(self, record: dict[str, Any], parent: Mapping[str, Any] | None) -> Iterable[dict[str, Any] | NoRow]:
        """The flat rows of one record, or why one of them is none. `parent`: what a child resource was asked for by."""
        if parent:
            record = {**record, PARENT: parent}
        return self._explode(record, 0) if self._arrays else (self._flat(record),)

    def _explode(self, record: Any, depth: int) -> Iterator[dict[str, Any] | NoRow]:
        if not isinstance(record, dict):
            yield NoRow(f"expected a JSON object, got {type(record).__name__}")
            return
        if depth == len(self._arrays):
            yield self._flat(record)
            return
        path = self._arrays[depth]
        found = _walk(record, _steps(path))
        if found is None:
            return
        if not isinstance(found, list):
            got = "nothing" if found is _ABSENT else type(found).__name__
            yield NoRow(f"{path}: expected a list of records, got {got}")
            return
        for element in found:
            yield from self._explode({**element, PARENT: record} if isinstance(element, dict) else element, depth + 1)

    def _flat(self, record: dict[str, Any]) -> dict[str, Any] | NoRow:
        flat = {}
        for path, steps, convert in self._plan:
            value = record.get(path, _ABSENT)
            if value is _ABSENT and steps:
                value = _walk(record, steps)
            if value is _ABSENT:
                if path not in self._may_be_absent:
                    return NoRow(
                        f"expected a field {path!r}, it has none; if the API leaves it out when null, name it in rest.may_be_absent",
                        frozenset(each for each in self.paths if each in record or _walk(record, _steps(each)) is not _ABSENT),
                    )
                value = None
            flat[path] = convert(value) if convert and value is not None else value
        if "*" not in self._ignored and not record.keys() <= self._known:
            flat |= {name: value for name, value in record.items() if name not in self._known}
        return flat


def _is_plain(path: str) -> bool:
    return "." not in path and "[" not in path


def _steps(path: str) -> list[str | int]:
    return [name or int(index) for name, index in _STEP.findall(path)] or [path]


def _walk(record: Any, steps: list[str | int]) -> Any:
    found = record
    for step in steps:
        if found is None:
            # What is inside of nothing is nothing, and says so.
            return None
        if isinstance(step, int):
            if not isinstance(found, list):
                return _ABSENT
            found = found[step] if step < len(found) else None
        else:
            found = found.get(step, _ABSENT) if isinstance(found, dict) else _ABSENT
            if found is _ABSENT:
                return _ABSENT
    return found


def _seconds(value: Any) -> Any:
    return _moment(value, 1_000_000)


def _milliseconds(value: Any) -> Any:
    return _moment(value, 1000)


def _moment(value: Any, unit: int) -> Any:
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            micros = value * unit
        elif isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
            whole, _, part = value.partition(".")
            micros = int(whole) * unit + int((part + "000000")[:6]) * unit // 1_000_000 * (-1 if value.startswith("-") else 1)
        else:
            return value
        return (_EPOCH + dt.timedelta(microseconds=micros)).isoformat(" ", "microseconds")
    except OverflowError:
        return value


def _iso8601(value: Any) -> Any:
    """A time with an offset as UTC; anything else stays, and is no time to the contract."""
    try:
        moment = dt.datetime.fromisoformat(value)
        return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "microseconds") if moment.tzinfo else value
    except (ValueError, TypeError, OverflowError):
        return value


_TIMES: dict[str, Callable[[Any], Any]] = {"epoch_seconds": _seconds, "epoch_milliseconds": _milliseconds, "iso8601": _iso8601}
