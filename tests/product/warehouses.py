"""One dbt build of the product marts, for a company that runs other systems than the sample does.

Belongs here: running dbt. Does not belong here: any rule of identity, any expected value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.commerce.warehouses import ROOT

SALT = "salt of the tests"
SOURCES = {"stripe", "segment", "hubspot"}


def company(**changes: Any) -> dict[str, Any]:
    """The vars of dbt_project.yml but for the day, which is the run's row; `changes` replace providers by concept."""
    values = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    values.pop("as_of")
    values["providers"] |= changes
    return json.loads(json.dumps(values, default=str))


def build_product(warehouse: Path, target: Path, variables: Mapping[str, Any]) -> None:
    """Build identity and what it needs, with its tests and reconciliations; an AssertionError carries dbt's words."""
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(ROOT),
    }
    marts = ("dim_users", "fct_identity_matches", "fct_identity_conflicts", "dim_accounts")
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--select", *(f"+{mart}" for mart in marts), "--indirect-selection", "buildable"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(variables, sort_keys=True)),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
