"""dbt's outcomes as check results: each status, what blocks, which rows are quoted and which must not be."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from checks.dbt_results import dbt_results
from checks.results import blocking

TEST = "test.scalehouse.not_negative_fct_sales.1"


def manifest(parent: str = "model.scalehouse.fct_sales") -> dict[str, Any]:
    return {
        "nodes": {
            TEST: {
                "resource_type": "test",
                "name": "not_negative_fct_sales",
                "attached_node": parent,
                "column_name": "amount",
                "original_file_path": "models/marts/commerce/_commerce.yml",
                "depends_on": {"nodes": [parent]},
            },
            "model.scalehouse.fct_sales": {"resource_type": "model", "fqn": ["scalehouse", "marts", "commerce", "fct_sales"]},
            "model.scalehouse.stg_crm__people": {"resource_type": "model", "fqn": ["scalehouse", "staging", "crm", "stg_crm__people"]},
        }
    }


def outcome(status: str, failures: int | None = None) -> dict[str, Any]:
    query = "select 's4' as sale_id, -1 as amount"
    tested = {
        "unique_id": TEST,
        "status": status,
        "failures": failures,
        "message": "Got 1 result",
        "execution_time": 0.5,
        "compiled_code": query,
    }
    return {"results": [tested, {"unique_id": "model.scalehouse.fct_sales", "status": "success"}]}


@pytest.mark.parametrize(
    ("status", "expected", "severity", "blocks"),
    [
        ("pass", "passed", "error", False),
        ("fail", "failed", "error", True),
        ("warn", "failed", "warn", False),
        ("error", "crashed", "error", True),
        ("skipped", "skipped", "error", True),
        ("something new", "skipped", "error", True),
    ],
)
def test_every_status(status: str, expected: str, severity: str, blocks: bool) -> None:
    results = dbt_results(manifest(), outcome(status, 1))
    (result,) = results
    assert (result.status, result.severity, bool(blocking(results))) == (expected, severity, blocks)
    assert (result.boundary, result.table, result.column, result.check) == ("warehouse", "fct_sales", "amount", "not_negative_fct_sales")
    assert result.seconds == 0.5


def test_a_failure_quotes_its_rows_and_says_what_to_run() -> None:
    with duckdb.connect() as connection:
        (result,) = dbt_results(manifest(), outcome("fail", 1), connection)
    assert result.rows == ({"sale_id": "s4", "amount": "-1"},)
    assert "models/marts/commerce/_commerce.yml): 1 failing rows" in result.message
    assert "dbt test --select not_negative_fct_sales" in result.message


@pytest.mark.parametrize("parent", ["model.scalehouse.stg_crm__people", "source.scalehouse.crm.people"])
def test_rows_of_layers_with_personal_data_are_not_quoted(parent: str) -> None:
    with duckdb.connect() as connection:
        (result,) = dbt_results(manifest(parent), outcome("fail", 1), connection)
    assert result.rows == ()
    assert result.status == "failed"
