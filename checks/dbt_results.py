"""dbt's own tests as check results: run_results.json read against the manifest.

Belongs here: translating statuses, and quoting the failing rows. Does not belong here: running dbt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from checks.results import CRASHED, ERROR, FAILED, PASSED, SAMPLE_ROWS, SKIPPED, WARN, CheckResult
from orchestration.publish.required import dbt_tests

_STATUS = {"pass": (PASSED, ERROR), "fail": (FAILED, ERROR), "warn": (FAILED, WARN), "error": (CRASHED, ERROR), "skipped": (SKIPPED, ERROR)}


def dbt_results(
    manifest: Mapping[str, Any], run_results: Mapping[str, Any], connection: duckdb.DuckDBPyConnection | None = None
) -> list[CheckResult]:
    """One result per data test of `run_results`; a test that the manifest does not know is left out.

    `fail` blocks, `warn` tells, `error` is a crashed check, any other status a skipped one. With a `connection` to the warehouse, failing
    rows are quoted, but for tests that read sources or staging: personal data lives there, and results are published.
    """
    known = dbt_tests(manifest)
    results = []
    for outcome in run_results["results"]:
        test = known.get(outcome["unique_id"])
        if test is None:
            continue
        status, severity = _STATUS.get(outcome["status"], (SKIPPED, ERROR))
        failing = outcome.get("failures") or 0
        node = manifest["nodes"][outcome["unique_id"]]
        results.append(
            CheckResult(
                test.boundary,
                test.table,
                test.check,
                status,
                test.column,
                severity,
                observed=f"{failing} failing rows",
                expected="0 failing rows",
                rows=_failing_rows(connection, outcome) if status == FAILED and not _reads_personal_layers(manifest, node) else (),
                message="" if status == PASSED else _message(node, outcome, failing),
                seconds=float(outcome.get("execution_time") or 0.0),
            )
        )
    return results


def _reads_personal_layers(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> bool:
    parents = (node.get("depends_on") or {}).get("nodes", [])
    return any(parent.startswith("source.") or "staging" in manifest["nodes"].get(parent, {}).get("fqn", [])[:2] for parent in parents)


def _message(node: Mapping[str, Any], outcome: Mapping[str, Any], failing: int) -> str:
    said = " ".join((outcome.get("message") or "").split())
    where = node.get("original_file_path") or "the project"
    return f"{node['name']} ({where}): {failing} failing rows. {said}. See them with: dbt test --select {node['name']} --store-failures"


def _failing_rows(connection: duckdb.DuckDBPyConnection | None, outcome: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    query = (outcome.get("compiled_code") or "").strip()
    if connection is None or not query:
        return ()
    try:
        cursor = connection.execute(f"select * from ({query}) as failing limit {SAMPLE_ROWS}")
    except duckdb.Error as error:
        # The verdict is dbt's; only the quotation is lost.
        return ({"rows_cannot_be_read": str(error).splitlines()[0]},)
    names = [each[0] for each in cursor.description]
    return tuple({name: None if value is None else str(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall())
