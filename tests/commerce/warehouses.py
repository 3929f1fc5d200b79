"""Warehouses for the tests of orders: raw tables as landing would show them, and one dbt build of the commerce marts.

Belongs here: making the raw tables from the contracts, running dbt. Does not belong here: any rule of orders, any expected value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
LINEAGE = {
    "_load_id": "varchar",
    "_source_file": "varchar",
    "_row_number": "bigint",
    "_line_number": "bigint",
    "_extracted_at": "timestamp",
    "_extra": "varchar",
}


def create_raw_tables(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Empty tables `raw_<source>.<table>` with the columns of the source's contract and those of lineage."""
    contract = yaml.safe_load((ROOT / "models" / "staging" / source / f"_{source}__sources.yml").read_text(encoding="utf-8"))
    connection.execute(f"create schema if not exists raw_{source}")
    for table in contract["sources"][0]["tables"]:
        columns = {column["name"]: column["data_type"] for column in table["columns"]} | LINEAGE
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table raw_{source}.{table['name']} ({described})")


def create_run(connection: duckdb.DuckDBPyConnection, as_of: date, starts_on: date) -> None:
    """The one row that says which day the models compute."""
    connection.execute("create schema if not exists control")
    connection.execute(
        "create or replace table control.runs as select cast(? as date) as as_of_on, cast(? as date) as starts_on", [as_of, starts_on]
    )


def company_vars(file: str, **changes: Any) -> dict[str, Any]:
    """dbt vars of a company file, with `changes`; `as_of` is no var but the run's row."""
    values = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    values.pop("as_of", None)
    return json.loads(json.dumps({**values, **changes}, default=str))


def build_commerce(warehouse: Path, target: Path, variables: dict[str, Any]) -> None:
    """Build the commerce marts with their tests and reconciliations; an AssertionError carries dbt's words."""
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--select", "+path:models/marts/commerce", "days", "--indirect-selection", "buildable"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(variables, sort_keys=True)),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def compiled(target: Path, reconciliation: str) -> str:
    """SQL of a singular test as dbt compiled it in the last build; it returns the rows that fail."""
    return next(target.rglob(f"compiled/**/reconciliations/{reconciliation}.sql")).read_text(encoding="utf-8")
