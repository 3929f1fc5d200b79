"""Kept pages of a fetch as blocks of text columns: the reader of what comes over REST.

A row's line number is the number of its page, so that it leads back to the answer that held it.

Belongs here: pages to records to the JSON reader's rows. Does not belong here: fetching, flattening (flatten.py), types.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.contracts import TableContract
from orchestration.extract.rest.envelope import decode, find_records
from orchestration.extract.rest.pages import read_pages
from orchestration.land.blocks import Position, text_json
from orchestration.land.flatten import Flattener, NoRow
from orchestration.land.json_reader import BrokenRecord, JsonReader


class PagesReader(JsonReader):
    """The records of every page of a fetch's folder, in order."""

    def __init__(self, contract: TableContract, folder: Path, label: str, position: Position, block_bytes: int = 0) -> None:
        super().__init__(contract.over_rest, iter(()), label, position, block_bytes=block_bytes)
        self._folder, self._rest, self._flattener = folder, contract.rest, Flattener(contract)

    def _records(self) -> Iterator[tuple[Any, int, int]]:
        # Read from the oldest to the newest: of rows alike in key and cursor the last one counts.
        backwards = self._rest.newest_first
        for page in read_pages(self._folder, self._label, last_first=backwards):
            facts = page.facts
            if not facts["records"]:
                continue
            form = facts.get("format", "json")
            selector = "$" if form == "ndjson" else self._rest.endpoint.data_selector
            records = find_records(decode(page.body, form), selector, single=self._rest.endpoint.object, label=self._label)
            length = len(page.body) // len(records)
            for record in reversed(records) if backwards else records:
                for row in self._flattener.rows(record, facts["parent"]):
                    if isinstance(row, NoRow):
                        self._seen.update(row.present)
                        yield BrokenRecord(row.reason, text_json(record)), facts["page"], length
                    else:
                        yield row, facts["page"], length

    def _all_seen(self) -> list[str]:
        # A path that may be absent may be absent everywhere.
        return sorted({*self._seen, *(path for path in self._flattener.paths if self._is_optional(path))})

    def _is_optional(self, path: str) -> bool:
        return not {way.partition("?")[0] for way in path.split("|")}.isdisjoint(self._rest.may_be_absent)
