"""What every reader hands to conforming: bounded blocks of rows whose columns are all text.

Belongs here: the shape between reading and conforming, and matching a header to the contract.
Does not belong here: any file format, any conversion of a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from orchestration.contracts import TableContract, nearest
from orchestration.extract.errors import ExportError

ROW, LINE, EXTRA = "_row_number", "_line_number", "_extra"
# Mark a column of the export that the contract does not know, and one that the loader added; no contract column can begin with them.
UNKNOWN, LOADERS = "+", "-"


@dataclass(frozen=True)
class Reject:
    """One row that goes to quarantine; `column` and `value` are None when the row as a whole is malformed."""

    row_number: int
    line_number: int
    column: str | None
    value: str | None
    reason: str
    raw: str


@dataclass(frozen=True)
class Block:
    """Rows of one file, bounded in size.

    frame: one text column per contract column (by landed name), _row_number and _line_number (Int64, 1-based; the row number runs on
    through the files of an archive), _extra (text JSON of unknown columns, or null). rejects: malformed rows, in no frame.
    blank_lines: lines without a record. file: the file inside an archive, or an empty text.
    """

    frame: pl.DataFrame
    rejects: Sequence[Reject] = ()
    blank_lines: int = 0
    file: str = ""

    @property
    def rows(self) -> int:
        return self.frame.height + len(self.rejects)


class Reader(Protocol):
    """A file format: contract in, blocks out. `unknown` fills with the headers that the contract does not know."""

    unknown: list[str]
    contract: TableContract

    def blocks(self) -> Iterator[Block]: ...


@dataclass
class Position:
    """How many records and lines are behind us."""

    rows: int = 0
    lines: int = 0


@dataclass
class Header:
    """A file's header against its contract. names: by position, the landed name, or UNKNOWN or LOADERS + the header."""

    names: list[str]
    unknown: list[str] = field(default_factory=list)


def match_header(contract: TableContract, header: Sequence[str], label: str) -> Header:
    """Match by name, in any order. Raises ExportError: twice the same, a column missing, or unknown where the contract says fail."""
    twice = sorted({name for name in header if list(header).count(name) > 1})
    if twice:
        raise ExportError(f"{label}: header has {_quoted(twice)} more than once; expected each column once; export it again")
    landed = {column.source_name: column.name for column in contract.read_columns}
    unknown = [name for name in header if name not in landed and not contract.is_loaders_own(name)]
    missing = [name for name in landed if name not in header]
    if missing:
        hints = "".join(f"; {name!r}{hint[1:]}" for name in missing if (hint := nearest(name, unknown)))
        raise ExportError(
            f"{label}: header lacks {_quoted(missing)} and has {_quoted(unknown) or 'nothing'} besides{hints} "
            f"Mend the export, or name the header in source_name of {contract.name}."
        )
    if unknown and contract.on_new_column == "fail":
        raise ExportError(
            f"{label}: new column {_quoted(unknown)}; {contract.name} says on_new_column: fail; "
            "add it to the contract or write on_new_column: keep"
        )
    marks = {name: LOADERS + name for name in header if contract.is_loaders_own(name)}
    return Header([landed.get(name, marks.get(name, UNKNOWN + name)) for name in header], unknown)


def text_json(value: object) -> str:
    """Compact JSON, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def with_extras(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns that the contract does not know, gathered as the JSON text of one object in _extra; the loader's own are left out."""
    frame = frame.drop([name for name in frame.columns if name.startswith(LOADERS)])
    unknown = [name for name in frame.columns if name.startswith(UNKNOWN)]
    if not unknown:
        return frame.with_columns(pl.lit(None, pl.String).alias(EXTRA))
    packed = pl.struct(pl.col(name).alias(name[len(UNKNOWN) :]) for name in unknown).struct.json_encode()
    return frame.with_columns(packed.alias(EXTRA)).drop(unknown)


def without_nul(frame: pl.DataFrame, rejects: list[Reject] | None = None) -> Block:
    """A block of the frame's rows, those with a NUL character as rejects."""
    rejects = rejects or []
    names = [name for name, kind in frame.schema.items() if kind == pl.String]
    has_nul = frame.select(pl.any_horizontal(pl.col(names).str.contains("\0", literal=True).fill_null(False))).to_series()
    if not has_nul.any():
        return Block(frame, rejects)
    for row in frame.filter(has_nul).iter_rows(named=True):
        rejects.append(Reject(row[ROW], row[LINE], None, None, "NUL byte in the row", text_json({name: row[name] for name in names})))
    return Block(frame.filter(~has_nul), rejects)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
