"""What a publish costs against its floor: a CREATE TABLE AS of the same tables into a fresh file, in the same run, by hand.

    python -m benchmarks.publish [million rows, default 5] [rounds, default 3]

Belongs here: building a synthetic warehouse, timing, ratios of medians. Does not belong here: a pass or a fail.
Target (spec, performance): candidate, audit and swap <= 1.1 x the floor; the rename itself < 1 ms.
Parquet is shown apart: the floor has none.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from orchestration.publish import audit, build_candidate, publish, required_checks
from orchestration.publish.candidate import candidate_connection
from orchestration.publish.parquet import write_parquet
from orchestration.settings import Paths

COLUMNS = {"row_id": "bigint", "account_id": "varchar", "month_on": "date", "amount": "decimal(18,4)", "kind": "varchar", "share": "double"}
TABLES = 10


def manifest() -> dict[str, Any]:
    """Ten published models of six columns, without tests, sources or metrics."""
    nodes = {}
    for number in range(TABLES):
        name = f"fct_{number}"
        nodes[f"model.benchmark.{name}"] = {
            "resource_type": "model",
            "name": name,
            "schema": "marts",
            "fqn": ["benchmark", "marts", "benchmark", name],
            "config": {"meta": {"published": True}},
            "columns": {column: {"name": column, "data_type": kind} for column, kind in COLUMNS.items()},
        }
    return {"nodes": nodes, "sources": {}}


def write_warehouse(path: Path, rows: int) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; select setseed(0.5)")
        for number in range(TABLES):
            connection.execute(
                f"""
                create table marts.fct_{number} as
                select
                    range as row_id, 'acc_' || (hash(range) % 100000) as account_id,
                    date '2023-01-01' + cast(range % 1000 as integer) as month_on,
                    cast(hash(range) % 1000000 as decimal(18, 4)) / 100 as amount_double, 'kind ' || range % 7 as kind, random() as share
                from range({rows // TABLES})
                """
            )
            connection.execute(f"alter table marts.fct_{number} alter amount_double type decimal(18, 4)")
            connection.execute(f"alter table marts.fct_{number} rename amount_double to amount")


def timed(action: Callable[[], Any]) -> tuple[float, float, Any]:
    """(wall seconds, CPU seconds, what the action gave)."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = action()
    return time.perf_counter() - wall, time.process_time() - cpu, given


def floor(paths: Paths, number: int) -> None:
    """The same tables into a fresh file of the same storage version, checkpointed and closed."""
    path = paths.root / f"floor_{number}.duckdb"
    with candidate_connection(path) as connection:
        connection.execute(f"attach '{paths.warehouse}' as warehouse (read_only)")
        for table in range(TABLES):
            connection.execute(f"create table candidate.fct_{table} as select {', '.join(COLUMNS)} from warehouse.marts.fct_{table}")
        connection.execute("detach warehouse")
    path.unlink()


def one_round(paths: Paths, number: int) -> dict[str, tuple[float, float]]:
    parsed = manifest()
    required = [check for check in required_checks(parsed, []) if check.table != "metrics" and check.table != "metric_definitions"]
    results = [
        {
            "boundary": each.boundary,
            "table": each.table,
            "column": each.column,
            "check": each.check,
            "severity": "error",
            "status": "passed",
        }
        for each in required
    ]
    *base, _ = timed(lambda: floor(paths, number))
    *built, candidate = timed(
        lambda: build_candidate(
            paths, manifest=parsed, as_of=date(2026, 1, 1 + number), run_id=f"r{number}", loads=[], registers=[], backfill=True
        )
    )
    *audited, record = timed(lambda: audit(paths, candidate, results, required))
    folder = paths.root / "parquet_alone"
    folder.mkdir(exist_ok=True)
    *parquet, _ = timed(lambda: write_parquet(candidate.path, folder, number))
    *published, done = timed(lambda: publish(paths, record, required))
    without = tuple(max(0.0, whole - alone) for whole, alone in zip(published, parquet, strict=True))
    return {
        "floor (CTAS)": (base[0], base[1]),
        "candidate": (built[0], built[1]),
        "audit record": (audited[0], audited[1]),
        "publish, Parquet aside": (without[0], without[1]),
        "Parquet": (parquet[0], parquet[1]),
        "rename": (done.swap_seconds, 0.0),
    }


def main() -> None:
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder))
        write_warehouse(paths.warehouse, int(millions * 1e6))
        measured = [one_round(paths, number) for number in range(rounds)]
    names = list(measured[0])
    middle = {name: (median(each[name][0] for each in measured), median(each[name][1] for each in measured)) for name in names}
    base = middle["floor (CTAS)"]
    print(f"{millions:g} M rows in {TABLES} tables, medians of {rounds} rounds side by side")
    print(f"{'step':<26}{'wall s':>10}{'CPU s':>10}{'x floor':>10}{'x CPU':>10}")
    for name, (wall, cpu) in middle.items():
        print(f"{name:<26}{wall:>10.4f}{cpu:>10.4f}{wall / base[0]:>10.2f}{cpu / base[1]:>10.2f}")
    steps = ("candidate", "audit record", "publish, Parquet aside")
    wall, cpu = (sum(middle[name][place] for name in steps) for place in (0, 1))
    print(f"{'publish without Parquet':<26}{wall:>10.4f}{cpu:>10.4f}{wall / base[0]:>10.2f}{cpu / base[1]:>10.2f}   (target 1.10)")


if __name__ == "__main__":
    main()
