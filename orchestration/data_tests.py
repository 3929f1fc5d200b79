"""dbt's data tests, run outside dbt: the SQL that dbt compiled, one query per test in one connection, judged by dbt's own rules.

dbt spends 40 to 50 ms of CPU on each test node, the query itself 1 to 3 ms; with hundreds of tests that is most of a night.

Belongs here: what a test asks, its verdict, and the entry that dbt would have written for it.
Does not belong here: compiling (dbt_project.py), what Dagster shows (assets/warehouse.py), what a verdict does to a publish (checks/).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True)
class DataTest:
    """A data test: its id and place in the project, the compiled query of its failing rows, and its config."""

    unique_id: str
    name: str
    file: str
    query: str
    parents: tuple[str, ...]
    severity: str
    fail_calc: str
    warn_if: str
    error_if: str
    limit: int | None

    @property
    def question(self) -> str:
        """One row (failures, should_warn, should_error), as dbt's macro get_test_sql asks it."""
        limit = f"\nlimit {self.limit}" if self.limit is not None else ""
        calc = self.fail_calc
        return (
            f"select {calc} as failures, {calc} {self.warn_if} as should_warn, {calc} {self.error_if} as should_error\n"
            f"from (\n{self.query}{limit}\n) as dbt_internal_test"
        )


def data_tests(manifest: Mapping[str, Any], compiled: Mapping[str, str]) -> list[DataTest]:
    """The manifest's data tests by name; `compiled` gives the query of each by unique id. Disabled tests are in neither."""
    tests = []
    for unique_id, query in compiled.items():
        node = manifest["nodes"][unique_id]
        config = node["config"]
        tests.append(
            DataTest(
                unique_id=unique_id,
                name=node["name"],
                file=node["original_file_path"],
                query=query,
                parents=tuple(node["depends_on"]["nodes"]),
                severity=config["severity"].lower(),
                fail_calc=config["fail_calc"],
                warn_if=config["warn_if"],
                error_if=config["error_if"],
                limit=config["limit"],
            )
        )
    return sorted(tests, key=lambda test: (test.name, test.unique_id))


def run_test(connection: duckdb.DuckDBPyConnection, test: DataTest) -> dict[str, Any]:
    """The test's entry for run_results.json: status pass, warn, fail or error, failures (None after an error), message, seconds.

    A query that DuckDB refuses, and a fail_calc without an answer, are an error of that test and of no other.
    """
    started = time.perf_counter()
    failures, message = None, None
    try:
        rows = connection.execute(test.question).fetchall()
        ((failures, should_warn, should_error),) = rows
        status, message, failures = _verdict(test, failures, bool(should_warn), bool(should_error))
    except duckdb.Error as error:
        status, message = "error", str(error)
    if status == "error":
        message = f"Runtime Error in test {test.name} ({test.file})\n  {message}"
    return {
        "status": status,
        "timing": [],
        "thread_id": "MainThread",
        "execution_time": time.perf_counter() - started,
        "adapter_response": {"_message": "OK"} if status != "error" else {},
        "message": message,
        "failures": failures,
        "unique_id": test.unique_id,
        "compiled": True,
        "compiled_code": test.query,
        "relation_name": None,
        "batch_results": None,
    }


def run_tests(
    connection: duckdb.DuckDBPyConnection, tests: list[DataTest], on_result: Callable[[int, DataTest, dict[str, Any]], None]
) -> list[dict[str, Any]]:
    """Every test's entry, in order. `on_result(number, test, entry)` hears of each, numbered from 1."""
    results = []
    for number, test in enumerate(tests, start=1):
        result = run_test(connection, test)
        on_result(number, test, result)
        results.append(result)
    return results


def _verdict(test: DataTest, failures: Any, should_warn: bool, should_error: bool) -> tuple[str, str | None, int | None]:
    """dbt's TestRunner.build_test_run_result: a test of severity error may still only warn, where error_if is stricter than warn_if."""
    if failures is None:
        return "error", f"fail_calc {test.fail_calc} gave null, expected a number of failures; mend fail_calc", None
    got = f"Got {failures} {'result' if failures == 1 else 'results'}"
    if test.severity == "error" and should_error:
        return "fail", f"{got}, configured to fail if {test.error_if}", int(failures)
    if should_warn:
        return "warn", f"{got}, configured to warn if {test.warn_if}", int(failures)
    return "pass", None, 0
