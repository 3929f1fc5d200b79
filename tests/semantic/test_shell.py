"""`mf`, MetricFlow's own command, over the same definitions, gives what is published."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.semantic import offer_to_shell


@pytest.fixture
def mf(built: Any, tmp_path: Path) -> Callable[..., str]:
    """Run `mf` with some arguments against a copy of the fixture's warehouse; gives what it printed."""
    copy = tmp_path / "published_copy.duckdb"
    copy.write_bytes(built.warehouse.read_bytes())
    (built.folder.parent / "logs").mkdir(exist_ok=True)
    offer_to_shell(built.semantic_manifest, built.folder)

    def run(*arguments: str) -> str:
        command = [str(Path(sys.executable).parent / "mf"), *arguments]
        environment = {**built.environment, "SCALEHOUSE_WAREHOUSE": str(copy)}
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_mf_lists_every_metric(mf: Callable[..., str], built: Any) -> None:
    printed = mf("list", "metrics")
    names = [item["name"] for item in json.loads(built.semantic_manifest.read_text())["metrics"]]
    assert f"{len(names)} metrics" in printed
    assert all(f"{name}:" in printed for name in names)


def test_mf_query_equals_the_published_metrics(
    mf: Callable[..., str], publish: Callable[..., Any], warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    publish()
    answer = tmp_path / "answer.csv"
    mf("query", "--metrics", "nrr,mrr,logo_churn", "--group-by", "metric_time__month,movement__plan", "--csv", str(answer))
    with answer.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    asked = {
        (name, row["metric_time__month"][:10], row["movement__plan"] or "(none)"): Decimal(row[name]) if row[name] else None
        for row in rows
        for name in ("nrr", "mrr", "logo_churn")
    }
    published = {
        (name, str(on), segment): value
        for name, on, segment, value in warehouse.execute(
            "select metric, period_on, segment, value from published.metrics "
            "where period_grain = 'month' and segment_kind = 'plan' and metric in ('nrr', 'mrr', 'logo_churn')"
        ).fetchall()
    }
    assert asked.keys() == published.keys()
    # Three plans in March and April, two in May.
    assert len(asked) == 3 * (3 + 3 + 2)
    for key, value in asked.items():
        # mf divides doubles; ten decimals of a ratio near 1 are well inside their precision.
        assert (value is None) == (published[key] is None), key
        assert value is None or abs(value - published[key]) <= Decimal("1e-10"), key
