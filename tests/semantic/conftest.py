"""A small dbt project whose marts are rows written by hand, built once for the whole suite."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.semantic import MetricsSummary, publish_metrics

PROJECT = Path(__file__).parent / "fixtures" / "project"
AS_OF = date(2026, 5, 15)
PROVIDERS = {"subscriptions": ["billing"], "charges": ["billing"], "refunds": ["billing"]}


@dataclass(frozen=True)
class Built:
    """The built fixture project: its folder, dbt's two manifests, the warehouse file, the environment of its tools."""

    folder: Path
    manifest: Path
    semantic_manifest: Path
    warehouse: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SCALEHOUSE_WAREHOUSE": str(self.warehouse),
            "DBT_PROJECT_DIR": str(self.folder),
            "DBT_PROFILES_DIR": str(self.folder),
            "DBT_TARGET_PATH": str(self.manifest.parent),
            "DBT_LOG_PATH": str(self.folder.parent / "logs"),
            "DO_NOT_TRACK": "1",
        }


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "hand_worked"
    root.mkdir(exist_ok=True)
    target = root / "target"
    result = Built(root / "project", target / "manifest.json", target / "semantic_manifest.json", root / "w.duckdb")
    with (root / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "built").exists():
            shutil.copytree(PROJECT, result.folder, dirs_exist_ok=True)
            command = [sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build"]
            done = subprocess.run(command, env=result.environment, cwd=result.folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
            (root / "built").touch()
    return result


@pytest.fixture
def warehouse(built: Built, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a copy of the built warehouse, under another name than the one dbt knew."""
    shutil.copy(built.warehouse, tmp_path / "copy.duckdb")
    connection = duckdb.connect(str(tmp_path / "copy.duckdb"))
    yield connection
    connection.close()


@pytest.fixture
def publish(built: Built, warehouse: duckdb.DuckDBPyConnection) -> Callable[..., MetricsSummary]:
    """Publish the fixture's metrics; keyword arguments replace what `publish_metrics` is called with."""

    def run(**changes: Any) -> MetricsSummary:
        arguments: dict[str, Any] = {
            "semantic_manifest": built.semantic_manifest,
            "manifest": built.manifest,
            "providers": PROVIDERS,
            "as_of": AS_OF,
            "reporting_currency": "USD",
            "time_zone": "UTC",
            # Shared, so that MetricFlow is asked once and not by every test; what the cache does has its own tests.
            "cache": built.folder.parent / "compiled",
        }
        return publish_metrics(warehouse, **{**arguments, **changes})

    return run


@pytest.fixture
def manifests(built: Built) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fresh copies of the semantic manifest and the manifest, to be spoilt."""
    return json.loads(built.semantic_manifest.read_text()), json.loads(built.manifest.read_text())
