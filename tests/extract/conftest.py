"""The server and the house of every test of REST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extract.house import Fetcher
from tests.extract.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(tmp_path)
