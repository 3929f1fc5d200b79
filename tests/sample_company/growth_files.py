"""Reading the growth exports and truth back as plain rows, for the tests of this folder."""

from __future__ import annotations

import csv
from pathlib import Path

Rows = list[dict[str, str]]


def export(folder: Path, source: str, table: str, key: str = "") -> Rows:
    """Rows of a table's files in order of their names; with `key`, the last of each value of that column."""
    rows: Rows = []
    for path in sorted((folder / "inbox" / source / table).glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows += csv.DictReader(file)
    return list({row[key]: row for row in rows}.values()) if key else rows


def truth(folder: Path, name: str) -> Rows:
    with (folder / "truth" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
