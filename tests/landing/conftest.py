"""The house of every landing test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.landing.house import Lander


@pytest.fixture
def lander(tmp_path: Path) -> Lander:
    return Lander(tmp_path)
