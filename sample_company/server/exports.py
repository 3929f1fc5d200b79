"""The exports of an inbox as rows, as an API would know them: the last word on each record.

Belongs here: reading CSV files. Does not belong here: any vendor's JSON.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

Row = dict[str, str]


class Exports:
    """The exported tables under `inbox/<source>/<table>/`."""

    def __init__(self, inbox: Path) -> None:
        self.inbox = inbox

    def has(self, source: str) -> bool:
        """Whether anything of that source was exported."""
        return any((self.inbox / source).glob("*/*.csv*"))

    def rows(self, source: str, table: str, *key: str) -> list[Row]:
        """Rows of every file in the order of names; of rows alike in `key` the last, in the place of the first. An empty field is ''."""
        found: dict[tuple[str, ...], Row] = {}
        for number, row in enumerate(self._all(source, table)):
            found[tuple(row[name] for name in key) or (str(number),)] = row
        return list(found.values())

    @property
    def clock(self) -> datetime:
        """When the newest file was written, to the second: the double's still clock, so that the same exports give the same answers."""
        moments = [path.stat().st_mtime for path in self.inbox.glob("*/*/*.csv*")]
        return datetime.fromtimestamp(int(max(moments, default=0)), UTC)

    def _all(self, source: str, table: str) -> Iterator[Row]:
        for path in sorted((self.inbox / source / table).glob("*.csv*")):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            yield from csv.DictReader(io.StringIO(content.decode(), newline=""))


def group(rows: list[Row], name: str) -> Mapping[str, list[Row]]:
    """Rows by the value of one column, in their order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups


def epoch(text: str) -> int | None:
    """Seconds since 1970 of a time as the exports write it (UTC); None for an empty text."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) if text else None


def number(text: str) -> int | None:
    return int(text) if text else None


def flag(text: str) -> bool | None:
    return text == "true" if text else None
