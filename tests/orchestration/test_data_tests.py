"""Data tests run outside dbt, held against dbt itself on a project of two tables: a test of every kind, the same verdicts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.data_tests import data_tests, run_tests
from tests.runs import environment

#: ids 1, 2, 2, none; three amounts below 10.
ORDERS = "id,status,amount\n1,paid,5\n2,paid,6\n2,lost,7\n,paid,20\n"
FILES = {
    "dbt_project.yml": "{name: tiny, profile: tiny, seed-paths: [seeds], model-paths: [models], test-paths: [tests]}",
    "profiles.yml": "tiny: {target: it, outputs: {it: {type: duckdb, path: tiny.duckdb, threads: 1}}}",
    "seeds/orders.csv": ORDERS,
    "models/paid.sql": "select id, status, amount from {{ ref('orders') }} where status = 'paid'",
    "tests/singular_fails.sql": "select id from {{ ref('paid') }} where amount > 5",
    "tests/singular_passes.sql": "select id from {{ ref('paid') }} where amount > 50 -- no such row",
    "tests/singular_warns.sql": "{{ config(severity='warn') }} select id from {{ ref('paid') }}",
    "tests/singular_is_limited.sql": "{{ config(limit=1) }} select id from {{ ref('paid') }}",
    "tests/singular_sums.sql": "{{ config(fail_calc='sum(amount)', error_if='> 30') }} select amount from {{ ref('paid') }}",
    "tests/singular_sums_nothing.sql": "{{ config(fail_calc='sum(amount)') }} select amount from {{ ref('paid') }} where false",
    "tests/singular_is_refused.sql": "select no_such_column from {{ ref('paid') }}",
    "models/tiny.yml": """
sources:
  - name: main
    tables:
      - name: orders
        columns: [{name: id, data_tests: [not_null]}]
seeds:
  - name: orders
    columns:
      - {name: id, data_tests: [unique, {not_null: {config: {severity: warn}}}]}
      - {name: status, data_tests: [{accepted_values: {arguments: {values: [paid]}, config: {where: "amount > 6"}}}]}
models:
  - name: paid
    columns:
      - name: id
        data_tests:
          - unique
          - relationships: {arguments: {to: ref('orders'), field: id}}
          - not_null: {config: {warn_if: '> 0', error_if: '> 1'}}
          - not_null: {name: not_null_here, config: {where: "amount < 20"}}
""",
}
#: By hand from ORDERS: status and failing rows (None: an error has no count).
EXPECTED = {
    "singular_fails": ("fail", 2),  # 6 and 20
    "singular_passes": ("pass", 0),
    "singular_warns": ("warn", 3),
    "singular_is_limited": ("fail", 1),  # the first of 3
    "singular_sums": ("fail", 31),  # 5 + 6 + 20
    "singular_sums_nothing": ("error", None),  # the sum of no rows is null, which is no number of failures
    "singular_is_refused": ("error", None),
    "source_not_null_main_orders_id": ("fail", 1),
    "unique_orders_id": ("fail", 1),  # 2, twice
    "not_null_orders_id": ("warn", 1),
    "accepted_values_orders_status__paid": ("fail", 1),  # lost, of the rows with 7 and 20
    "unique_paid_id": ("pass", 0),
    "relationships_paid_id__id__ref_orders_": ("pass", 0),
    "not_null_paid_id": ("warn", 1),  # one, and only more than one would fail
    "not_null_here": ("pass", 0),
}


@pytest.fixture(scope="module")
def dbt_outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[dict[str, Any]]]:
    """The project's folder, its manifest, and the entries of run_results.json that `dbt test` wrote."""
    folder = tmp_path_factory.mktemp("tiny")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for command in (["build", "--exclude-resource-type", "test"], ["test"]):
        done = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", "--no-version-check", *command, "--profiles-dir", "."],
            cwd=folder,
            env=environment(folder, DO_NOT_TRACK="1"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Done." in done.stdout, done.stdout + done.stderr
    target = folder / "target"
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return folder, json.loads((target / "manifest.json").read_text(encoding="utf-8")), results


def test_every_kind_of_test_gets_dbts_verdict(dbt_outcome: tuple[Path, dict[str, Any], list[dict[str, Any]]]) -> None:
    folder, manifest, by_dbt = dbt_outcome
    tests = data_tests(manifest, {each["unique_id"]: each["compiled_code"] for each in by_dbt})
    heard: list[int] = []
    with duckdb.connect(str(folder / "tiny.duckdb"), read_only=True) as connection:
        ours = run_tests(connection, tests, lambda number, test, result: heard.append(number))
    assert {manifest["nodes"][each["unique_id"]]["name"]: (each["status"], each["failures"]) for each in ours} == EXPECTED
    assert heard == list(range(1, len(EXPECTED) + 1))
    dbts = {each["unique_id"]: each for each in by_dbt}
    for each in ours:
        theirs = dbts[each["unique_id"]]
        assert set(each) == set(theirs)
        assert (each["status"], each["failures"]) == (theirs["status"], theirs["failures"]), each
        assert each["compiled_code"] == theirs["compiled_code"]
        if each["status"] != "error":
            assert each["message"] == theirs["message"]
    refused = next(each for each in ours if "refused" in each["unique_id"])
    for word in ("singular_is_refused", "tests/singular_is_refused.sql", "no_such_column"):
        assert word in refused["message"]
