"""Which reader takes a kept export: by the contract's format type, or the one of pages for the folder of a fetch.

Belongs here: the choice. Does not belong here: any format.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestration.contracts import TableContract
from orchestration.extract import Limits, open_members
from orchestration.extract.errors import ExportError
from orchestration.land.blocks import Position, Reader
from orchestration.land.csv_reader import CsvReader
from orchestration.land.json_reader import JsonArrayReader, NdjsonReader
from orchestration.land.pages_reader import PagesReader
from orchestration.land.parquet_reader import ParquetReader
from orchestration.land.text import as_utf8
from orchestration.land.xlsx_reader import XlsxReader

_TEXT_READERS = {"csv": CsvReader, "ndjson": NdjsonReader, "json": JsonArrayReader}


def open_readers(contract: TableContract, kept: Path, name: str, limits: Limits, block_bytes: int = 0) -> Iterator[Reader]:
    """One reader per file inside the export; row numbers run on from one to the next. Raises ExportError."""
    position = Position()
    if kept.is_dir():
        yield PagesReader(contract, kept, name, position, block_bytes)
        return
    if kept.stat().st_size == 0:
        raise ExportError(f"{name}: empty export (0 bytes); expected at least a header; export it again")
    match contract.format.type:
        case "parquet":
            yield ParquetReader(contract, kept, name, position)
        case "xlsx":
            yield XlsxReader(contract, kept, name, position, limits)
        case kind:
            for member in open_members(kept, name, limits):
                label = f"{name}/{member.name}" if member.name else name
                text = as_utf8(member.chunks, contract.format.encoding, label, f"format.encoding of {contract.name}")
                position.lines = 0
                yield _TEXT_READERS[kind](contract, text, label, position, member.name, block_bytes)
