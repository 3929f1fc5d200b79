"""NDJSON and JSON arrays as blocks of text columns, record by record, in bounded memory.

Numbers keep the text they were written with (no float in between); nested values become JSON text; a missing key is null, but a
column that no record has is a missing header.

Belongs here: JSON. Does not belong here: types, null tokens (a JSON null is null), the contract's rules.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from orchestration.contracts import Column, TableContract
from orchestration.extract.errors import ExportError
from orchestration.extract.rest.envelope import Number
from orchestration.land.blocks import EXTRA, LINE, ROW, Block, Position, Reject, match_header, text_json

BLOCK_BYTES = 4 << 20
MAX_RECORD_BYTES = 16 << 20
_SPACE = " \t\r\n"


class _Twice(dict):
    """An object with a key more than once."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    return built if len(built) == len(pairs) else _Twice(built)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=Number)


class JsonReader:
    """What the readers of JSON share: a record to a row of text columns."""

    def __init__(
        self, contract: TableContract, chunks: Iterator[bytes], label: str, position: Position, file: str = "", block_bytes: int = 0
    ) -> None:
        self.contract = contract
        self.unknown: list[str] = []
        self._chunks, self._label, self._position, self._file = chunks, label, position, file
        self._block_bytes = block_bytes or BLOCK_BYTES
        self._seen: set[str] = set()
        self._names = {column.source_name for column in contract.columns}
        self._columns = contract.read_columns
        self._sources = [column.source_name for column in self._columns]

    def blocks(self) -> Iterator[Block]:
        """Blocks in the file's order. Raises ExportError: not JSON, truncated, a column that no record has."""
        first_row = self._position.rows
        rows: list[list[Any]] = []
        rejects: list[Reject] = []
        size = 0
        for value, line, length in self._records():
            self._position.rows += 1
            outcome = self._row(value, self._position.rows, line)
            (rejects if isinstance(outcome, Reject) else rows).append(outcome)
            size += length
            if size >= self._block_bytes:
                yield self._block(rows, rejects)
                rows, rejects, size = [], [], 0
        if self._position.rows > first_row and self._seen:
            # Raises for a column that no record has.
            match_header(self.contract, self._all_seen(), self._label)
        if rows or rejects:
            yield self._block(rows, rejects)

    def _all_seen(self) -> list[str]:
        return sorted(self._seen)

    def _records(self) -> Iterator[tuple[Any, int, int]]:
        """(value or Reject reason as BrokenRecord, line, bytes) of each record."""
        raise TypeError("a JSON reader says how its records are found")

    def _row(self, value: Any, row: int, line: int) -> list[Any] | Reject:
        if isinstance(value, BrokenRecord):
            return Reject(row, line, None, None, value.reason, value.raw)
        if not isinstance(value, dict):
            return Reject(row, line, None, None, f"expected a JSON object, got {type(value).__name__.strip('_')}", _dump(value))
        if isinstance(value, _Twice):
            return Reject(row, line, None, None, "a key occurs more than once in the object", _dump(value))
        self._seen.update(value)
        new = set() if value.keys() <= self._names else value.keys() - self._names
        if new and self.contract.loader:
            new = {name for name in new if not self.contract.is_loaders_own(name)}
        if new:
            self._note_unknown(new, line)
        texts = [
            found if type(found) is str else _text(found, column)
            for found, column in zip(map(value.get, self._sources), self._columns, strict=True)
        ]
        # One look at the whole row: almost every row is plain ASCII without NUL.
        whole = "".join(filter(None, texts))
        if not whole.isascii() or "\0" in whole:
            for column, text in zip(self._columns, texts, strict=True):
                if text is not None and (problem := _unstorable(text)):
                    # Escaped: what cannot be stored must still be shown.
                    return Reject(row, line, column.name, json.dumps(text), f"{column.name}: {problem}", _dump(value))
        extra = _dump({name: value[name] for name in value if name in new}) if new else None
        return [*texts, row, line, extra]

    def _note_unknown(self, new: set[str], line: int) -> None:
        if self.contract.on_new_column == "fail":
            match_header(self.contract, [*self._names, *sorted(new)], f"{self._label}: line {line}")
        self.unknown = sorted({*self.unknown, *new})

    def _block(self, rows: list[list[Any]], rejects: list[Reject]) -> Block:
        schema = dict.fromkeys((column.name for column in self.contract.read_columns), pl.String)
        schema |= {ROW: pl.Int64, LINE: pl.Int64, EXTRA: pl.String}
        return Block(pl.DataFrame(rows, schema=schema, orient="row"), rejects, file=self._file)


class NdjsonReader(JsonReader):
    """One JSON object per line. A line that is no JSON is a row for quarantine; a last one without line end is a truncated file."""

    def _records(self) -> Iterator[tuple[Any, int, int]]:
        rest = b""
        for chunk in self._chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_RECORD_BYTES:
                line_number, most = self._position.lines + 1, MAX_RECORD_BYTES >> 20
                raise ExportError(f"{self._label}: line {line_number} is over {most} MiB; expected one JSON object per line")
            for line in lines:
                yield from self._line(line, is_last=False)
        if rest.strip():
            yield from self._line(rest, is_last=True)

    def _line(self, line: bytes, *, is_last: bool) -> Iterator[tuple[Any, int, int]]:
        self._position.lines += 1
        text = line.decode().strip()
        if not text:
            return
        try:
            value = _DECODER.decode(text)
        except (ValueError, RecursionError) as error:
            if is_last:
                raise ExportError(f"{self._label}: truncated: line {self._position.lines} ends inside its JSON; export it again") from None
            value = BrokenRecord(f"not JSON: {error}", text_json(text))
        yield value, self._position.lines, len(line)


class JsonArrayReader(JsonReader):
    """One JSON array of objects, decoded element by element."""

    def _records(self) -> Iterator[tuple[Any, int, int]]:
        self._text, self._at, self._offset, self._ended = "", 0, 0, False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._position.lines += 1
        if self._next_mark() != "[":
            got = repr(self._text[self._at : self._at + 20]) if self._text else "nothing"
            raise ExportError(f"{self._label}: expected a JSON array beginning with '[', got {got}; one object per line is type: ndjson")
        self._advance(1)
        if self._next_mark() == "]":
            return self._finish()
        while True:
            value, end = self._element()
            line, length = self._position.lines, end - self._at
            self._advance(length)
            yield value, line, length
            mark = self._next_mark()
            if mark == "]":
                return self._finish()
            if mark != ",":
                self._fail("expected ',' or ']' after an element")
            self._advance(1)
            self._next_mark()

    def _element(self) -> tuple[Any, int]:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                # A number at the end of what was read may go on.
                if end < len(self._text) or self._ended:
                    return value, end
            except (ValueError, RecursionError):
                if self._ended or len(self._text) - self._at > MAX_RECORD_BYTES:
                    self._fail("not JSON")
            self._more()

    def _finish(self) -> None:
        self._advance(1)
        if self._next_mark():
            self._fail("text after the end of the array")

    def _next_mark(self) -> str:
        """The next character that is no space, not taken; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._advance(1)
            if self._ended:
                return ""
            self._more()

    def _advance(self, length: int) -> None:
        self._position.lines += self._text.count("\n", self._at, self._at + length)
        self._at += length

    def _more(self) -> None:
        """Read at least as much again as is at hand, so that a long element is not decoded at every piece."""
        pieces, wanted = [self._text[self._at :]], max(len(self._text) - self._at, 1)
        self._offset += len(self._text[: self._at].encode())
        have = 0
        while have < wanted and not self._ended:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            piece = self._decoder.decode(chunk or b"", final=self._ended)
            pieces.append(piece)
            have += len(piece)
        self._text, self._at = "".join(pieces), 0

    def _fail(self, problem: str) -> None:
        offset = self._offset + len(self._text[: self._at].encode())
        cut = "truncated: " if self._ended else ""
        where = f"byte {offset}, line {self._position.lines}, row {self._position.rows + 1}"
        raise ExportError(f"{self._label}: {cut}{problem} at {where}; export it again")


class BrokenRecord:
    """A record that is none: the reason, and its text."""

    def __init__(self, reason: str, raw: str) -> None:
        self.reason, self.raw = reason, raw


def _text(value: Any, column: Column) -> str | None:
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    if isinstance(value, bool):
        tokens = (column.false_tokens, column.true_tokens) if column.type == "boolean" else (("false",), ("true",))
        return tokens[value][0]
    return str(value) if isinstance(value, str) else _dump(value)


def _dump(value: Any) -> str:
    """JSON text in which numbers keep their spelling."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_dump(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_dump(item) for item in value) + "]"
    return json.dumps(value)


def _unstorable(text: str) -> str:
    if "\0" in text:
        return "NUL byte in the row"
    return "" if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text) else "half of a surrogate pair, no character"
