"""Warehouses for the tests of reliability: planted counts in the conformed tables, and one dbt run of what reads them.

Belongs here: running dbt, planting rows. Does not belong here: any rule of reliability, any expected value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from tests.warehouses import ROOT, company, create_run

#: (objective, plan group, begin of the five minutes in UTC, good, total)
Count = tuple[str, str, datetime, int, int]


def build(warehouse: Path, target: Path, select: Sequence[str]) -> None:
    """Build models and seeds, without tests, for a company in UTC whose systems provide no counts; an AssertionError carries its words."""
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DO_NOT_TRACK": "1",
    }
    variables = company(slo_counts=[], slo_objectives=[]) | {"time_zone": "UTC"}
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--exclude-resource-type", "test", "unit_test"),
        *("--select", *select, "--vars", json.dumps(variables, sort_keys=True)),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def build_alerts(folder: Path, as_of: date, target_ratio: str, window_days: int, counts: Sequence[Count]) -> Path:
    """A warehouse with the planted `counts` of the objective `planted`, its windows and its alerts."""
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        create_run(connection, as_of, as_of)
    build(warehouse, folder / "target", ["+runs", "slo_counts", "slo_objectives", "slo_alert_rules"])
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into conformed.slo_objectives values ('planted', 'test', 'api', 'availability', cast(? as decimal(9, 6)), ?)",
            [target_ratio, window_days],
        )
        columns = [list(column) for column in zip(*counts, strict=True)]
        connection.execute(
            """
            insert into conformed.slo_counts (slo_id, source, plan_group, bucket_at, good_count, total_count)
            select unnest(?), 'test', unnest(?), unnest(?::timestamp[]), unnest(?), unnest(?)
            """,
            columns,
        )
    models = ["int_slo_counts__bucketed", "int_slo_burn_rates__measured", "fct_slo_windows", "fct_slo_alerts"]
    build(warehouse, folder / "target", models)
    return warehouse
