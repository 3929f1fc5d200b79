"""published.metric_definitions: the register that says what each metric is, and a hash that moves when its meaning does.

Belongs here: one row per declared metric, from its YAML and the SQL above it. Does not belong here: values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from orchestration.semantic.clones import bare, with_inputs
from orchestration.semantic.definitions import Definitions, Metric
from orchestration.semantic.staleness import Reach

#: The register as a table: name and type of each column.
COLUMNS = """
    metric varchar, label varchar, description varchar, formula varchar, unit varchar, kind varchar, owner varchar,
    decided_on date[], decisions varchar[], source_rows varchar[], grains varchar[], segments varchar[], requires varchar[],
    definition_hash varchar, availability varchar, missing_providers varchar[], data_as_of date, stale_sources varchar[]
"""


def missing_providers(metric: Metric, providers: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Concepts that `metric` requires and that no system of the company provides, in the order it names them."""
    return tuple(concept for concept in metric.requires if not providers.get(concept))


def metric_definitions(
    definitions: Definitions,
    missing: Mapping[str, tuple[str, ...]],
    *,
    reporting_currency: str,
    time_zone: str,
    reaches: Mapping[str, Reach] | None = None,
) -> list[dict[str, Any]]:
    """One row per metric, ordered by name: the columns of published.metric_definitions.

    Unit `currency` is written as the reporting currency. `definition_hash` covers the metric with its inputs, their semantic
    models, the checksums of every model, seed and macro and the contract of every source above them, the reporting currency and
    the time zone; words (label, description, decisions) are not in it, nor is `reaches`: how far the sources came this time.
    """
    lineage = _Lineage(definitions.manifest)
    rows = []
    for metric in sorted(definitions.metrics.values(), key=lambda item: item.name):
        absent = missing[metric.name]
        reach = (reaches or {}).get(metric.name, Reach(None))
        rows.append(
            {
                "metric": metric.name,
                "label": metric.label,
                "description": metric.description,
                "formula": metric.formula,
                "unit": reporting_currency if metric.unit == "currency" else metric.unit,
                "kind": metric.kind,
                "owner": metric.owner,
                "decided_on": [decision.on for decision in metric.decisions],
                "decisions": [f"{decision.on}: {decision.what}" for decision in metric.decisions],
                "source_rows": list(metric.rows),
                "grains": list(metric.grains),
                "segments": ["total", *metric.segments],
                "requires": list(metric.requires),
                "definition_hash": _definition_hash(metric, definitions, lineage, [reporting_currency, time_zone]),
                "availability": "not_available" if absent else "available",
                "missing_providers": list(absent),
                "data_as_of": None if absent else reach.data_as_of,
                "stale_sources": [] if absent else list(reach.stale),
            }
        )
    return rows


def write_definitions(
    connection: duckdb.DuckDBPyConnection,
    definitions: Definitions,
    missing: Mapping[str, tuple[str, ...]],
    *,
    reporting_currency: str,
    time_zone: str,
    reaches: Mapping[str, Reach] | None = None,
) -> None:
    """Replace published.metric_definitions by the rows of `metric_definitions`."""
    rows = metric_definitions(definitions, missing, reporting_currency=reporting_currency, time_zone=time_zone, reaches=reaches)
    connection.execute(f"create or replace table published.metric_definitions ({COLUMNS})")
    if rows:
        connection.execute("insert into published.metric_definitions by name select unnest($rows, max_depth := 2)", {"rows": rows})


def _definition_hash(metric: Metric, definitions: Definitions, lineage: _Lineage, reporting: list[str]) -> str:
    raw_metrics = {item["name"]: item for item in definitions.semantic_manifest["metrics"]}
    raw_models = {item["name"]: item for item in definitions.semantic_manifest["semantic_models"]}
    names = sorted(with_inputs({metric.name, *metric.inputs}, raw_metrics))
    meaning = [
        [bare(raw_metrics[name]) for name in names],
        [_without_database(bare(raw_models[name])) for name in sorted(metric.models)],
        [[definitions.models[name].relations, definitions.models[name].segments] for name in sorted(metric.models)],
        [metric.interval, metric.grains, metric.segments],
        lineage.checksums(node for name in metric.models for node in definitions.models[name].node_ids),
        reporting,
    ]
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def _without_database(model: dict[str, Any]) -> dict[str, Any]:
    node = model["node_relation"]
    return {**model, "node_relation": [node["schema_name"], node["alias"]]}


class _Lineage:
    """Checksums of everything above a model, from dbt's manifest."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._nodes = {**manifest["nodes"], **manifest["sources"]}
        self._macros = manifest["macros"]
        self._own: dict[str, str] = {}

    def checksums(self, start: Iterable[str]) -> list[list[str]]:
        """[id, checksum] of `start` and all above, ordered by id."""
        found: dict[str, str] = {}
        todo = list(start)
        while todo:
            key = todo.pop()
            if key in found:
                continue
            found[key] = self._checksum(key)
            depends = self._parent(key).get("depends_on") or {}
            todo += [*depends.get("nodes", []), *(name for name in depends.get("macros", []) if not name.startswith("macro.dbt"))]
        return [[key, found[key]] for key in sorted(found)]

    def _parent(self, key: str) -> Mapping[str, Any]:
        return self._macros[key] if key in self._macros else self._nodes[key]

    def _checksum(self, key: str) -> str:
        if key not in self._own:
            item = self._parent(key)
            if key in self._macros:
                content: Any = item["macro_sql"]
            elif item["resource_type"] == "source":
                # What the contract says of a value; freshness and owner change no number.
                content = [[name, column.get("data_type"), column.get("config")] for name, column in sorted(item["columns"].items())]
            else:
                content = item["checksum"]["checksum"]
            self._own[key] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        return self._own[key]
