"""Warehouses for the tests of acquisition: the sample's exports landed by the real landing, one dbt build, and the domain's metrics.

Belongs here: landing, running dbt, publishing the metrics of one domain. Does not belong here: any rule, any expected value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.contracts import load_contracts
from orchestration.land import create_views, land_table
from orchestration.semantic import publish_metrics
from tests.commerce.warehouses import ROOT, create_run

SALT = "salt of the tests"
DOMAIN = "models/marts/acquisition"


def company() -> dict[str, Any]:
    """The vars of dbt_project.yml but for the day, which is the run's row."""
    values = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    values.pop("as_of")
    return json.loads(json.dumps(values, default=str))


def land(folder: Path, manifest: Path, as_of: date, starts_on: date) -> Path:
    """Land the exports in `folder`/inbox and show them in `folder`/warehouse.duckdb."""
    contracts = load_contracts(manifest, SALT)
    sources = {source for names in company()["providers"].values() for source in names}
    for contract in contracts.values():
        if contract.source in sources:
            results = land_table(contract, folder / "inbox", folder / "lake", folder / "quarantine")
            assert {result.status for result in results} == {"committed"}, (contract.name, results)
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        create_views(connection, list(contracts.values()), folder / "lake")
        create_run(connection, as_of, starts_on)
    return warehouse


def build(warehouse: Path, target: Path) -> None:
    """Build the acquisition marts with their tests and reconciliations; an AssertionError carries dbt's words."""
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DO_NOT_TRACK": "1",
    }
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--select", f"+path:{DOMAIN}", "path:models/intermediate/acquisition", "--indirect-selection", "buildable"),
        *("--exclude-resource-type", "unit_test"),
        *("--vars", json.dumps(company(), sort_keys=True)),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def publish(warehouse: Path, target: Path, folder: Path, as_of: date, providers: Mapping[str, Sequence[str]]) -> None:
    """Write published.metrics of the acquisition metrics for a company with these providers."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    semantic = json.loads((target / "semantic_manifest.json").read_text(encoding="utf-8"))
    own = {node["name"] for node in manifest["metrics"].values() if node["original_file_path"].startswith(DOMAIN)}
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
