"""The metrics of support, published for a company that runs other systems than the sample does.

Belongs here: publishing the metrics of one domain. Does not belong here: any rule, any expected value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from orchestration.semantic import publish_metrics

DOMAIN = "models/marts/support"


def publish(warehouse: Path, target: Path, folder: Path, as_of: date, providers: Mapping[str, Sequence[str]]) -> None:
    """Write published.metrics of the support metrics for a company with these providers."""
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
