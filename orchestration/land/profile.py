"""What a load's columns look like: the facts that expectations and anomaly checks read instead of the rows.

Distinct values are estimated by adaptive sampling of 64-bit hashes (Flajolet, "On adaptive sampling", Computing 43, 1990): keep the
distinct hashes below a threshold, halve it when there are too many, and scale up; exact up to SAMPLE values, about 2 % off beyond.

Belongs here: counting while rows pass by. Does not belong here: judging the counts.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from orchestration.contracts import TableContract

SAMPLE = 2048
_HASHES = 2**64
_LONGEST = 200


class Profile:
    """Running profile over frames of contract columns; personal columns keep no least and greatest value."""

    def __init__(self, contract: TableContract) -> None:
        self._columns = contract.columns
        self._rows = 0
        self._nulls = dict.fromkeys((column.name for column in self._columns), 0)
        self._least: dict[str, Any] = {}
        self._most: dict[str, Any] = {}
        self._below = dict.fromkeys(self._nulls, _HASHES - 1)
        self._sample = {name: pl.Series(dtype=pl.UInt64) for name in self._nulls}

    def add(self, frame: pl.DataFrame) -> None:
        """Take in a frame's rows."""
        if not self._rows and frame.height > 8 * SAMPLE:
            # A first look lowers the thresholds, so that the rest need not be made distinct whole.
            self.add(frame.head(8 * SAMPLE))
            frame = frame.slice(8 * SAMPLE)
        if not frame.height:
            return
        self._rows += frame.height
        facts = frame.select(
            expression
            for column in self._columns
            for name in (column.name,)
            for expression in (
                pl.col(name).null_count().alias(f"nulls:{name}"),
                pl.col(name).min().alias(f"min:{name}"),
                pl.col(name).max().alias(f"max:{name}"),
                self._small_hashes(name).implode().alias(f"hashes:{name}"),
            )
        )
        for name in self._nulls:
            self._nulls[name] += facts[f"nulls:{name}"].item()
            least, most = facts[f"min:{name}"].item(), facts[f"max:{name}"].item()
            if least is not None:
                self._least[name] = min(self._least.get(name, least), least)
                self._most[name] = max(self._most.get(name, most), most)
            self._keep_sample(name, facts[f"hashes:{name}"].item())

    def extremes(self, name: str) -> tuple[Any, Any]:
        """Least and greatest value of a column, None where there is none."""
        return self._least.get(name), self._most.get(name)

    def facts(self) -> dict[str, dict[str, Any]]:
        """By column: nulls, approximate number of distinct values, min and max as text (null for personal or all-null columns)."""
        return {
            column.name: {
                "nulls": self._nulls[column.name],
                "distinct": min(round(len(self._sample[column.name]) * _HASHES / (self._below[column.name] + 1)), self._rows),
                "min": None if column.personal else _as_text(self._least.get(column.name)),
                "max": None if column.personal else _as_text(self._most.get(column.name)),
            }
            for column in self._columns
        }

    def _small_hashes(self, name: str) -> pl.Expr:
        value = pl.col(name)
        hashes = value.hash(seed=0)
        return hashes.filter(value.is_not_null() & (hashes <= pl.lit(self._below[name], pl.UInt64))).unique()

    def _keep_sample(self, name: str, hashes: pl.Series) -> None:
        sample = pl.concat([self._sample[name], hashes]).unique()
        while len(sample) > SAMPLE:
            self._below[name] //= 2
            sample = sample.filter(sample <= self._below[name])
        self._sample[name] = sample


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return (str(value).lower() if isinstance(value, bool) else str(value))[:_LONGEST]
