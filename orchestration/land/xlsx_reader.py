"""Excel workbooks as blocks of text columns.

A cell's value is spelled as the contract's column declares it, so an Excel number under a date column is no date. An empty cell is null;
an error cell (#N/A), which the reading library takes for empty, sends its row to quarantine.

Belongs here: sheets and cells. Does not belong here: judging values.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from orchestration.contracts import Column, TableContract
from orchestration.extract import Limits
from orchestration.extract.errors import ExportError
from orchestration.land.blocks import LINE, ROW, Block, Header, Position, Reject, match_header, text_json, with_extras, without_nul

ROWS_PER_BLOCK = 65_536
# Excel keeps numbers as doubles and shows 15 digits: beyond that the export has already lost the value.
_EXACT = 10**15
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\bt=[\"']e[\"'])[^>]*\br=[\"']([A-Z]+)([0-9]+)[\"']")


class XlsxReader:
    """One sheet of an Excel workbook. The file format itself bounds it: 1,048,576 rows."""

    def __init__(self, contract: TableContract, path: Path, label: str, position: Position, limits: Limits) -> None:
        self.contract = contract
        self.unknown: list[str] = []
        self._label, self._position = label, position
        try:
            _refuse_bomb(path, label, limits)
            book = CalamineWorkbook.from_path(str(path))
            sheet = contract.format.sheet or book.sheet_names[0]
            if sheet not in book.sheet_names:
                raise ExportError(f"{label}: expected a sheet {sheet!r}, got {', '.join(map(repr, book.sheet_names))}; mend format.sheet")
            self._sheet = book.get_sheet_by_name(sheet)
            self._error_cells = _error_cells(path, sheet)
        except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, OSError, LookupError) as error:
            raise ExportError(f"{label}: bad or truncated Excel workbook ({error}); save it again as .xlsx") from None

    def blocks(self) -> Iterator[Block]:
        """Blocks in the sheet's order; line numbers are the sheet's own row numbers. Raises ExportError: no header, mismatch."""
        header: Header | None = None
        rows: list[list[Any]] = []
        rejects: list[Reject] = []
        for line, cells in enumerate(self._sheet.to_python(skip_empty_area=False), start=1):
            if all(cell == "" for cell in cells) and line not in self._error_cells:
                continue
            if header is None:
                header = match_header(self.contract, [_cell_text(cell, None) or "" for cell in cells], self._label)
                self.unknown = header.unknown
                landed = {column.name: column for column in self.contract.columns}
                continue
            self._position.rows += 1
            row = self._position.rows
            reason = self._error_cells.get(line, "")
            if any(isinstance(cell, float) and abs(cell) >= _EXACT for cell in cells):
                reason = "a number of more than 15 digits: Excel has rounded it"
            if reason:
                rejects.append(Reject(row, line, None, None, reason, text_json([str(cell) for cell in cells])))
                continue
            rows.append([*(_cell_text(cell, landed.get(name)) for cell, name in zip(cells, header.names, strict=True)), row, line])
            if len(rows) + len(rejects) >= ROWS_PER_BLOCK:
                yield self._block(rows, rejects, header)
                rows, rejects = [], []
        if header is None:
            raise ExportError(f"{self._label}: empty export (no header in the sheet); export it again")
        if rows or rejects:
            yield self._block(rows, rejects, header)

    def _block(self, rows: list[list[Any]], rejects: list[Reject], header: Header) -> Block:
        schema = dict.fromkeys(header.names, pl.String) | {ROW: pl.Int64, LINE: pl.Int64}
        return without_nul(with_extras(pl.DataFrame(rows, schema=schema, orient="row")), rejects)


def _cell_text(cell: Any, column: Column | None) -> str | None:
    if cell == "":
        return None
    if isinstance(cell, bool):
        tokens = (column.false_tokens, column.true_tokens) if column is not None and column.type == "boolean" else (("false",), ("true",))
        return tokens[cell][0]
    if isinstance(cell, float):
        return _plain_number(cell, column)
    if isinstance(cell, (dt.datetime, dt.date)):
        return _cell_time(cell, column)
    return str(cell)


def _plain_number(cell: float, column: Column | None) -> str:
    text = str(int(cell)) if cell.is_integer() else repr(cell)
    return text.replace(".", column.decimal_separator) if column is not None and column.type in ("decimal", "double") else text


def _cell_time(cell: dt.datetime | dt.date, column: Column | None) -> str:
    if column is None or column.type not in ("date", "timestamp"):
        return cell.isoformat()
    moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
    has_lost = moment.time() != dt.time() if column.type == "date" else moment.microsecond and "f" not in column.format
    return moment.isoformat() if has_lost else moment.strftime(column.format.replace("%.", ".%").replace("%3f", "%f").replace("%6f", "%f"))


def _error_cells(path: Path, sheet: str) -> dict[int, str]:
    """Reason by sheet row for rows with an error cell, found in the sheet's XML piece by piece."""
    found: dict[int, str] = {}
    with zipfile.ZipFile(path) as archive:
        relation = next(
            item.get(_RELATION)
            for item in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
            if item.get("name") == sheet
        )
        targets = {item.get("Id"): item.get("Target", "") for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
        target = targets[relation]
        with archive.open(target.lstrip("/") if target.startswith("/") else f"xl/{target}") as content:
            rest = b""
            while piece := content.read(1 << 20):
                text = rest + piece
                for match in _ERROR_CELL.finditer(text):
                    found[int(match[2])] = f"cell {match[1].decode()}{match[2].decode()} holds an Excel error"
                rest = text[text.rfind(b"<") :]
    return found


def _refuse_bomb(path: Path, label: str, limits: Limits) -> None:
    with zipfile.ZipFile(path) as archive:
        for item in archive.infolist():
            too_dense = item.file_size > limits.ratio_from_bytes and item.file_size > limits.max_ratio * max(item.compress_size, 1)
            if item.file_size > limits.max_bytes or too_dense:
                raise ExportError(f"{label}: {item.filename} unpacks to {item.file_size:,} bytes, refused as a bomb; export it as CSV")
