"""Rows on disk: a load's Parquet parts and its quarantine file, written as rows come, never held whole.

Belongs here: buffering, lineage columns, compression, durability. Does not belong here: which rows are good.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from orchestration.contracts import LINEAGE_COLUMNS, TableContract
from orchestration.land.blocks import Reject

# Uncompressed size at which a part is written: the largest buffer of landing.
PART_BYTES = 32 << 20
ROWS_PER_GROUP = 122_880
REJECTS_AT_ONCE = 20_000
QUARANTINE_SCHEMA = {
    "file": pl.String,
    "line": pl.Int64,
    "row_number": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "reason": pl.String,
    "raw": pl.String,
    "load_id": pl.String,
}


class PartWriter:
    """Accepted rows as part-00001.parquet and so on, contract columns first, then the lineage columns; watchers see each part's rows."""

    def __init__(
        self,
        contract: TableContract,
        folder: Path,
        load_id: str,
        extracted_at: datetime,
        watchers: Sequence[Callable[[pl.DataFrame], None]],
        part_bytes: int = 0,
    ) -> None:
        self._contract, self._folder, self._load_id, self._extracted_at = contract, folder, load_id, extracted_at
        self._watchers = watchers
        # One part is written while the next is read and conformed: the two halves of landing take about as long.
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None
        self._part_bytes = part_bytes or PART_BYTES
        self._waiting: list[pl.DataFrame] = []
        self._waiting_bytes = 0
        self.parts: list[Path] = []

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown(wait=True)

    def add(self, frame: pl.DataFrame, file: str) -> None:
        """Take rows of one export file: contract columns, _row_number, _line_number, _extra."""
        if not frame.height:
            return
        # As categories the two texts are written without a look at each row; whoever reads the file sees plain text.
        texts = {"_load_id": self._load_id, "_source_file": file}
        lineage = {name: pl.lit(value).cast(pl.Categorical) for name, value in texts.items()}
        lineage["_extracted_at"] = pl.lit(self._extracted_at)
        columns = (*(column.name for column in self._contract.columns), *LINEAGE_COLUMNS)
        self._waiting.append(frame.select(lineage[name].alias(name) if name in lineage else name for name in columns))
        self._waiting_bytes += frame.estimated_size()
        if self._waiting_bytes >= self._part_bytes:
            self.flush()

    @property
    def waiting(self) -> pl.DataFrame | None:
        """The whole load while it is still in memory; None once a part is written, or without rows."""
        return pl.concat(self._waiting, rechunk=False) if self._waiting and not self.parts else None

    def replace_waiting(self, frame: pl.DataFrame) -> None:
        """Put `frame` in the place of the rows that wait."""
        self._waiting = [frame]

    def flush(self) -> None:
        """Write what waits as one part, after showing it to the watchers."""
        if not self._waiting:
            return
        path = self._folder / f"part-{len(self.parts) + 1:05d}.parquet"
        self.settle()
        self._writing = self._worker.submit(self._write, pl.concat(self._waiting, rechunk=False), path)
        self.parts.append(path)
        self._waiting, self._waiting_bytes = [], 0

    def settle(self) -> None:
        """Wait until every flushed part is on disk. Raises what its writing raised."""
        if self._writing:
            self._writing.result()
            self._writing = None

    def _write(self, frame: pl.DataFrame, path: Path) -> None:
        for watch in self._watchers:
            watch(frame)
        write_parquet(frame, path)

    def drop(self, flags: np.ndarray) -> None:
        """Rewrite the parts without the flagged rows (one flag per row, in the order of the parts)."""
        start = 0
        for path in self.parts:
            height = count_rows([path])
            mask = flags[start : start + height]
            start += height
            if mask.any():
                kept = pl.read_parquet(path, use_statistics=False).filter(pl.Series(~mask))
                path.unlink()
                write_parquet(kept, path)


class QuarantineWriter:
    """Rejected rows of one load as one Parquet file (columns QUARANTINE_SCHEMA), built in a sibling folder and renamed when whole."""

    def __init__(self, folder: Path, load_id: str, temporary: Path) -> None:
        self._folder, self._load_id, self._temporary = folder, load_id, temporary
        self._waiting: list[dict[str, object]] = []
        self._pieces: list[Path] = []
        self.rows = 0

    def add(self, rejects: Sequence[Reject], file: str) -> None:
        """Take rejected rows of one export file."""
        for reject in rejects:
            self._waiting.append(
                {
                    "file": file,
                    "line": reject.line_number,
                    "row_number": reject.row_number,
                    "column": reject.column,
                    "value": reject.value,
                    "reason": reject.reason,
                    "raw": reject.raw,
                    "load_id": self._load_id,
                }
            )
            if len(self._waiting) >= REJECTS_AT_ONCE:
                self._flush()
        self.rows += len(rejects)

    def commit(self) -> None:
        """Put <load_id>.parquet in place, durable; nothing when no row was rejected."""
        self._flush()
        if not self._pieces:
            return
        whole = self._temporary / "whole.parquet"
        if len(self._pieces) == 1:
            self._pieces[0].rename(whole)
        else:
            pl.scan_parquet(self._pieces, glob=False).sink_parquet(whole, compression="zstd", maintain_order=True)
        sync_file(whole)
        whole.replace(self._folder / f"{self._load_id}.parquet")

    def _flush(self) -> None:
        if self._waiting:
            self._temporary.mkdir(parents=True, exist_ok=True)
            path = self._temporary / f"piece-{len(self._pieces) + 1:05d}.parquet"
            pl.DataFrame(self._waiting, schema=QUARANTINE_SCHEMA).write_parquet(path, compression="zstd")
            self._pieces.append(path)
            self._waiting = []


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame, lz4: a third less time than zstd for a lake a third larger (10M rows of 10 columns)."""
    frame.write_parquet(path, compression="lz4", row_group_size=ROWS_PER_GROUP)


def count_rows(parts: Sequence[Path]) -> int:
    """Rows in Parquet files, by their footers."""
    return sum(pl.scan_parquet(part, glob=False).select(pl.len()).collect().item() for part in parts)


def sync_file(path: Path) -> None:
    """Make a file's bytes durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
