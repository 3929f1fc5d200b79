"""What every folder of tests shares: one parsed dbt project per run of the suite, whatever the number of workers."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt_project import prepare_manifest
from orchestration.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` as a lock among the suite's worker processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def suite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "suite"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def manifest_path(suite_folder: Path) -> Path:
    """manifest.json of the sample company, parsed once."""
    with pytest.MonkeyPatch.context() as patch, locked(suite_folder / "parse.lock"):
        patch.setenv("SCALEHOUSE_DATA", str(suite_folder / "data"))
        patch.delenv("COMPANY", raising=False)
        saved = dict(os.environ)
        try:
            return prepare_manifest(Settings())
        finally:
            os.environ.clear()
            os.environ.update(saved)


@pytest.fixture(scope="session")
def manifest(manifest_path: Path) -> dict[str, Any]:
    return json.loads(manifest_path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def semantic_manifest(manifest_path: Path) -> dict[str, Any]:
    return json.loads((manifest_path.parent / "semantic_manifest.json").read_text(encoding="utf-8"))
