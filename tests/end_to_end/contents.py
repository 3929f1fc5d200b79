"""Contents of a published file, comparable between runs: what a reader sees, without what says when it was made."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

# What happened to versions, and how long checks took: different in each run by their nature.
ABOUT_RUNS = {"publications", "quality_results", "quality_history"}


def table_hashes(published: Path) -> dict[str, str]:
    """Hash of each published table's rows, whatever their order."""
    with duckdb.connect(str(published), read_only=True) as connection:
        tables = [row[0] for row in connection.execute("select table_name from duckdb_tables() where schema_name = 'published'").fetchall()]
        hashes = {}
        for table in sorted(set(tables) - ABOUT_RUNS):
            rows = connection.execute(f'select cast(t as varchar) from published."{table}" as t order by 1').fetchall()
            hashes[table] = hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()
        return hashes


def file_hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
