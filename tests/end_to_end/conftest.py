"""A copy of the finished sample run for each test that changes something."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs import Run


@pytest.fixture
def own_copy(nightly: Run, tmp_path: Path) -> Iterator[Path]:
    """A data folder that a test may change: a copy of the finished sample run. Gives the folder above the company's."""
    data = tmp_path / "data"
    shutil.copytree(nightly.folder, data / "sample", symlinks=True)
    yield data
