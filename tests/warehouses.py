"""Warehouses of companies that run other systems than the sample does: raw tables, one dbt build of some marts, their metrics.

Belongs here: dbt vars of a company, raw tables from the contracts, landing, running dbt, publishing metrics. Does not belong here: any
rule of a model, any expected value, a whole nightly run (runs.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.contracts import load_contracts
from orchestration.land import create_views, land_table
from orchestration.semantic import publish_metrics

ROOT = Path(__file__).resolve().parent.parent
#: What dbt builds for the tests of orders, of whichever shop.
COMMERCE = ("+path:models/marts/commerce", "days")
LINEAGE = {
    "_load_id": "varchar",
    "_source_file": "varchar",
    "_row_number": "bigint",
    "_line_number": "bigint",
    "_extracted_at": "timestamp",
    "_extra": "varchar",
}


def company(**changes: Any) -> dict[str, Any]:
    """The vars of dbt_project.yml but for the day, which is the run's row; `changes` replace providers by concept."""
    values = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    values.pop("as_of")
    values["providers"] |= changes
    return json.loads(json.dumps(values, default=str))


def company_vars(file: str, **changes: Any) -> dict[str, Any]:
    """dbt vars of a company file, with `changes`; `as_of` is no var but the run's row."""
    values = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    values.pop("as_of", None)
    return json.loads(json.dumps({**values, **changes}, default=str))


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


def land(folder: Path, manifest: Path, sources: Collection[str], as_of: date, starts_on: date) -> Path:
    """Land the sources' exports in `folder`/inbox and show them in `folder`/warehouse.duckdb, with empty views for what has no export."""
    contracts = load_contracts(manifest, "salt of the tests")
    for contract in contracts.values():
        if contract.source in sources:
            for result in land_table(contract, folder / "inbox", folder / "lake", folder / "quarantine"):
                assert (result.status, result.quarantined) == ("committed", 0), f"{contract.name} {result.file}: {result.error}"
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        create_views(connection, contracts.values(), folder / "lake")
        create_run(connection, as_of, starts_on)
    return warehouse


def build(warehouse: Path, target: Path, variables: Mapping[str, Any], *select: str) -> str:
    """Build what `select` names (dbt's syntax, such as +fct_charges) with its tests and reconciliations, unit tests left out.

    Gives dbt's words; an AssertionError carries them too.
    """
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--select", *select, "--indirect-selection", "buildable"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(variables, sort_keys=True)),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def compiled(target: Path, reconciliation: str) -> str:
    """SQL of a singular test as dbt compiled it in the last build; it returns the rows that fail."""
    return next(target.rglob(f"compiled/**/reconciliations/{reconciliation}.sql")).read_text(encoding="utf-8")


def publish(warehouse: Path, target: Path, domain: str, folder: Path, as_of: date, providers: Mapping[str, Sequence[str]]) -> None:
    """Write published.metrics of the metrics defined under models/marts/`domain`, for a company with these providers."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    semantic = json.loads((target / "semantic_manifest.json").read_text(encoding="utf-8"))
    own = {node["name"] for node in manifest["metrics"].values() if node["original_file_path"].startswith(f"models/marts/{domain}/")}
    semantic["metrics"] = [metric for metric in semantic["metrics"] if metric["name"] in own]
    (folder / "semantic_manifest.json").write_text(json.dumps(semantic), encoding="utf-8")
    with duckdb.connect(str(warehouse)) as connection:
        publish_metrics(
            connection,
            folder / "semantic_manifest.json",
            target / "manifest.json",
            providers,
            as_of,
            reporting_currency="USD",
            time_zone="America/New_York",
            cache=folder / "compiled",
        )
