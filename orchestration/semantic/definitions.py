"""Metrics and semantic models as dbt parsed them, checked and typed.

Belongs here: which keys a definition must have, and what a mistake in one is told. Does not belong here: SQL, MetricFlow,
values, the company's providers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

GRAINS = ("day", "week", "month", "quarter")
INTERVALS = ("wilson", "delta", "none")
KINDS = ("simple", "ratio", "derived")
_ROW = re.compile(r"S\d+-\d{2,}")
_TEXT_KEYS = ("formula", "unit", "owner")
#: measure -> (its semantic model, the measure as dbt wrote it)
_Measures = dict[str, tuple[str, dict[str, Any]]]


class DefinitionError(ValueError):
    """One or more definitions are wrong; each line names the file, the metric or semantic model, and what to write."""


@dataclass(frozen=True)
class SemanticModel:
    """A mart as the semantic layer sees it. `relations` is grain -> (schema, table) of the sibling mart of each clock."""

    name: str
    file: str
    grains: tuple[str, ...]
    segments: Mapping[str, tuple[str, ...]]
    group_by: Mapping[str, str]
    entities: frozenset[str]
    relations: Mapping[str, tuple[str, str]]
    node_ids: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """What was decided about a definition, and the day."""

    on: date
    what: str


@dataclass(frozen=True)
class Metric:
    """One metric; `inputs` are the metrics whose values make it (itself, or numerator and denominator of a ratio)."""

    name: str
    file: str
    kind: str
    label: str
    description: str
    formula: str
    unit: str
    owner: str
    decisions: tuple[Decision, ...]
    rows: tuple[str, ...]
    requires: tuple[str, ...]
    interval: str
    pending: str | None
    grains: tuple[str, ...]
    segments: Mapping[str, tuple[str, ...]]
    numerator: str
    denominator: str | None
    models: tuple[str, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the metrics that MetricFlow is asked for."""
        return tuple(name for name in (self.numerator, self.denominator, self.pending) if name)


@dataclass(frozen=True)
class Definitions:
    """Everything declared: metrics (ordered by name) and semantic models by name, and dbt's two manifests that they came from."""

    metrics: Mapping[str, Metric]
    models: Mapping[str, SemanticModel]
    semantic_manifest: dict[str, Any] = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)


def read_definitions(semantic_manifest: dict[str, Any], manifest: dict[str, Any]) -> Definitions:
    """Type and check every metric of `semantic_manifest.json`, with the meta and files that `manifest.json` holds.

    Raises DefinitionError listing every mistake of every definition.
    """
    errors: list[str] = []
    models = {item["name"]: _read_model(item, manifest, errors) for item in semantic_manifest["semantic_models"]}
    raw = {item["name"]: item for item in semantic_manifest["metrics"]}
    files = {node["name"]: node["original_file_path"] for node in manifest["metrics"].values()}
    metas = {node["name"]: (node.get("config") or {}).get("meta") or {} for node in manifest["metrics"].values()}
    measures = {measure["name"]: (item["name"], measure) for item in semantic_manifest["semantic_models"] for measure in item["measures"]}
    metrics: dict[str, Metric] = {}
    for name in sorted(raw):
        problem = _Problems(f"{files.get(name, 'dbt project')}: metric {name}", errors)
        metric = _read_metric(raw[name], raw, metas.get(name, {}), files.get(name, ""), models, measures, problem)
        if metric:
            metrics[name] = metric
    for metric in metrics.values():
        _check_interval(metric, metrics, raw, measures, _Problems(f"{metric.file}: metric {metric.name}", errors))
    if errors:
        raise DefinitionError("\n".join(errors))
    return Definitions(metrics, models, semantic_manifest, manifest)


@dataclass(frozen=True)
class _Problems:
    where: str
    errors: list[str]

    def add(self, text: str) -> None:
        self.errors.append(f"{self.where}: {text}")


def _read_model(item: dict[str, Any], manifest: dict[str, Any], errors: list[str]) -> SemanticModel:
    name = item["name"]
    node = next(node for node in manifest["semantic_models"].values() if node["name"] == name)
    problem = _Problems(f"{node['original_file_path']}: semantic model {name}", errors)
    meta = (node.get("config") or {}).get("meta") or {}
    dimensions = {dimension["name"]: dimension for dimension in item["dimensions"]}
    time_name = (item.get("defaults") or {}).get("agg_time_dimension")
    base = ((dimensions.get(time_name) or {}).get("type_params") or {}).get("time_granularity", "day")
    if not time_name:
        problem.add("defaults.agg_time_dimension is missing; name the date column that metrics are read by")

    tables = {entry["name"]: (key, entry) for key, entry in manifest["nodes"].items() if entry["resource_type"] == "model"}
    siblings = dict(meta.get("period_relations") or {})
    relations: dict[str, tuple[str, str]] = {}
    node_ids = list(node["depends_on"]["nodes"])
    for grain, table in siblings.items():
        if grain not in GRAINS:
            problem.add(f"meta.period_relations has the grain {grain!r}; expected one of {', '.join(GRAINS)}")
        elif table not in tables:
            problem.add(f"meta.period_relations.{grain} is {table!r}, which is no model of this project; write the sibling mart's name")
        else:
            key, entry = tables[table]
            relations[grain] = (entry["schema"], entry["alias"])
            node_ids.append(key)

    possible = tuple(grain for grain in GRAINS if grain in siblings or (not siblings and GRAINS.index(grain) >= _rank(base)))
    grains = _subset(meta.get("grains"), possible, "meta.grains", problem)
    primary = next((entity["name"] for entity in item["entities"] if entity["type"] == "primary"), item.get("primary_entity"))
    entities = {entity["name"] for entity in item["entities"]}
    group_by = {key: f"{primary}__{key}" for key, dimension in dimensions.items() if dimension["type"] == "categorical"}
    group_by |= {entity: entity for entity in entities}
    return SemanticModel(
        name=name,
        file=node["original_file_path"],
        grains=grains,
        segments=_read_segments(meta.get("segments", []), tuple(group_by), grains, problem),
        group_by=group_by,
        entities=frozenset(entities),
        relations=relations,
        node_ids=tuple(dict.fromkeys(node_ids)),
    )


def _read_metric(
    item: dict[str, Any],
    raw: dict[str, Any],
    meta: dict[str, Any],
    file: str,
    models: dict[str, SemanticModel],
    measures: _Measures,
    problem: _Problems,
) -> Metric | None:
    if item["type"] not in KINDS:
        problem.add(f"type {item['type']} is not published; write it as one of {', '.join(KINDS)}")
        return None
    before = len(problem.errors)
    for key in ("label", "description"):
        if not str(item.get(key) or "").strip():
            problem.add(f"{key} is missing; say in words what the number is")
    for key in _TEXT_KEYS:
        if not isinstance(meta.get(key), str) or not meta[key].strip():
            problem.add(f"config.meta.{key} is missing; write a text")
    rows = _texts(meta, "rows", problem)
    problem_rows = [row for row in rows if not _ROW.fullmatch(row)]
    if problem_rows:
        problem.add(f"config.meta.rows has {', '.join(problem_rows)}; expected ids like S0-25")
    requires = _texts(meta, "requires", problem)
    decisions = _read_decisions(meta.get("decisions"), problem)
    interval = meta.get("interval", None if item["type"] == "ratio" else "none")
    if interval not in INTERVALS:
        problem.add(f"config.meta.interval is {interval!r}; expected one of {', '.join(INTERVALS)}")

    numerator, denominator = item["name"], None
    if item["type"] == "ratio":
        numerator, denominator = (_plain_input(item, side, problem) for side in ("numerator", "denominator"))
    pending = meta.get("pending")
    if pending is not None and pending not in raw:
        problem.add(f"config.meta.pending is {pending!r}, which is no metric; name the count that must reach 0 before a period is complete")
    inputs = [name for name in (numerator, denominator, pending) if name in raw]
    owners = dict.fromkeys(owner for name in inputs for owner in _models_of(name, raw, measures, problem))
    if len(problem.errors) > before or not owners:
        return None
    own = [models[owner] for owner in owners]
    common = tuple(grain for grain in GRAINS if all(grain in model.grains for model in own))
    grains = _subset(meta.get("grains"), common, "config.meta.grains", problem)
    shared = _shared_segments(own)
    kinds = _subset(meta.get("segments"), tuple(shared), "config.meta.segments", problem)
    return Metric(
        name=item["name"],
        file=file,
        kind=item["type"],
        label=item["label"],
        description=" ".join(item["description"].split()),
        formula=meta["formula"],
        unit=meta["unit"],
        owner=meta["owner"],
        decisions=decisions,
        rows=rows,
        requires=requires,
        interval=interval,
        pending=pending,
        grains=grains,
        segments={kind: tuple(grain for grain in shared[kind] if grain in grains) for kind in kinds},
        numerator=numerator,
        denominator=denominator,
        models=tuple(owners),
    )


def _check_interval(metric: Metric, metrics: dict[str, Metric], raw: dict[str, Any], measures: _Measures, problem: _Problems) -> None:
    if metric.interval == "none":
        return
    if metric.kind != "ratio":
        problem.add(f"config.meta.interval {metric.interval} is for ratio metrics; write none")
        return
    sides = [metrics[name] for name in (metric.numerator, metric.denominator) if name in metrics]
    if metric.interval == "wilson" and any(side.unit != "count" for side in sides):
        problem.add("config.meta.interval wilson needs a numerator and a denominator of unit count; write delta")
    if metric.interval == "delta":
        if len(metric.models) > 1:
            problem.add("config.meta.interval delta needs both sides in one semantic model; write none")
        for side in sides:
            if not _is_plain_sum(raw[side.name], measures):
                problem.add(f"config.meta.interval delta needs {side.name} to be a simple, unfiltered sum; filter in its measure")


def _is_plain_sum(item: dict[str, Any], measures: _Measures) -> bool:
    measure = item["type_params"]["measure"]
    if item["type"] != "simple" or item.get("filter") or measure.get("filter"):
        return False
    return measures[measure["name"]][1]["agg"] == "sum"


def _plain_input(item: dict[str, Any], side: str, problem: _Problems) -> str:
    given = item["type_params"][side]
    if given.get("filter") or given.get("offset_window") or given.get("offset_to_grain"):
        problem.add(f"{side} {given['name']} has a filter or an offset; define that as a metric of its own, so that it is published too")
    return given["name"]


def _models_of(name: str, raw: dict[str, Any], measures: _Measures, problem: _Problems) -> list[str]:
    params = raw[name]["type_params"]
    if raw[name]["type"] == "simple":
        measure = params["measure"]["name"]
        if measure not in measures:
            problem.add(f"measure {measure} of {name} is in no semantic model")
            return []
        return [measures[measure][0]]
    sides = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or [])]
    return [owner for side in sides if side for owner in _models_of(side["name"], raw, measures, problem)]


def _shared_segments(models: list[SemanticModel]) -> dict[str, tuple[str, ...]]:
    """Segment kinds of a metric. Across several semantic models only an entity that all of them declare can group it."""
    first = models[0]
    if len(models) == 1:
        return dict(first.segments)
    return {
        kind: tuple(grain for grain in grains if all(grain in model.segments[kind] for model in models))
        for kind, grains in first.segments.items()
        if all(kind in model.segments and kind in model.entities for model in models)
    }


def _read_segments(given: Any, known: tuple[str, ...], grains: tuple[str, ...], problem: _Problems) -> dict[str, tuple[str, ...]]:
    """A list of dimensions, or dimension -> its grains where a dimension is too fine for every clock."""
    items = given if isinstance(given, dict) else dict.fromkeys(given or [])
    for kind in items:
        if kind not in known:
            problem.add(f"meta.segments has {kind!r}, no categorical dimension or entity here; expected some of {', '.join(known)}")
    return {kind: _subset(own, grains, f"meta.segments.{kind}", problem) for kind, own in items.items() if kind in known}


def _read_decisions(given: Any, problem: _Problems) -> tuple[Decision, ...]:
    wanted = 'config.meta.decisions: expected a list of {"on": YYYY-MM-DD, what: text}'
    if not isinstance(given, list) or not given:
        problem.add(f"{wanted}; it is missing")
        return ()
    found = []
    for entry in given:
        # YAML 1.1 reads a bare `on` as the boolean true, and dbt cannot read back a parse that holds one: every run would parse anew.
        if isinstance(entry, dict) and ("true" in entry or True in entry):
            problem.add(f'{wanted}, with "on" in quotes: a bare on is the boolean true in YAML')
            continue
        day = entry.get("on") if isinstance(entry, dict) else None
        what = entry.get("what") if isinstance(entry, dict) else None
        try:
            found.append(Decision(date.fromisoformat(str(day)), str(what).strip()))
        except ValueError:
            what = None
        if not what:
            problem.add(f"{wanted}; got {entry!r}")
    return tuple(found)


def _texts(meta: dict[str, Any], key: str, problem: _Problems) -> tuple[str, ...]:
    given = meta.get(key)
    if not isinstance(given, list) or not given or not all(isinstance(value, str) for value in given):
        problem.add(f"config.meta.{key} is missing; write a list with at least one text")
        return ()
    return tuple(given)


def _subset(given: Any, possible: tuple[str, ...], where: str, problem: _Problems) -> tuple[str, ...]:
    if given is None:
        return possible
    wrong = [value for value in given if value not in possible]
    if wrong:
        problem.add(f"{where} has {', '.join(map(str, wrong))}; expected some of {', '.join(possible) or 'nothing'}")
    return tuple(value for value in possible if value in given)


def _rank(granularity: str) -> int:
    return GRAINS.index(granularity) if granularity in GRAINS else len(GRAINS)
