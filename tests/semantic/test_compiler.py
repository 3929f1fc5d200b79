"""Compiling: few queries, remembered on disk, compiled again only where the definition moved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.semantic import CompileError, compiler, read_definitions
from orchestration.semantic.clones import plan_clones
from orchestration.semantic.compiler import compile_clones

Manifests = tuple[dict[str, Any], dict[str, Any]]


def all_rows(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return warehouse.execute("from published.metrics").fetchall()


def compile_all(manifests: Manifests, cache: Path) -> int:
    definitions = read_definitions(*manifests)
    return compile_clones(plan_clones(definitions, definitions.metrics.values()), cache).compiled


def test_one_query_holds_all_metrics_of_a_model_grain_and_segment_kind(manifests: Manifests) -> None:
    definitions = read_definitions(*manifests)
    clones = plan_clones(definitions, definitions.metrics.values())
    asked = [(clone.manifest["semantic_models"][0]["name"], query.grain, query.segment_kind) for clone in clones for query in clone.queries]
    # account_mrr: four clocks by total and plan; charges: month by total; both models together: month by total.
    assert sorted(asked) == sorted(
        [
            *[("account_mrr", grain, kind) for grain in ("day", "week", "month", "quarter") for kind in ("total", "plan")],
            ("charges", "month", "total"),
            ("account_mrr", "month", "total"),
        ]
    )


def test_a_warm_run_compiles_nothing_and_gives_the_same_rows(
    publish: Callable[..., Any], warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cold = publish(cache=tmp_path / "cold")
    rows = all_rows(warehouse)
    assert cold.compiled == cold.queries == 10

    def refuse(_: Any) -> list[str]:
        raise AssertionError("a warm run asked MetricFlow")

    monkeypatch.setattr(compiler, "_explain", refuse)
    warm = publish(cache=tmp_path / "cold")
    assert warm.compiled == 0
    assert all_rows(warehouse) == rows


def test_only_what_moved_is_compiled_again(manifests: Manifests, tmp_path: Path) -> None:
    assert compile_all(manifests, tmp_path) == 10
    manifests[0]["metrics"][0]["description"] = "Other words compile nothing."
    assert compile_all(manifests, tmp_path) == 0
    charges = next(item for item in manifests[0]["semantic_models"] if item["name"] == "charges")
    next(item for item in charges["measures"] if item["name"] == "charged_amount")["expr"] = "charged_amount * 1"
    # The model's own query, and the one that it shares with account_mrr.
    assert compile_all(manifests, tmp_path) == 2
    assert compile_all(manifests, tmp_path) == 0


def test_a_broken_cache_is_no_cache(manifests: Manifests, tmp_path: Path) -> None:
    compile_all(manifests, tmp_path)
    file = tmp_path / "compiled_metrics.json"
    file.write_text(file.read_text()[:100])
    assert compile_all(manifests, tmp_path) == 10
    assert len(json.loads(file.read_text())) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["compiled_metrics.json"]


def test_the_sql_names_no_database(manifests: Manifests, tmp_path: Path) -> None:
    definitions = read_definitions(*manifests)
    compilation = compile_clones(plan_clones(definitions, definitions.metrics.values()), tmp_path)
    quarter = next(item.sql for item in compilation.queries if (item.query.grain, item.query.segment_kind) == ("quarter", "plan"))
    assert '"main"."fct_account_mrr_quarterly"' in quarter
    assert all('"w".' not in item.sql and "--" not in item.sql for item in compilation.queries)


def test_what_metricflow_refuses_is_told_with_its_place(manifests: Manifests, tmp_path: Path) -> None:
    measure = next(item for item in manifests[0]["semantic_models"][1]["measures"] if item["name"] == "charged_amount")
    measure["agg_time_dimension"] = "paid_on"
    with pytest.raises(CompileError, match=r"semantic model .*charges, grain month, segment kind total: MetricFlow refused"):
        compile_all(manifests, tmp_path)
