"""A data test that fails stops the night after the models are built: the file stays, and the message names the test."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.end_to_end.conftest import SmallHouse
from tests.end_to_end.contents import file_hash
from tests.runs import run_nightly

#: Each over a table that has rows on any day: 1 row of the run; a column that no table has.
TESTS = {
    "run_must_be_absent": "select as_of_on from {{ ref('runs') }}",
    "run_has_no_such_column": "select no_such_column from {{ ref('runs') }}",
    "run_is_remarked_on": "{{ config(severity='warn') }} select as_of_on from {{ ref('runs') }}",
}


@pytest.mark.slow
def test_failing_refused_and_warning_tests_are_said_and_nothing_is_published(small_house: SmallHouse, tmp_path: Path) -> None:
    project = shutil.copytree(small_house.project, tmp_path / "project")
    for name, query in TESTS.items():
        (project / "checks" / "reconciliations" / f"{name}.sql").write_text(query, encoding="utf-8")
    before = file_hash(small_house.live)
    run = run_nightly(small_house.data, root=project)
    assert run.code != 0
    assert file_hash(small_house.live) == before
    count = len(json.loads((small_house.company / "target" / "data_tests.json").read_text(encoding="utf-8")))
    for words in (
        f"of {count} ERROR run_has_no_such_column",
        f"of {count} FAIL 1 run_must_be_absent",
        f"of {count} WARN 1 run_is_remarked_on",
        "the published file is unchanged. 2 of ",
        "test.scalehouse.run_must_be_absent: Got 1 result, configured to fail if != 0 (1 rows)",
        "no_such_column",
    ):
        assert words in run.printed, f"{words}: {run.printed}"
    # Dagster has a check of each test of one model: these three failed, the warning as a warning.
    stored = next((small_house.company / "dagster").rglob("event_log.db"))
    with sqlite3.connect(stored) as connection:
        shown = connection.execute(
            "select check_name, json_extract(evaluation_event, '$.dagster_event.event_specific_data.severity.__enum__') "
            "from asset_check_executions where execution_status = 'FAILED'"
        ).fetchall()
    assert sorted(shown) == [
        ("run_has_no_such_column", "AssetCheckSeverity.ERROR"),
        ("run_is_remarked_on", "AssetCheckSeverity.WARN"),
        ("run_must_be_absent", "AssetCheckSeverity.ERROR"),
    ]
