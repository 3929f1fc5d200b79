"""Whole runs of the pipeline, started as a person starts them. The sample company's run is made once for the suite."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, locked


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
    def truth(self) -> Path:
        return self.folder / "truth"

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


@pytest.fixture(scope="session")
def nightly(suite_folder: Path) -> Run:
    """`make nightly` on a machine with an empty inbox: the sample company, published. Read it; change nothing in it."""
    data, mark = suite_folder / "nightly", suite_folder / "nightly.printed"
    with locked(suite_folder / "nightly.lock"):
        if not mark.exists():
            done = subprocess.run(["make", "nightly"], cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False)
            mark.write_text(f"{done.returncode}\n{done.stdout}{done.stderr}")
    code, printed = mark.read_text().split("\n", 1)
    assert code == "0", printed
    return Run(data / "sample", int(code), printed)


@pytest.fixture
def own_copy(nightly: Run, tmp_path: Path) -> Iterator[Path]:
    """A data folder that a test may change: a copy of the finished sample run. Gives the folder above the company's."""
    data = tmp_path / "data"
    shutil.copytree(nightly.folder, data / "sample", symlinks=True)
    yield data
