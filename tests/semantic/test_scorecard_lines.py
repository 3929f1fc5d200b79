"""Each line of the scorecards names a metric that is defined, and a threshold in its unit is a number that the metric can reach."""

from __future__ import annotations

import csv
from typing import Any

from tests.runs import ROOT

LINES = list(csv.DictReader((ROOT / "seeds" / "scorecard_lines.csv").open(encoding="utf-8")))


def test_every_line_is_a_defined_metric(semantic_manifest: dict[str, Any]) -> None:
    defined = {metric["name"] for metric in semantic_manifest["metrics"]}
    assert [line["line"] for line in LINES if line["metric"] not in defined] == []


def test_every_surface_has_lines_and_only_surfaces_have_them() -> None:
    assert {line["surface"] for line in LINES if line["scorecard"] == "surfaces"} == {"product", "users", "operations", "revenue"}
    assert {line["surface"] for line in LINES if line["scorecard"] != "surfaces"} == {""}
