"""Warehouses for the tests of identity: the sample's exports landed by the real landing, and one dbt build of the product marts.

Belongs here: landing, running dbt. Does not belong here: any rule of identity, any expected value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.contracts import load_contracts
from orchestration.land import create_views, land_table
from tests.commerce.warehouses import ROOT, create_run

SALT = "salt of the tests"
SOURCES = {"stripe", "segment", "hubspot"}


def company(**changes: Any) -> dict[str, Any]:
    """The vars of dbt_project.yml but for the day, which is the run's row; `changes` replace providers by concept."""
    values = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    values.pop("as_of")
    values["providers"] |= changes
    return json.loads(json.dumps(values, default=str))


def company_file(file: str) -> dict[str, Any]:
    """The vars of a company file but for the day."""
    values = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    values.pop("as_of")
    return json.loads(json.dumps(values, default=str))


def land(folder: Path, manifest: Path, as_of: date, starts_on: date) -> Path:
    """Land the exports in `folder`/inbox and show them in `folder`/warehouse.duckdb, with empty views for what has no export."""
    contracts = load_contracts(manifest, SALT)
    for contract in contracts.values():
        if contract.source in SOURCES:
            for result in land_table(contract, folder / "inbox", folder / "lake", folder / "quarantine"):
                assert (result.status, result.quarantined) == ("committed", 0), f"{contract.name} {result.file}: {result.error}"
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        create_views(connection, contracts.values(), folder / "lake")
        create_run(connection, as_of, starts_on)
    return warehouse


def build_product(warehouse: Path, target: Path, variables: Mapping[str, Any]) -> None:
    """Build identity and what it needs, with its tests and reconciliations; an AssertionError carries dbt's words."""
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(ROOT),
    }
    marts = ("dim_users", "fct_identity_matches", "fct_identity_conflicts", "fct_account_identities")
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--select", *(f"+{mart}" for mart in marts), "--indirect-selection", "buildable"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(variables, sort_keys=True)),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
