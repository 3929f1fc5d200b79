"""Rows of one load that share a key: all but one go, in bounded memory.

A 64-bit hash per row is written to a file; only rows whose hash occurs twice are compared by value, so a collision removes nothing.
Hashes are handled in slices of their range, so memory does not grow with the file.

Belongs here: finding the rows to drop. Does not belong here: merging across loads (views.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from orchestration.contracts import TableContract
from orchestration.land.blocks import ROW

_POSITION = "position in load"
HASHES_AT_ONCE = 4_000_000
COMPARED_BYTES = 48 << 20


class KeyHashes:
    """The hash of each accepted row's key, in order of landing, in a file."""

    def __init__(self, contract: TableContract, file: Path) -> None:
        self._contract, self._file = contract, file
        self._target: BinaryIO | None = None
        self.rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Note a frame's rows."""
        self._target = self._target or self._file.open("wb")
        self._target.write(_key_hashes(self._contract, frame).to_numpy().tobytes())
        self.rows += frame.height

    def remove(self) -> None:
        """Delete the file of hashes."""
        if self._target:
            self._target.close()
            self._file.unlink()

    def superseded(self, parts: list[Path]) -> np.ndarray | None:
        """Which rows to drop, as one flag per row in the order of the parts; None when no key occurs twice.

        Of rows with one key the latest by cursor stays, then the last by row number.
        """
        if self._target is None:
            return None
        self._target.close()
        drop: np.ndarray | None = None
        slices = max(1, -(-self.rows // HASHES_AT_ONCE))
        for number in range(slices):
            twice = self._twice(slices, number)
            if not len(twice):
                continue
            drop = np.zeros(self.rows, dtype=bool) if drop is None else drop
            self._compare(parts, twice, slices, drop)
        return drop if drop is not None and drop.any() else None

    def _twice(self, slices: int, number: int) -> np.ndarray:
        """Sorted hashes of one slice that occur more than once."""
        pieces = [piece[piece % slices == number] if slices > 1 else piece for _, piece in self._pieces()]
        if not pieces:
            return np.empty(0, np.uint64)
        hashes = np.concatenate(pieces)
        hashes.sort()
        return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])

    def _compare(self, parts: list[Path], twice: np.ndarray, slices: int, drop: np.ndarray) -> None:
        """Flag the superseded among the rows whose hash is in `twice`, comparing bounded groups of whole keys."""
        width = sum(_bytes_per_row(part, self._contract) for part in parts[:1]) or 1
        rows = sum(int(np.isin(piece, twice).sum()) for _, piece in self._pieces())
        groups = max(1, -(-rows * width // COMPARED_BYTES))
        for group in range(groups):
            chosen = twice[(twice // np.uint64(slices)) % np.uint64(groups) == group]
            found = [frame for frame in self._rows_with(parts, chosen) if frame.height]
            if not found:
                continue
            drop[_superseded_positions(self._contract, pl.concat(found))] = True

    def _rows_with(self, parts: list[Path], chosen: np.ndarray) -> Iterator[pl.DataFrame]:
        names = list(dict.fromkeys([*self._contract.key_columns, *([self._contract.cursor] if self._contract.cursor else []), ROW]))
        start = 0
        for part in parts:
            height = pl.scan_parquet(part).select(pl.len()).collect().item()
            hashes = np.fromfile(self._file, np.uint64, count=height, offset=start * 8)
            mask = np.isin(hashes, chosen)
            if mask.any():
                frame = pl.read_parquet(part, columns=names, glob=False).filter(pl.Series(mask))
                yield frame.with_columns(pl.Series(_POSITION, np.flatnonzero(mask) + start))
            start += height

    def _pieces(self) -> Iterator[tuple[int, np.ndarray]]:
        for start in range(0, self.rows, 1 << 20):
            yield start, np.fromfile(self._file, np.uint64, count=min(1 << 20, self.rows - start), offset=start * 8)


def superseded_rows(contract: TableContract, frame: pl.DataFrame) -> np.ndarray | None:
    """The same judgement on a load that is whole in memory: one flag per row, None when no key occurs twice."""
    hashes = _key_hashes(contract, frame)
    if hashes.n_unique() == frame.height:
        return None
    drop = np.zeros(frame.height, dtype=bool)
    twice = frame.with_columns(pl.int_range(frame.height).alias(_POSITION)).filter(hashes.is_duplicated())
    drop[_superseded_positions(contract, twice)] = True
    return drop if drop.any() else None


def _superseded_positions(contract: TableContract, frame: pl.DataFrame) -> np.ndarray:
    """Positions of the rows that another row of the frame with the same key supersedes."""
    order = [*([contract.cursor] if contract.cursor else []), ROW]
    last = pl.struct(contract.key_columns).is_last_distinct()
    return frame.sort(order, nulls_last=False).filter(~last)[_POSITION].to_numpy()


def _key_hashes(contract: TableContract, frame: pl.DataFrame) -> pl.Series:
    keys = contract.key_columns
    key = pl.col(keys[0]) if len(keys) == 1 else pl.struct(keys)
    return frame.select(key.hash(seed=0)).to_series()


def _bytes_per_row(part: Path, contract: TableContract) -> int:
    sample = pl.scan_parquet(part).select(contract.key_columns).head(10_000).collect()
    return int(sample.estimated_size() / max(sample.height, 1)) + 64
