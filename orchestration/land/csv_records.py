"""CSV one record at a time, exactly: the judge of every block on which the fast path is not sure.

Rules: a field that begins with the quote ends at the next single quote (doubled quotes are one quote; the escape, when declared,
shields the next character); text between that and the next delimiter makes the row malformed. A quote inside a field that does not
begin with one is text. A record ends at LF, CRLF or CR outside quotes. An empty line is no record.

Belongs here: the grammar. Does not belong here: blocks, frames, the contract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestration.contracts import FileFormat
from orchestration.extract.errors import ExportError

# An open quote that swallows more than this is a mistake, not a field; the bound keeps memory bounded.
MAX_RECORD_BYTES = 16 << 20


@dataclass(frozen=True)
class Record:
    """One record: its fields as text, the byte after it, the lines it takes, and what is wrong with it (empty: nothing)."""

    fields: list[str]
    end: int
    lines: int
    problem: str
    terminated: bool
    is_blank: bool


class RecordScanner:
    """The grammar of one declared dialect over UTF-8 bytes."""

    def __init__(self, dialect: FileFormat) -> None:
        quote, escape, delimiter = dialect.quote.encode(), dialect.escape.encode(), dialect.delimiter.encode()
        self._quote, self._delimiter = quote, delimiter
        q, d = re.escape(quote), re.escape(delimiter)
        if quote:
            e = re.escape(escape) if escape != quote else b""
            plain = rb"(?!" + q + (rb"|" + e if e else b"") + rb")."
            shield = rb"|" + e + rb"." if e else b""
            self._quoted = re.compile(q + rb"((?:(?:" + plain + rb")++" + shield + rb"|" + q + q + rb")*+)" + q, re.DOTALL)
            self._unescape = re.compile(e + rb"(.)|" + q + q, re.DOTALL) if e else None
        self._plain = re.compile(rb"[^\r\n" + d + rb"]*+" if len(delimiter) == 1 else rb"(?:(?!" + d + rb")[^\r\n])*+", re.DOTALL)

    def scan(self, data: bytes, start: int, at_end: bool) -> Record | None:
        """The record that begins at `start`, or None when `data` must first grow. Raises ExportError for an unterminated quote."""
        fields: list[bytes] = []
        position, problem, size = start, "", len(data)
        while True:
            if self._quote and data.startswith(self._quote, position):
                match = self._quoted.match(data, position)
                if match is None or (match.end() == size and not at_end):
                    return self._unfinished(data, start, position, at_end)
                value = self._unquote(match[1])
                position = match.end()
                junk = self._plain.match(data, position)
                if junk[0]:
                    problem = f"field {len(fields) + 1} has text after its closing quote"
                    value += junk[0]
                    position = junk.end()
            else:
                match = self._plain.match(data, position)
                value, position = match[0], match.end()
            if position >= size - len(self._delimiter) and not at_end:
                return self._unfinished(data, start, None, at_end)
            fields.append(value)
            if data.startswith(self._delimiter, position):
                position += len(self._delimiter)
                continue
            terminated = position < size
            if terminated:
                position += 2 if data.startswith(b"\r\n", position) else 1
            raw = data[start:position]
            lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n") + (not terminated)
            # Only now: what was read so far may have ended inside a character.
            return Record([field.decode() for field in fields], position, lines, problem, terminated, is_blank=not raw.strip(b"\r\n"))

    def _unquote(self, value: bytes) -> bytes:
        if self._unescape:
            return self._unescape.sub(lambda match: match[1] if match[1] is not None else self._quote, value)
        return value.replace(self._quote * 2, self._quote)

    def _unfinished(self, data: bytes, start: int, opened: int | None, at_end: bool) -> None:
        too_long = len(data) - start > MAX_RECORD_BYTES
        if opened is not None and (at_end or too_long):
            within = "before the end of the file" if at_end else f"within {MAX_RECORD_BYTES >> 20} MiB"
            raise UnterminatedQuote(data.count(b"\n", start, opened), within)
        if too_long:
            raise ExportError(f"a record is longer than {MAX_RECORD_BYTES >> 20} MiB; check the line ends and format.delimiter")


class UnterminatedQuote(ExportError):
    """A quote is opened and never closed: the file is truncated or its quoting is broken."""

    def __init__(self, lines_in: int, within: str) -> None:
        super().__init__(f"a quoted field is not closed {within}")
        self.lines_in = lines_in
        self.within = within
