"""Parquet as blocks of text columns.

Their values have types of their own. A typed value is spelled in one plain way and the contract's column is read in that spelling;
values that are text stay under the contract's declared spelling.

Belongs here: typed files to text. Does not belong here: judging values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from orchestration.contracts import Column, TableContract
from orchestration.extract.errors import ExportError
from orchestration.land.blocks import LINE, ROW, Block, Position, match_header, with_extras, without_nul

PLAIN_DATE, PLAIN_TIME = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.6f"
ROWS_PER_BLOCK = 65_536


class ParquetReader:
    """One Parquet file, read in batches of rows."""

    def __init__(self, contract: TableContract, path: Path, label: str, position: Position) -> None:
        self._path, self._label, self._position = path, label, position
        try:
            schema = pl.read_parquet_schema(path)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise ExportError(f"{label}: bad or truncated Parquet ({str(error).splitlines()[0]}); export or copy it again") from None
        self._header = match_header(contract, list(schema), label)
        self.unknown = self._header.unknown
        self._types = dict(zip(self._header.names, schema.values(), strict=True))
        columns = (_in_plain_spelling(column, self._types[contract.read_name[column.name]], label) for column in contract.columns)
        self.contract = replace(contract, columns=tuple(columns))

    def blocks(self) -> Iterator[Block]:
        """Blocks in the file's order. Raises ExportError when the file cannot be read to its end."""
        landed = {column.name: column for column in self.contract.columns}
        texts = [_spelled(pl.col(name), kind, landed.get(name)).alias(name) for name, kind in self._types.items()]
        scan = pl.scan_parquet(self._path, glob=False)
        try:
            for batch in scan.collect_batches(chunk_size=ROWS_PER_BLOCK, maintain_order=True):
                for piece in batch.iter_slices(ROWS_PER_BLOCK):
                    yield self._block(piece.rename(dict(zip(piece.columns, self._header.names, strict=True))).select(texts))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise ExportError(f"{self._label}: bad or truncated Parquet ({str(error).splitlines()[0]}); export or copy it again") from None

    def _block(self, frame: pl.DataFrame) -> Block:
        first = self._position.rows + 1
        numbers = pl.int_range(first, first + frame.height, dtype=pl.Int64, eager=True)
        self._position.rows += frame.height
        return without_nul(with_extras(frame.with_columns(numbers.alias(ROW), numbers.alias(LINE))))


def _in_plain_spelling(column: Column, kind: pl.DataType, label: str) -> Column:
    """The column as its typed values will be spelled; a text column stays as declared."""
    if kind in (pl.String, pl.Categorical, pl.Enum):
        return column
    plain = replace(column, null_tokens=(), percent=False, decimal_separator=".", thousands_separator="")
    if not kind.is_temporal() or column.type not in ("date", "timestamp"):
        return plain
    if column.type == "date":
        return replace(plain, format=PLAIN_DATE)
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        return replace(plain, format=PLAIN_TIME, time_zone="UTC")
    if not column.time_zone:
        raise ExportError(f"{label}: column {column.source_name} has times without a zone; write time_zone for it in the contract")
    return replace(plain, format=PLAIN_TIME)


def _spelled(value: pl.Expr, kind: pl.DataType, column: Column | None) -> pl.Expr:
    if kind == pl.Boolean and column is not None and column.type == "boolean":
        return pl.when(value).then(pl.lit(column.true_tokens[0])).when(~value).then(pl.lit(column.false_tokens[0]))
    if isinstance(kind, pl.Datetime):
        utc = value.dt.convert_time_zone("UTC") if kind.time_zone else value
        whole_day = utc.dt.strftime(PLAIN_DATE)
        if column is not None and column.type == "date":
            return pl.when(utc == utc.dt.truncate("1d")).then(whole_day).otherwise(utc.dt.strftime(PLAIN_TIME))
        return utc.dt.strftime(PLAIN_TIME)
    if kind == pl.Date:
        return value.dt.strftime(PLAIN_TIME if column is not None and column.type == "timestamp" else PLAIN_DATE)
    if isinstance(kind, pl.Struct):
        return value.struct.json_encode()
    if isinstance(kind, (pl.List, pl.Array)):
        wrapped = pl.struct(value.alias("values")).struct.json_encode()
        return pl.when(value.is_not_null()).then(wrapped.str.strip_prefix('{"values":').str.strip_suffix("}"))
    if kind == pl.Binary:
        return value.bin.encode("hex")
    return value.cast(pl.String)
