"""Records of an API as flat ones: dotted paths become columns, elements of an array become rows, numbers of seconds become times.

Beside its own fields an element of an array has _parent (what holds it) and _position (1 for the first), and one that a change took away
has _removed.

Belongs here: JSON of one record to names and values. Does not belong here: reading pages, types and rules of a column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, localcontext
from typing import Any

from orchestration.contracts import Column, TableContract
from orchestration.extract.rest.envelope import Number

PARENT, POSITION, REMOVED = "_parent", "_position", "_removed"
_EPOCH = dt.datetime.fromisoformat("1970-01-01")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]|\[([^\]=]+)=([^\]]*)\]")
_ABSENT = object()
#: Sums of what may be money: to the digit, or not at all.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
#: The steps to a value; and the steps to what must be `wanted` for this way to count, if any.
_Way = tuple[list["_Step"], list["_Step"], str]
#: A field's name, an element's place, or the field and the text by which an element is known: [id=7].
_Step = str | int | tuple[str, str]


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
        times |= {column.source_name: _joining(rest.joins[column.name]) for column in columns if column.name in rest.joins}
        times |= {column.source_name: _adding(column, rest.sums[column.name]) for column in columns if column.name in rest.sums}
        times |= {column.source_name: _translation(column, rest.maps[column.name]) for column in columns if column.name in rest.maps}
        self._plan = [(path, None if _is_plain(path) else _ways(path), times.get(path)) for path in self.paths]
        self._ignored = frozenset(rest.ignored)
        ways = [way.partition("?")[0] for path in self.paths for way in path.split("|")]
        self._known = {step for way in ways for step in (way, str(_steps(way)[0]))} | self._ignored | {PARENT, POSITION, REMOVED}
        self._changes = rest.changes
        self._only = [(_steps(path), {None if each is None else str(each) for each in wanted}) for path, wanted in rest.only.items()]
        self._arrays = [part.strip(".") for part in rest.records.split("[*]")[:-1]] if rest.records else []

    def rows(self, record: dict[str, Any], parent: Mapping[str, Any] | None) -> Iterable[dict[str, Any] | NoRow]:
        """The flat rows of one record, or why one of them is none. `parent`: what a child resource was asked for by."""
        if parent:
            record = {**record, PARENT: parent}
        before = _walk(record, _steps(self._changes.before)) if self._changes else None
        # Without what was before, all is new.
        if before is None or before is _ABSENT:
            return self._explode(record, 0) if self._arrays else self._row(record)
        if not self._arrays:
            return self._row(record) if any(self._differs(record, before, path) for path in self._changes.of) else ()
        return self._changed(record, before)

    def _differs(self, record: dict[str, Any], before: Any, path: str) -> bool:
        steps = _steps(path)
        was = _walk(before, steps)
        if was is _ABSENT or all(isinstance(step, str) for step in steps):
            return was is not _ABSENT
        return was != _walk(_walk(record, _steps(self._changes.now)), steps)

    def _changed(self, record: dict[str, Any], before: Any) -> Iterator[dict[str, Any] | NoRow]:
        """The rows of the elements that differ from what they were, or are gone."""
        changes = self._changes
        was, now = _walk(before, _steps(changes.list)), _walk(record, _steps(self._arrays[0]))
        if was is None or was is _ABSENT:
            return
        if not (isinstance(was, list) and isinstance(now, list) and all(isinstance(each, dict) for each in (*was, *now))):
            yield NoRow(f"{changes.before}.{changes.list}: expected lists of records, before and after, got something else")
            return
        known, left = ({each.get(changes.key): each for each in listed} for listed in (was, now))
        for position, element in enumerate(now, 1):
            old = known.get(element.get(changes.key))
            if old is None or any(_walk(old, _steps(path)) != _walk(element, _steps(path)) for path in changes.of):
                yield from self._row({**element, PARENT: record, POSITION: position, REMOVED: False})
        for key, element in known.items():
            if key not in left:
                yield from self._row({**element, PARENT: record, REMOVED: True})

    def _explode(self, record: Any, depth: int) -> Iterator[dict[str, Any] | NoRow]:
        if not isinstance(record, dict):
            yield NoRow(f"expected a JSON object, got {type(record).__name__}")
            return
        if depth == len(self._arrays):
            yield from self._row(record)
            return
        path = self._arrays[depth]
        found = _walk(record, _steps(path))
        if found is None or (found is _ABSENT and path in self._may_be_absent):
            return
        if not isinstance(found, list):
            got = "nothing" if found is _ABSENT else type(found).__name__
            yield NoRow(f"{path}: expected a list of records, got {got}")
            return
        for position, element in enumerate(found, 1):
            placed = {**element, PARENT: record, POSITION: position, REMOVED: False} if isinstance(element, dict) else element
            yield from self._explode(placed, depth + 1)

    def _row(self, record: dict[str, Any]) -> tuple[dict[str, Any] | NoRow, ...]:
        """The row of a record that is to be one."""
        for steps, wanted in self._only:
            found = _walk(record, steps)
            if (None if found is _ABSENT or found is None else _word(found)) not in wanted:
                return ()
        return (self._flat(record),)

    def _flat(self, record: dict[str, Any]) -> dict[str, Any] | NoRow:
        flat = {}
        for path, ways, convert in self._plan:
            value = record.get(path, _ABSENT)
            if value is _ABSENT and ways:
                value = _first(record, ways)
            if value is _ABSENT:
                if self._may_be_absent.isdisjoint(way.partition("?")[0] for way in path.split("|")):
                    return NoRow(
                        f"expected a field {path!r}, it has none; if the API leaves it out when null, name it in rest.may_be_absent",
                        frozenset(each for each in self.paths if each in record or _first(record, _ways(each)) is not _ABSENT),
                    )
                value = None
            if convert and value is not None:
                value = convert(value)
                if isinstance(value, NoRow):
                    return value
            flat[path] = value
        if "*" not in self._ignored and not record.keys() <= self._known:
            flat |= {name: value for name, value in record.items() if name not in self._known}
        return flat


def _is_plain(path: str) -> bool:
    return not any(letter in path for letter in ".[|?")


def _ways(path: str) -> list[_Way]:
    return [_way(each) for each in path.split("|")]


def _way(text: str) -> _Way:
    way, _, condition = text.partition("?")
    at, _, wanted = condition.partition("=")
    return _steps(way), _steps(at) if condition else [], wanted


def _first(record: Any, ways: list[_Way]) -> Any:
    """What is at the first of several paths that is there and not null; null when one is there; else absent."""
    best: Any = _ABSENT
    for steps, at, wanted in ways:
        if at and str(_walk(record, at)) != wanted:
            continue
        found = _walk(record, steps)
        if found is not _ABSENT and found is not None:
            return found
        best = None if found is None else best
    return best


def _word(value: Any) -> str:
    """A value as JSON writes it, texts without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joining(name: str) -> Callable[[Any], Any]:
    def join(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        parts = [each.get(name) if name and isinstance(each, dict) else each for each in value]
        return ",".join(str(part) for part in parts if part is not None) or None

    return join


def _adding(column: Column, name: str) -> Callable[[Any], Any]:
    def add(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        parts = [each.get(name) if isinstance(each, dict) else None for each in value]
        if not all(isinstance(part, Number) or type(part) is int for part in parts):
            return NoRow(f"{column.name}: expected a number at {name!r} of each element, got {str(parts)[:80]}")
        try:
            with localcontext(_EXACT):
                return Number(sum((Decimal(part) for part in parts), Decimal(0)))
        except DecimalException:
            return NoRow(f"{column.name}: expected numbers at {name!r} whose sum has at most {_EXACT.prec} digits, got {str(parts)[:80]}")

    return add


def _translation(column: Column, words: Mapping[str, str]) -> Callable[[Any], Any]:
    def translate(value: Any) -> Any:
        known = words.get(_word(value), words.get("*"))
        if known is not None:
            return known
        return NoRow(f"{column.name}: expected a word of rest.columns.{column.name}.map, got {str(value)[:80]!r}")

    return translate


def _steps(path: str) -> list[_Step]:
    found = _STEP.findall(path)
    return [name or ((field, value) if field else int(index)) for name, index, field, value in found] or [path]


def _walk(record: Any, steps: list[_Step]) -> Any:
    found = record
    for step in steps:
        if found is None:
            # What is inside of nothing is nothing, and says so.
            return None
        if isinstance(step, tuple):
            if not isinstance(found, list):
                return _ABSENT
            found = next((each for each in found if isinstance(each, dict) and str(each.get(step[0])) == step[1]), None)
        elif isinstance(step, int):
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
