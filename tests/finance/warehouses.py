"""Warehouses for the tests of finance: the sample's exports landed by the real landing, and one dbt build of the finance marts.

Belongs here: landing, running dbt. Does not belong here: any rule of finance, any expected value.
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

SOURCES = {"stripe", "ledger", "fx_rates"}


def company(**changes: Any) -> dict[str, Any]:
    """The vars of dbt_project.yml but for the day, which is the run's row; `changes` replace providers by concept."""
    values = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    values.pop("as_of")
    values["providers"] |= changes
    return json.loads(json.dumps(values, default=str))


def land(folder: Path, manifest: Path, as_of: date, starts_on: date) -> Path:
    """Land the exports in `folder`/inbox and show them in `folder`/warehouse.duckdb, with empty views for what has no export."""
    contracts = load_contracts(manifest, "salt of the tests")
    for contract in contracts.values():
        if contract.source in SOURCES:
            for result in land_table(contract, folder / "inbox", folder / "lake", folder / "quarantine"):
                assert (result.status, result.quarantined) == ("committed", 0), f"{contract.name} {result.file}: {result.error}"
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        create_views(connection, contracts.values(), folder / "lake")
        create_run(connection, as_of, starts_on)
    return warehouse


def build_finance(warehouse: Path, target: Path, variables: Mapping[str, Any]) -> str:
    """Build the finance marts and what they need, with their tests; dbt's words, which an AssertionError carries too."""
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DO_NOT_TRACK": "1",
    }
    marts = (
        *("fct_ledger_lines", "fct_gross_margin_monthly", "fct_gross_margin_quarterly", "fct_cash_monthly", "fct_finance_monthly"),
        *("fct_finance_quarterly", "fct_cash_receipts", "fct_cost_forecast", "int_gross_margins__monthly", "fct_charges"),
    )
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--select", *(f"+{mart}" for mart in marts), "--indirect-selection", "buildable"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(variables, sort_keys=True)),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout
