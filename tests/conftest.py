"""What every folder of tests shares: one parsed dbt project and two finished runs per run of the suite, whatever the number of workers."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt_project import prepare_manifest
from orchestration.settings import Settings
from sample_company.write import write
from tests.hand_worked import Marts
from tests.runs import ROOT, Run, environment, run_nightly

SHARED_DATA = ROOT.parent / "shared" / "data"
PAST = date(2025, 3, 31)


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


@pytest.fixture(scope="session")
def hand_worked_marts(
    manifest: dict[str, Any], semantic_manifest: dict[str, Any], manifest_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Marts:
    """Every mart of the semantic layer, to be filled by hand; what MetricFlow compiles is compiled once for all tests."""
    return Marts(manifest, semantic_manifest, manifest_path, tmp_path_factory.mktemp("compiled"))


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


@pytest.fixture(scope="session")
def past_nightly(suite_folder: Path) -> Run:
    """A quarter of the sample company as it was on a past day, from the exports of that day. Read it; change nothing in it."""
    data, mark = suite_folder / "past", suite_folder / "past.printed"
    with locked(suite_folder / "past.lock"):
        if not mark.exists():
            folder = data / "sample"
            write(folder / "inbox", folder / "truth", scale=0.25, until=PAST)
            run = run_nightly(data, AS_OF=PAST.isoformat())
            mark.write_text(f"{run.code}\n{run.printed}")
    code, printed = mark.read_text().split("\n", 1)
    assert code == "0", printed
    return Run(data / "sample", int(code), printed)


@pytest.fixture(scope="module", params=["today", "a_past_day"])
def sample(request: pytest.FixtureRequest) -> Run:
    """The sample company's finished run, on its last day and on a past one."""
    return request.getfixturevalue("nightly" if request.param == "today" else "past_nightly")
