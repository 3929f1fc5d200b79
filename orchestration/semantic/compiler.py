"""Clones of the semantic manifest to SQL, by the MetricFlow engine in this process, remembered on disk.

Belongs here: talking to MetricFlow, and the cache of what it answered. Does not belong here: what to ask (clones.py), running
the answers (publisher.py).

MetricFlow is imported only when something has to be compiled: a nightly with unchanged definitions does not pay for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.semantic.clones import Clone, Query

_FILE = "compiled_metrics.json"


class CompileError(RuntimeError):
    """MetricFlow refused a query; the message says which semantic models, grain and segment kind, and what it said."""


@dataclass(frozen=True)
class CompiledQuery:
    """A query and its SQL; the SQL gives one row per period and segment, one column per name of `query.metric_names`."""

    query: Query
    sql: str


@dataclass(frozen=True)
class Compilation:
    """All SQL of a run, and how many of the queries were compiled now rather than read from the cache."""

    queries: tuple[CompiledQuery, ...]
    compiled: int


def compile_clones(clones: Iterable[Clone], cache: Path, on_progress: Callable[[str], None] | None = None) -> Compilation:
    """SQL for every query of `clones`, in their order.

    `cache` is a folder of this company's; it gets one file, rewritten atomically, with what this run used. A clone is compiled
    again when its part of the semantic manifest, its queries or MetricFlow's version changed. Raises CompileError.
    """
    known = _read(cache / _FILE)
    used: dict[str, list[str]] = {}
    queries: list[CompiledQuery] = []
    compiled = 0
    for clone in clones:
        key = _key(clone)
        if key not in known or len(known[key]) != len(clone.queries):
            if on_progress and not compiled:
                on_progress("compiling metrics with MetricFlow")
            known[key] = _explain(clone)
            compiled += len(clone.queries)
        used[key] = known[key]
        queries += [CompiledQuery(query, sql) for query, sql in zip(clone.queries, known[key], strict=True)]
    if compiled or used.keys() != known.keys():
        _write(cache / _FILE, used)
    return Compilation(tuple(queries), compiled)


def _explain(clone: Clone) -> list[str]:
    from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Dialect:
        """All that `explain` asks of a SQL client: the engine's name and its renderer."""

        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    names = ", ".join(item["name"] for item in clone.manifest["semantic_models"])
    query = clone.queries[0]
    try:
        manifest = parse_manifest_from_dbt_generated_manifest(json.dumps(clone.manifest))
        engine: Any = MetricFlowEngine(SemanticManifestLookup(manifest), Dialect())
        found = []
        for query in clone.queries:
            request = MetricFlowQueryRequest.create(metric_names=query.metric_names, group_by_names=query.group_by_names)
            found.append(_without_comments(engine.explain(request).sql_statement.sql))
    except Exception as error:  # MetricFlow's own errors share no base class
        raise CompileError(
            f"semantic model {names}, grain {query.grain}, segment kind {query.segment_kind}: MetricFlow refused the query; "
            f"mend the definition in the model's _semantic.yml. It said: {error}"
        ) from error
    return found


def _without_comments(sql: str) -> str:
    return "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))


def _key(clone: Clone) -> str:
    asked = [[query.metric_names, query.group_by_names] for query in clone.queries]
    versions = [version("metricflow"), version("dbt-metricflow")]
    return hashlib.sha256(json.dumps([clone.manifest, asked, versions], sort_keys=True).encode()).hexdigest()


def _read(file: Path) -> dict[str, list[str]]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # A cache that cannot be read is no cache.
        return {}


def _write(file: Path, content: dict[str, list[str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(content, sort_keys=True, indent=1), encoding="utf-8")
    part.replace(file)
