"""One semantic manifest per clock: the part that some metrics need, read against the sibling mart of a grain.

Belongs here: pruning dbt's semantic manifest, pointing a semantic model at its sibling mart, adding the moments of an interval.
Does not belong here: compiling (compiler.py), running (publisher.py).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestration.semantic.definitions import GRAINS, Definitions, Metric, SemanticModel


@dataclass(frozen=True)
class Cell:
    """The query's columns that make one metric: names of columns, None where the metric has no such part."""

    metric: str
    numerator: str
    denominator: str | None = None
    sample: str | None = None
    units: str | None = None
    xx: str | None = None
    xy: str | None = None
    yy: str | None = None
    pending: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        parts = (self.numerator, self.denominator, self.sample, self.units, self.xx, self.xy, self.yy, self.pending)
        return tuple(name for name in parts if name)


@dataclass(frozen=True)
class Query:
    """One MetricFlow query: some metrics of one semantic model (or one set of them), one grain, one segment kind."""

    grain: str
    segment_kind: str
    group_by: str | None
    cells: tuple[Cell, ...]

    @property
    def period_column(self) -> str:
        return f"metric_time__{self.grain}"

    @property
    def metric_names(self) -> tuple[str, ...]:
        return tuple(sorted({name for cell in self.cells for name in cell.columns}))

    @property
    def group_by_names(self) -> tuple[str, ...]:
        return (self.period_column, *((self.group_by,) if self.group_by else ()))


@dataclass(frozen=True)
class Clone:
    """A semantic manifest of its own (JSON), and the queries to compile against it."""

    manifest: dict[str, Any] = field(repr=False)
    queries: tuple[Query, ...]


def plan_clones(definitions: Definitions, metrics: Iterable[Metric]) -> list[Clone]:
    """The fewest clones and queries that give every metric at its grains by its segment kinds.

    One clone per set of semantic models and grain; in it one query per segment kind, `total` first.
    """
    groups: dict[tuple[tuple[str, ...], str], list[Metric]] = {}
    for metric in sorted(metrics, key=lambda item: item.name):
        for grain in metric.grains:
            groups.setdefault((tuple(sorted(metric.models)), grain), []).append(metric)
    ordered = sorted(groups.items(), key=lambda item: (GRAINS.index(item[0][1]), item[0][0]))
    return [_clone(definitions, models, grain, members) for (models, grain), members in ordered]


def _clone(definitions: Definitions, models: tuple[str, ...], grain: str, members: list[Metric]) -> Clone:
    source = definitions.semantic_manifest
    raw_metrics = {item["name"]: item for item in source["metrics"]}
    raw_models = {item["name"]: item for item in source["semantic_models"]}
    builder = _MomentBuilder(raw_metrics, {m["name"]: m for name in models for m in raw_models[name]["measures"]})
    cells = {metric.name: builder.cell(metric, definitions.metrics) for metric in members}

    kinds = list(dict.fromkeys(kind for metric in members for kind, grains in metric.segments.items() if grain in grains))
    queries = [Query(grain, "total", None, tuple(cells.values()))]
    for kind in kinds:
        own = tuple(cells[metric.name] for metric in members if grain in metric.segments.get(kind, ()))
        queries.append(Query(grain, kind, definitions.models[models[0]].group_by[kind], own))

    wanted = {name for query in queries for name in query.metric_names if name in raw_metrics}
    closure = sorted(with_inputs(wanted, raw_metrics))
    semantic_models = [_on_clock(raw_models[name], definitions.models[name], grain, builder.measures) for name in models]
    manifest = {
        "semantic_models": semantic_models,
        "metrics": [bare(raw_metrics[name]) for name in closure] + [builder.metric(name) for name in builder.measures],
        "project_configuration": bare(source["project_configuration"]),
        "saved_queries": [],
    }
    for spine in manifest["project_configuration"]["time_spines"]:
        spine["node_relation"] = relation_of(spine["node_relation"]["schema_name"], spine["node_relation"]["alias"])
    return Clone(manifest, tuple(queries))


def _on_clock(item: dict[str, Any], model: SemanticModel, grain: str, added: Mapping[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    clone = bare(item)
    own = {measure["name"] for measure in item["measures"]}
    clone["measures"] += [dict(measure) for owner, measure in added.values() if owner in own]
    node = item["node_relation"]
    schema, table = model.relations.get(grain, (node["schema_name"], node["alias"]))
    clone["node_relation"] = relation_of(schema, table)
    if grain not in model.relations:
        return clone
    time_name = item["defaults"]["agg_time_dimension"]
    for dimension in clone["dimensions"]:
        if dimension["name"] == time_name:
            dimension["type_params"]["time_granularity"] = grain
    for measure in clone["measures"]:
        # The mart has one row per period of this very clock: nothing is added over time, so the join to the last period is idle.
        measure["non_additive_dimension"] = None
    return clone


def relation_of(schema: str, table: str) -> dict[str, Any]:
    """A node_relation without the database's name, which is the working file's: its SQL then runs on a copy too."""
    return {"alias": table, "schema_name": schema, "database": None, "relation_name": f'"{schema}"."{table}"'}


def bare(item: Any) -> Any:
    """A deep copy without what changes no SQL (words, meta), so that editing a description compiles nothing again."""
    if isinstance(item, dict):
        emptied = {"description": None, "label": None, "config": None, "metadata": None}
        return {key: "" if key == "description" and "type_params" in item else emptied.get(key, bare(value)) for key, value in item.items()}
    if isinstance(item, list):
        return [bare(value) for value in item]
    return copy.copy(item)


def with_inputs(names: Iterable[str], raw: Mapping[str, Any]) -> set[str]:
    """`names` and every metric that they are made of, by name; `raw` is name -> metric as dbt wrote it."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        params = raw[name]["type_params"]
        sides = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or [])]
        todo += [side["name"] for side in sides if side]
    return found


class _MomentBuilder:
    """Measures that an interval or a sample size needs besides the metric's own, shared between the metrics of a clone."""

    def __init__(self, raw_metrics: Mapping[str, Any], raw_measures: Mapping[str, Any]) -> None:
        self._metrics = raw_metrics
        self._raw_measures = raw_measures
        #: name of the added metric and measure -> (a declared measure of the same semantic model, the measure)
        self.measures: dict[str, tuple[str, dict[str, Any]]] = {}

    def cell(self, metric: Metric, metrics: Mapping[str, Metric]) -> Cell:
        x, y = metric.numerator, metric.denominator
        if y is None:
            return Cell(metric.name, x, sample=x if metric.unit == "count" else None, pending=metric.pending)
        if metric.interval == "delta":
            # Exact products and sums: a sum of doubles depends on the order of the rows, and the same data would not give the same
            # interval twice. decimal(38,8) holds what accounts and orders can be worth.
            dx, dy = (f"cast({self._expression(name)} as decimal(19, 4))" for name in (x, y))
            return Cell(
                metric.name,
                x,
                y,
                sample=self._sample(y, metrics[y]),
                units=self._add(f"units_{x}_{y}", y, f"case when {dx} <> 0 or {dy} <> 0 then 1 else 0 end"),
                xx=self._add(f"moment_{x}_{x}", x, f"{dx} * {dx}"),
                xy=self._add(f"moment_{x}_{y}", y, f"{dx} * {dy}"),
                yy=self._add(f"moment_{y}_{y}", y, f"{dy} * {dy}"),
                pending=metric.pending,
            )
        return Cell(metric.name, x, y, sample=self._sample(y, metrics[y]), pending=metric.pending)

    def metric(self, name: str) -> dict[str, Any]:
        """The simple metric of an added measure, as dbt writes one."""
        measure = {"name": name, "filter": None, "alias": None, "join_to_timespine": False, "fill_nulls_with": None}
        params = {"measure": measure, "input_measures": [measure], "metrics": []}
        return {"name": name, "description": "", "type": "simple", "type_params": params, "filter": None, "metadata": None, "label": None}

    def _sample(self, denominator: str, metric: Metric) -> str | None:
        """A count is its own sample; of an amount, the rows that carry some of it; of a computed denominator, unknown."""
        if metric.unit == "count":
            return denominator
        if metric.kind != "simple" or self._metrics[denominator].get("filter"):
            return None
        return self._add(f"rows_{denominator}", denominator, f"case when {self._expression(denominator)} <> 0 then 1 else 0 end")

    def _expression(self, metric: str) -> str:
        measure = self._raw_measures[self._metrics[metric]["type_params"]["measure"]["name"]]
        return f"({measure['expr'] or measure['name']})"

    def _add(self, name: str, like: str, expression: str) -> str:
        owner = self._metrics[like]["type_params"]["measure"]["name"]
        kept = {key: self._raw_measures[owner].get(key) for key in ("agg_time_dimension", "non_additive_dimension")}
        self.measures[name] = (owner, {"name": name, "agg": "sum", "expr": expression, "create_metric": False, **kept})
        return name
