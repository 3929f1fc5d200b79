"""The event log that keeps its connections holds what Dagster's own would, for this process and for another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.automation.nightly import prepare_dagster_home
from orchestration.settings import Settings

READ = """
import dagster as dg
with dg.DagsterInstance.get() as instance:
    print(type(instance.event_log_storage).__name__, sorted(key.to_user_string() for key in instance.all_asset_keys()))
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCALEHOUSE_DATA", str(tmp_path))
    monkeypatch.delenv("COMPANY", raising=False)
    path = prepare_dagster_home(Settings())
    monkeypatch.setenv("DAGSTER_HOME", str(path))
    return path


def asset(name: str) -> dg.AssetsDefinition:
    @dg.asset(name=name)
    def made() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"rows": 1})

    return made


def test_what_two_instances_wrote_is_all_there_for_another_process(home: Path) -> None:
    names = [f"table_{number}" for number in range(4)]
    with dg.DagsterInstance.get() as first, dg.DagsterInstance.get() as second:
        for name, instance in zip(names, (first, second, first, second), strict=True):
            assert dg.materialize([asset(name)], instance=instance).success
        assert {key.to_user_string() for key in first.all_asset_keys()} == set(names)
    done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == f"KeptConnectionEventLogStorage {names}"


def test_telemetry_is_off_and_the_first_dialog_seen(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        assert instance.telemetry_enabled is False
    assert (home / ".nux" / "nux.yaml").read_text(encoding="utf-8") == "seen: 1\n"
