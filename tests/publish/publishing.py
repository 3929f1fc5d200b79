"""A two-table warehouse with a hand-written manifest, and one whole publish of it; also runs as a process that tests kill.

python -m tests.publish.publishing <folder> <run id> [--pause-after-swap]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import build_contract
from orchestration.land import Manifest
from orchestration.publish import Candidate, Published, audit, build_candidate, publish, read_loads, required_checks
from orchestration.publish.required import TO_PUBLISH, RequiredCheck
from orchestration.settings import Paths

AS_OF = date(2026, 3, 31)


CONTRACTS = [
    build_contract(
        "billing",
        "charges",
        {"key": ["id"], "cursor": "created_at", "time_zone": "UTC", "timestamp_format": "%Y-%m-%d %H:%M:%S"},
        [
            {"name": "id", "data_type": "varchar", "config": {"meta": {"required": True}}},
            {"name": "amount", "data_type": "decimal(18,4)"},
            {"name": "created_at", "data_type": "timestamp"},
        ],
    )
]


def model(name: str, columns: dict[str, str], *, key: str, checksum: str = "a", **meta: Any) -> dict[str, Any]:
    """A published model's node, with the fields that dbt's manifest gives it."""
    return {
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": "revenue",
        "fqn": ["scalehouse", "marts", "revenue", name],
        "description": f"What {name} has. Grain, one row per {key}.",
        "checksum": {"name": "sha256", "checksum": checksum},
        "config": {"meta": {"published": True, **meta}},
        "constraints": [{"type": "primary_key", "columns": [key]}],
        "columns": {column: {"name": column, "data_type": kind, "description": f"The {column}."} for column, kind in columns.items()},
        "depends_on": {"nodes": ["source.scalehouse.billing.charges"]},
    }


def manifest() -> dict[str, Any]:
    """Two marts and one metric over one source table; one dbt test."""
    charges = {"charge_id": "varchar", "amount": "decimal(18,4)", "charged_on": "date"}
    return {
        "nodes": {
            "model.scalehouse.fct_charges": model("fct_charges", charges, key="charge_id"),
            "model.scalehouse.dim_days": model("dim_days", {"day_on": "date"}, key="day_on"),
            "test.scalehouse.not_null_fct_charges_amount.1": {
                "resource_type": "test",
                "name": "not_null_fct_charges_amount",
                "attached_node": "model.scalehouse.fct_charges",
                "column_name": "amount",
                "config": {"severity": "ERROR"},
                "test_metadata": {"name": "not_null", "kwargs": {"column_name": "amount"}},
                "depends_on": {"nodes": ["model.scalehouse.fct_charges"]},
            },
        },
        "sources": {"source.scalehouse.billing.charges": {"source_name": "billing", "name": "charges"}},
        "semantic_models": {"semantic_model.scalehouse.charges": {"depends_on": {"nodes": ["model.scalehouse.fct_charges"]}}},
        "metrics": {"metric.scalehouse.charged": {"name": "charged", "depends_on": {"nodes": ["semantic_model.scalehouse.charges"]}}},
    }


def write_load(paths: Paths, number: int, rows: int, first: str, last: str, visible: int | None = None) -> str:
    """Commit a load of `rows` charges with cursors from `first` to `last`; the raw view will show `visible` of them (default: all)."""
    load_id = f"{number:06d}-{number:08x}"
    load = Manifest(
        source="billing",
        table="charges",
        load_id=load_id,
        sequence=number,
        file=f"charges_{number}.csv",
        sha256=f"{number:064x}",
        size=1,
        raw="",
        extracted_at="",
        contract_hash="",
        rows_in=rows,
        accepted=rows,
        quarantined=0,
        duplicates=0,
        blank_lines=0,
        cursor_min=first,
        cursor_max=last,
        columns={},
        profile={"id": {"nulls": 0}, "created_at": {"nulls": 0, "min": first, "max": last}},
        parts=[],
    )
    folder = paths.lake / "billing" / "charges" / load_id
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(load.to_json())
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute("create schema if not exists raw_billing")
        connection.execute("create table if not exists raw_billing.charges (_load_id varchar)")
        connection.execute("delete from raw_billing.charges where _load_id = ?", [load_id])
        connection.execute("insert into raw_billing.charges select ? from range(?)", [load_id, rows if visible is None else visible])
    return load_id


def show_only(paths: Paths, load_id: str, visible: int) -> None:
    """Let the raw view show only `visible` rows of a load: later loads hold the other keys."""
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute("delete from raw_billing.charges where _load_id = ?", [load_id])
        connection.execute("insert into raw_billing.charges select ? from range(?)", [load_id, visible])


def write_warehouse(paths: Paths, charges: Sequence[tuple[str, str, str]], definition: str = "d1") -> None:
    """Tables revenue.fct_charges and dim_days, and metrics: `charged` by month, in total, from the charges (id, amount, day)."""
    paths.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(paths.warehouse)) as connection:
        for schema in ("revenue", "published"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute("create or replace table revenue.fct_charges (charge_id varchar, amount decimal(18, 4), charged_on date)")
        connection.executemany("insert into revenue.fct_charges values (?, ?, ?)", list(charges))
        connection.execute("create or replace table revenue.dim_days as select distinct charged_on as day_on from revenue.fct_charges")
        connection.execute(
            """
            create or replace table published.metrics as
            select
                'charged' as metric, 'month' as period_grain, cast(date_trunc('month', charged_on) as date) as period_on,
                'total' as segment_kind, 'all' as segment, cast(sum(amount) as decimal(28, 4)) as numerator,
                cast(null as decimal(28, 4)) as denominator, cast(sum(amount) as decimal(28, 10)) as value, count(*) as sample_size,
                cast(null as double) as interval_low, cast(null as double) as interval_high, cast(null as varchar) as interval_method,
                last_day(max(charged_on)) <= ? as is_complete, 'ok' as status, cast(null as varchar) as reason
            from revenue.fct_charges group by 3
            """,
            [AS_OF],
        )
        connection.execute(
            "create or replace table published.metric_definitions (metric varchar, definition_hash varchar, availability varchar)"
        )
        connection.execute("insert into published.metric_definitions values ('charged', ?, 'available')", [definition])


CHARGES = [("c1", "10.0000", "2026-01-15"), ("c2", "20.0000", "2026-02-15"), ("c3", "30.0000", "2026-03-15")]


def set_up(folder: Path) -> Paths:
    """A company's folder with one load and its warehouse."""
    paths = Paths(folder)
    write_warehouse(paths, CHARGES)
    write_load(paths, 1, 3, "2026-01-15T00:00:00", "2026-03-15T00:00:00")
    return paths


def required() -> list[RequiredCheck]:
    return required_checks(manifest(), CONTRACTS)


def result(check: RequiredCheck, status: str = "passed", severity: str = "error", **more: Any) -> dict[str, Any]:
    given = {"boundary": check.boundary, "table": check.table, "column": check.column, "check": check.check}
    return {**given, "severity": severity, "status": status, "message": "", "rows": [], **more}


def passing(checks: Sequence[RequiredCheck] | None = None) -> list[dict[str, Any]]:
    """A pass for every required check, but for the one that building the candidate itself gives."""
    return [result(check) for check in (checks or required()) if check.check != "restatements"]


def build(paths: Paths, run_id: str = "r1", as_of: date = AS_OF, **more: Any) -> Candidate:
    given = {"manifest": manifest(), "loads": read_loads(paths.lake, CONTRACTS), **more}
    return build_candidate(paths, as_of=as_of, run_id=run_id, **given)


def publish_all(paths: Paths, run_id: str = "r1", **more: Any) -> Published:
    """Build, audit with passes, publish."""
    candidate = build(paths, run_id, **more)
    record = audit(paths, candidate, passing(), required())
    return publish(paths, record, required(), run_id=run_id)


def not_null_amount() -> RequiredCheck:
    return next(check for check in required() if check.boundary == TO_PUBLISH and check.check == "not_null" and check.column == "charge_id")


if __name__ == "__main__":
    publish_all(Paths(Path(sys.argv[1])), sys.argv[2])
