"""What MetricFlow answers from a shell is what is published: the same definition, asked twice."""

from __future__ import annotations

import csv
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.runs import Run, environment

METRICS = ("cac_blended", "ltv_to_cac")


@pytest.mark.slow
def test_cac_and_ltv_to_cac_by_month_and_channel(nightly: Run, own_copy: Path, tmp_path: Path) -> None:
    answer = tmp_path / "answer.csv"
    command = [sys.executable, "-m", "orchestration", "mf", "query", "--metrics", ",".join(METRICS)]
    command += ["--group-by", "metric_time__month,channel", "--csv", str(answer)]
    done = subprocess.run(command, cwd=ROOT, env=environment(own_copy), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with answer.open(newline="", encoding="utf-8") as file:
        asked = {
            (row["metric_time__month"][:10], row["channel"], metric): Decimal(row[metric])
            for row in csv.DictReader(file)
            for metric in METRICS
            # MetricFlow divides doubles: by 0 it gives no number.
            if row[metric] not in ("", "nan", "inf", "None")
        }
    published = {
        (month, channel, metric): value
        for month, channel, metric, value in nightly.query(
            """
            select strftime(period_on, '%Y-%m-%d'), segment, metric, value from published.metrics
            where metric in ('cac_blended', 'ltv_to_cac') and period_grain = 'month' and segment_kind = 'channel' and value is not null
            """
        )
    }
    assert len(published) > 100 and set(asked) == set(published)
    # Ours are exact to ten decimals; a double of this size holds fifteen digits.
    assert [key for key, value in published.items() if abs(asked[key] - value) > abs(value) / 10**9 + Decimal("1e-9")] == []
