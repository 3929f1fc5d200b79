"""Whole runs of the pipeline, started as a person starts them, and what they left behind.

Belongs here: starting a run, looking at its files. Does not belong here: any expected value.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """A finished run: its company's folder, exit code and what it printed."""

    folder: Path
    code: int
    printed: str

    @property
    def published(self) -> Path:
        return self.folder / "published" / "scalehouse.duckdb"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def truth(self) -> Path:
        return self.folder / "truth"

    def with_truth(self, *files: str) -> duckdb.DuckDBPyConnection:
        """The working file, read-only, with `<file>.csv` of the truth as temporary tables truth_<file>: text, empty is null."""
        connection = duckdb.connect(str(self.warehouse), read_only=True)
        for name in files:
            file = str(self.truth / f"{name}.csv")
            connection.execute(f"create temp table truth_{name} as select * from read_csv(?, all_varchar = true, nullstr = '')", [file])
        return connection

    def query(self, sql: str, *values: object) -> list[tuple]:
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(sql, list(values)).fetchall()


def environment(data: Path, **variables: str) -> dict[str, str]:
    """This process's environment with another data folder; nothing of an earlier run leaks in."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SCALEHOUSE_", "DBT_", "DAGSTER_", "PYTEST_"))}
    for name in ("COMPANY", "AS_OF", "FAULT_AT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        kept.pop(name, None)
    return {**kept, "SCALEHOUSE_DATA": str(data), **variables}


def run_nightly(data: Path, company: str = "sample", root: Path = ROOT, **variables: str) -> Run:
    """One nightly run in a process of its own, by the module that `make nightly` calls."""
    done = subprocess.run(
        [sys.executable, "-m", "orchestration", "nightly"],
        cwd=root,
        env=environment(data, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    return Run(data / company, done.returncode, done.stdout + done.stderr)
