"""What each metric stands on, read from dbt's manifest: its sources, and a hash of the models and seeds in between.

Belongs here: walking `depends_on`. Does not belong here: what a change means (restatements.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.publish.contents import digest


@dataclass(frozen=True)
class Lineage:
    """A metric's source tables, as (source, table), and a hash of every model and seed that it stands on.

    `counts_later_events`: its semantic model says that what happens later still counts in an earlier period.
    """

    sources: frozenset[tuple[str, str]]
    code_hash: str
    counts_later_events: bool = False


def metric_lineage(manifest: Mapping[str, Any]) -> dict[str, Lineage]:
    """Lineage of each metric of the manifest, by name."""
    return {metric["name"]: _lineage(manifest, unique_id) for unique_id, metric in (manifest.get("metrics") or {}).items()}


def _lineage(manifest: Mapping[str, Any], metric: str) -> Lineage:
    above = _ancestors(manifest, metric)
    nodes = {name: manifest["nodes"][name] for name in above if name in manifest["nodes"]}
    code = {
        name: (node.get("checksum") or {}).get("checksum", "") for name, node in nodes.items() if node["resource_type"] in ("model", "seed")
    }
    sources = [manifest["sources"][name] for name in above if name in manifest["sources"]]
    models = [manifest["semantic_models"][name] for name in above if name in (manifest.get("semantic_models") or {})]
    return Lineage(
        frozenset((source["source_name"], source["name"]) for source in sources),
        digest(code),
        any(((model.get("config") or {}).get("meta") or {}).get("counts_later_events") for model in models),
    )


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
