"""The metrics of acquisition, published for a company that runs other systems than the sample does.

Belongs here: publishing the metrics of one domain. Does not belong here: any rule, any expected value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.semantic import publish_metrics
from tests.commerce.warehouses import ROOT

SALT = "salt of the tests"
DOMAIN = "models/marts/acquisition"


def company() -> dict[str, Any]:
    """The vars of dbt_project.yml but for the day, which is the run's row."""
    values = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    values.pop("as_of")
    return json.loads(json.dumps(values, default=str))


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
