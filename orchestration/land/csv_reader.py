"""CSV as blocks of text columns: Polars where a block is clean, the exact scanner where it is not.

The fast path answers only when it can prove that it cut the fields as the exact scanner would: Polars fills short rows and blank
lines with empty fields, so a block with an empty last column must also have the right number of delimiters.

Belongs here: buffering, cutting at record ends, proving the fast path. Does not belong here: the grammar, the contract's types.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from orchestration.contracts import TableContract
from orchestration.extract.errors import ExportError
from orchestration.land.blocks import LINE, ROW, Block, Header, Position, Reject, match_header, text_json, with_extras
from orchestration.land.csv_records import Record, RecordScanner, UnterminatedQuote

BLOCK_BYTES = 8 << 20
# A block that is not clean is tried again in smaller pieces, so that one bad row costs an exact scan of this much.
LEAST_BYTES = 32 << 10


class CsvReader:
    """One CSV file, UTF-8 pieces in, blocks out. Reads no further ahead than one block."""

    def __init__(
        self, contract: TableContract, chunks: Iterator[bytes], label: str, position: Position, file: str = "", block_bytes: int = 0
    ) -> None:
        self.contract = contract
        self.unknown: list[str] = []
        self._chunks, self._label, self._position, self._file = iter(chunks), label, position, file
        self._block_bytes = block_bytes or BLOCK_BYTES
        self._scanner = RecordScanner(contract.format)
        self._data, self._at, self._ended = b"", 0, False
        dialect = contract.format
        self._quote = dialect.quote.encode()
        self._delimiter = dialect.delimiter.encode()
        self._may_precede = _lookup(self._delimiter + self._quote + b"\n")
        self._may_follow = _lookup(self._delimiter + self._quote + b"\r\n")
        self._can_be_fast = len(self._delimiter) == 1 and len(self._quote) <= 1 and not dialect.escape

    def blocks(self) -> Iterator[Block]:
        """Blocks in the file's order. Raises ExportError: no header, header mismatch, unterminated quote, truncated."""
        header = self._read_header()
        self.unknown = header.unknown
        size = self._block_bytes
        while self._has(size):
            end = self._cut(size)
            block = self._fast(self._data[self._at : end], header) if end > self._at else None
            if block is not None:
                self._at = end
                size = min(size * 2, self._block_bytes)
            elif size > LEAST_BYTES and self._can_be_fast:
                size = max(size // 8, LEAST_BYTES)
                continue
            else:
                block = self._exact(max(end, self._at + 1), header)
            yield block

    def _has(self, size: int) -> bool:
        """Whether any byte is left; reads on when fewer than `size` are at hand."""
        if len(self._data) - self._at < size and not self._ended:
            pieces = [self._data[self._at :]]
            have = len(pieces[0])
            while have < max(size, self._block_bytes):
                piece = next(self._chunks, None)
                if piece is None:
                    self._ended = True
                    break
                pieces.append(piece)
                have += len(piece)
            self._data, self._at = b"".join(pieces), 0
        return self._at < len(self._data)

    def _cut(self, size: int) -> int:
        """Where the last record within `size` ends if quotes pair up, or the present place when none is seen to end."""
        start, limit = self._at, min(len(self._data), self._at + size)
        if self._ended and limit == len(self._data):
            return limit
        line_end = self._data.rfind(b"\n", start, limit)
        # Finding that there is no quote takes a fraction of the time of counting none.
        if not self._quote or self._data.find(self._quote, start, limit) < 0:
            return max(line_end + 1, start)
        quotes = self._data.count(self._quote, start, line_end)
        while quotes % 2:
            last_quote = self._data.rfind(self._quote, start, line_end)
            earlier = self._data.rfind(b"\n", start, last_quote)
            if earlier < 0:
                return start
            quotes -= self._data.count(self._quote, earlier, line_end)
            line_end = earlier
        return line_end + 1

    def _fast(self, data: bytes, header: Header) -> Block | None:
        """The block by Polars, or None when it cannot be proven to be what the exact scanner would say."""
        if not self._can_be_fast or b"\0" in data or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
            return None
        width, quoted = len(header.names), bool(self._quote) and self._quote in data
        if quoted and not self._quotes_are_regular(data):
            return None
        # Without a last line end Polars drops an empty field too many.
        data = data if data.endswith(b"\n") else data + b"\n"
        if width == 1 and (data[:1] in b"\r\n" or b"\n\n" in data or b"\n\r\n" in data):
            return None
        try:
            frame = pl.read_csv(
                data,
                has_header=False,
                schema=dict.fromkeys(header.names, pl.String),
                separator=self._delimiter.decode(),
                quote_char=self._quote.decode() if quoted else None,
                empty_string_is_null=False,
            )
        except pl.exceptions.PolarsError:
            return None
        if (frame.to_series(width - 1) == "").any():
            inside = _count_in_fields(frame, self._delimiter) if quoted else 0
            if data.count(self._delimiter) - inside != frame.height * (width - 1):
                return None
        line_ends = data.count(b"\n") if quoted else frame.height
        lines = self._line_numbers(frame, line_ends)
        if lines is None:
            return None
        rows = pl.int_range(self._position.rows + 1, self._position.rows + frame.height + 1, dtype=pl.Int64, eager=True)
        self._position.rows += frame.height
        self._position.lines += line_ends
        return Block(with_extras(frame.hstack([rows.alias(ROW), lines.alias(LINE)])), file=self._file)

    def _quotes_are_regular(self, data: bytes) -> bool:
        """Whether each quote opens a field, closes one, or is doubled inside one. Polars drops or keeps any other quote by a guess."""
        codes = np.frombuffer(data, np.uint8)
        places = np.flatnonzero(codes == self._quote[0])
        if len(places) % 2:
            return False
        opening, closing = places[0::2], places[1::2]
        before = codes[opening - 1][1 if opening[0] == 0 else 0 :]
        after = codes[closing[:-1] + 1] if closing[-1] == len(codes) - 1 else codes[closing + 1]
        return bool(self._may_precede[before].all() and self._may_follow[after].all())

    def _line_numbers(self, frame: pl.DataFrame, line_ends: int) -> pl.Series | None:
        first = self._position.lines + 1
        if line_ends == frame.height:
            return pl.int_range(first, first + frame.height, dtype=pl.Int64, eager=True)
        per_row = frame.select(1 + pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).cast(pl.Int64))).to_series()
        if per_row.sum() != line_ends:
            return None
        return first + per_row.cum_sum() - per_row

    def _exact(self, until: int, header: Header) -> Block:
        """Records one by one, to the first record end at or after `until`."""
        rows: list[list[str]] = []
        rejects: list[Reject] = []
        numbers: list[tuple[int, int]] = []
        blank = 0
        while self._at < until or not (rows or rejects or blank):
            record = self._next_record()
            if record is None:
                break
            if record.is_blank:
                blank += 1
                self._position.lines += record.lines
                continue
            row, line = self._position.rows + 1, self._position.lines + 1
            self._position.rows, self._position.lines = row, self._position.lines + record.lines
            problem = self._problem(record, len(header.names), row, line)
            if problem:
                rejects.append(Reject(row, line, None, None, problem, text_json(record.fields)))
            else:
                rows.append(record.fields)
                numbers.append((row, line))
            if until > len(self._data):
                until = self._at
        frame = pl.DataFrame(rows, schema=dict.fromkeys(header.names, pl.String), orient="row")
        frame = frame.with_columns(
            pl.Series(ROW, [row for row, _ in numbers], dtype=pl.Int64), pl.Series(LINE, [line for _, line in numbers], dtype=pl.Int64)
        )
        return Block(with_extras(frame), rejects, blank, self._file)

    def _problem(self, record: Record, width: int, row: int, line: int) -> str:
        found = len(record.fields)
        if found < width and not record.terminated:
            raise ExportError(
                f"{self._label}: truncated: the last record (row {row}, line {line}) has {found} of {width} fields and no line end; "
                "export it again"
            )
        if record.problem:
            return f"malformed quoting: {record.problem}"
        if found != width:
            return f"expected {width} fields, found {found}"
        return "NUL byte in the row" if any("\0" in value for value in record.fields) else ""

    def _next_record(self) -> Record | None:
        wanted = self._block_bytes
        while self._has(min(wanted, 1)):
            try:
                record = self._scanner.scan(self._data, self._at, self._ended)
            except UnterminatedQuote as error:
                line = self._position.lines + 1 + error.lines_in
                raise ExportError(
                    f"{self._label}: unterminated quote: the field opened on line {line} (row {self._position.rows + 1}) is not closed "
                    f"{error.within}; the file is truncated or its quoting is not format.quote {self.contract.format.quote!r}"
                ) from None
            except ExportError as error:
                raise ExportError(f"{self._label}: line {self._position.lines + 1}: {error}") from None
            if record is not None:
                self._at = record.end
                return record
            wanted = len(self._data) - self._at + self._block_bytes
            self._has(wanted)
        return None

    def _read_header(self) -> Header:
        while True:
            record = self._next_record()
            if record is None:
                raise ExportError(f"{self._label}: empty export (no header); expected {self._expected()}; export it again")
            self._position.lines += record.lines
            if not record.is_blank:
                return match_header(self.contract, record.fields, self._label)

    def _expected(self) -> str:
        return ", ".join(column.source_name for column in self.contract.read_columns)


def _lookup(allowed: bytes) -> np.ndarray:
    table = np.zeros(256, dtype=bool)
    table[list(allowed)] = True
    return table


def _count_in_fields(frame: pl.DataFrame, text: bytes) -> int:
    counts = frame.select(pl.all().str.count_matches(text.decode(), literal=True).sum()).row(0)
    return sum(count or 0 for count in counts)
