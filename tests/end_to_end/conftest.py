"""A copy of a finished run for each test that changes something: of the sample company, or of the small house where many nights run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import locked
from tests.runs import Run, run_nightly
from tests.small_house import small_night


@pytest.fixture
def own_copy(nightly: Run, tmp_path: Path) -> Path:
    """A data folder that a test may change: a copy of the finished sample run. Gives the folder above the company's."""
    data = tmp_path / "data"
    shutil.copytree(nightly.folder, data / "sample", symlinks=True)
    return data


@dataclass(frozen=True)
class SmallHouse:
    """A project with the order side alone, a data folder of a test's own with a finished run, and that run as it was."""

    project: Path
    data: Path
    finished: Run

    @property
    def company(self) -> Path:
        return self.data / "sample"

    @property
    def live(self) -> Path:
        return self.company / "published" / "scalehouse.duckdb"

    def run(self, **variables: str) -> Run:
        return run_nightly(self.data, root=self.project, **variables)


@pytest.fixture
def small_house(suite_folder: Path, manifest: dict[str, Any], tmp_path: Path) -> SmallHouse:
    """A finished run of the small house, copied. Change the data; change nothing in the project."""
    folder, mark = suite_folder / "small", suite_folder / "small.printed"
    with locked(suite_folder / "small.lock"):
        if not mark.exists():
            _, run = small_night(folder, manifest)
            mark.write_text(f"{run.code}\n{run.printed}")
    code, printed = mark.read_text().split("\n", 1)
    assert code == "0", printed
    finished = Run(folder / "data" / "sample", int(code), printed)
    shutil.copytree(finished.folder, tmp_path / "data" / "sample", symlinks=True)
    return SmallHouse(folder / "project", tmp_path / "data", finished)
