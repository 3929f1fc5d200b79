"""What each metric stands on, read from dbt's manifest: its sources, a hash of the code in between, and whether it is an estimate.

Belongs here: walking `depends_on`. Does not belong here: what a change means (restatements.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orchestration import estimators
from orchestration.publish.contents import digest


@dataclass(frozen=True)
class Lineage:
    """A metric's source tables, as (source, table), and a hash of every model and seed that it stands on.

    `stands_on_estimate`: one of those models is written in Python, which is for what SQL cannot compute to the last digit on every
    machine. The estimators that such models call are in the hash: dbt's checksum is of the model's file alone.
    `counts_later_events`: its semantic model says that what happens later still counts in an earlier period.
    """

    sources: frozenset[tuple[str, str]]
    code_hash: str
    counts_later_events: bool = False
    stands_on_estimate: bool = False


def metric_lineage(manifest: Mapping[str, Any]) -> dict[str, Lineage]:
    """Lineage of each metric of the manifest, by name."""
    return {metric["name"]: _lineage(manifest, unique_id) for unique_id, metric in (manifest.get("metrics") or {}).items()}


def _lineage(manifest: Mapping[str, Any], metric: str) -> Lineage:
    above = _ancestors(manifest, metric)
    nodes = {name: manifest["nodes"][name] for name in above if name in manifest["nodes"]}
    code = {
        name: (node.get("checksum") or {}).get("checksum", "") for name, node in nodes.items() if node["resource_type"] in ("model", "seed")
    }
    estimated = any(node.get("language") == "python" for node in nodes.values())
    if estimated:
        code["estimators"] = _estimators_hash()
    sources = [manifest["sources"][name] for name in above if name in manifest["sources"]]
    models = [manifest["semantic_models"][name] for name in above if name in (manifest.get("semantic_models") or {})]
    return Lineage(
        frozenset((source["source_name"], source["name"]) for source in sources),
        digest(code),
        any(((model.get("config") or {}).get("meta") or {}).get("counts_later_events") for model in models),
        estimated,
    )


@cache
def _estimators_hash() -> str:
    folder = Path(estimators.__file__).parent
    return digest({path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))})


def _ancestors(manifest: Mapping[str, Any], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        for kind in ("metrics", "semantic_models", "nodes"):
            node = (manifest.get(kind) or {}).get(current)
            if node:
                parents = [parent for parent in (node.get("depends_on") or {}).get("nodes", []) if parent not in seen]
                seen.update(parents)
                waiting += parents
    return seen
