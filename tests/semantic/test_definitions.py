"""Definitions: every mistake is told with file and metric; the register says what stands; the hash moves with the meaning."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration.semantic import DefinitionError, metric_definitions, read_definitions

Manifests = tuple[dict[str, Any], dict[str, Any]]
FILE = "models/_hand_worked.yml"


def raw_metric(manifests: Manifests, name: str) -> dict[str, Any]:
    return next(item for item in manifests[0]["metrics"] if item["name"] == name)


def meta_of(manifests: Manifests, name: str) -> dict[str, Any]:
    return manifests[1]["metrics"][f"metric.hand_worked.{name}"]["config"]["meta"]


def model_meta(manifests: Manifests, name: str) -> dict[str, Any]:
    return manifests[1]["semantic_models"][f"semantic_model.hand_worked.{name}"]["config"]["meta"]


@pytest.mark.parametrize("key", ["formula", "unit", "owner", "decisions", "rows", "requires", "interval"])
def test_a_missing_meta_key_is_told(manifests: Manifests, key: str) -> None:
    del meta_of(manifests, "nrr")[key]
    with pytest.raises(DefinitionError, match=rf"^{FILE}: metric nrr: config\.meta\.{key}"):
        read_definitions(*manifests)


@pytest.mark.parametrize("key", ["label", "description"])
def test_a_missing_word_is_told(manifests: Manifests, key: str) -> None:
    raw_metric(manifests, "nrr")[key] = " "
    with pytest.raises(DefinitionError, match=rf"^{FILE}: metric nrr: {key} is missing"):
        read_definitions(*manifests)


@pytest.mark.parametrize(
    ("metric", "change", "told"),
    [
        ("nrr", {"rows": ["NRR"]}, r"config\.meta\.rows has NRR; expected ids like S0-25"),
        ("nrr", {"requires": "subscriptions"}, r"config\.meta\.requires is missing; write a list"),
        ("nrr", {"decisions": [{"on": "yesterday", "what": "x"}]}, r"config\.meta\.decisions: expected a list"),
        ("nrr", {"decisions": [{"on": "2026-11-21"}]}, r"config\.meta\.decisions: expected a list"),
        ("nrr", {"interval": "bayes"}, r"config\.meta\.interval is 'bayes'; expected one of wilson, delta, none"),
        ("nrr", {"interval": "wilson"}, r"wilson needs a numerator and a denominator of unit count"),
        ("mrr", {"interval": "delta"}, r"config\.meta\.interval delta is for ratio metrics"),
        ("nrr", {"grains": ["year"]}, r"config\.meta\.grains has year; expected some of day, week, month, quarter"),
        ("nrr", {"segments": ["colour"]}, r"config\.meta\.segments has colour; expected some of plan"),
        ("refund_rate", {"pending": "open_cases"}, r"config\.meta\.pending is 'open_cases', which is no metric"),
        ("charges_per_account", {"interval": "delta"}, r"delta needs both sides in one semantic model"),
    ],
)
def test_a_wrong_value_is_told(manifests: Manifests, metric: str, change: dict[str, Any], told: str) -> None:
    meta_of(manifests, metric).update(change)
    with pytest.raises(DefinitionError, match=rf"(?m)^{FILE}: metric {metric}: .*{told}"):
        read_definitions(*manifests)


def test_a_filtered_side_of_a_ratio_must_be_a_metric(manifests: Manifests) -> None:
    side = raw_metric(manifests, "nrr")["type_params"]["numerator"]
    side["filter"] = {"where_filters": [{"where_sql_template": "{{ Dimension('movement__plan') }} = 'pro'"}]}
    with pytest.raises(DefinitionError, match="metric nrr: numerator retained_mrr has a filter"):
        read_definitions(*manifests)


def test_a_delta_interval_needs_plain_sums(manifests: Manifests) -> None:
    measures = manifests[0]["semantic_models"][0]["measures"]
    next(item for item in measures if item["name"] == "retained_mrr")["agg"] = "average"
    with pytest.raises(DefinitionError, match=r"metric nrr: .*retained_mrr to be a simple, unfiltered sum"):
        read_definitions(*manifests)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"period_relations": {"month": "fct_nowhere"}}, "period_relations.month is 'fct_nowhere', which is no model"),
        ({"period_relations": {"year": "fct_charges"}}, "period_relations has the grain 'year'"),
        ({"segments": ["colour"]}, "meta.segments has 'colour', no categorical dimension"),
        ({"grains": ["hour"]}, "meta.grains has hour"),
    ],
)
def test_a_wrong_semantic_model_is_told(manifests: Manifests, change: dict[str, Any], told: str) -> None:
    model_meta(manifests, "account_mrr").update(change)
    with pytest.raises(DefinitionError, match=rf"(?m)^{FILE}: semantic model account_mrr: .*{told}"):
        read_definitions(*manifests)


def test_all_mistakes_are_told_at_once(manifests: Manifests) -> None:
    del meta_of(manifests, "nrr")["owner"]
    del meta_of(manifests, "refund_rate")["formula"]
    with pytest.raises(DefinitionError) as raised:
        read_definitions(*manifests)
    assert [line.split(": ")[1] for line in str(raised.value).splitlines()] == ["metric nrr", "metric refund_rate"]


def test_a_segment_may_be_left_to_coarser_clocks(manifests: Manifests) -> None:
    model_meta(manifests, "account_mrr")["segments"] = {"plan": ["quarter"]}
    metric = read_definitions(*manifests).metrics["mrr"]
    assert metric.grains == ("day", "week", "month", "quarter")
    assert metric.segments == {"plan": ("quarter",)}


def test_the_register_says_what_stands(publish: Callable[..., Any], warehouse: duckdb.DuckDBPyConnection) -> None:
    publish(providers={"subscriptions": [], "charges": ["billing"], "refunds": ["billing"]})
    names = [row[0] for row in warehouse.execute("select metric from published.metric_definitions").fetchall()]
    assert names == sorted(names)
    found = warehouse.execute("from published.metric_definitions where metric = 'nrr'")
    columns = [column[0] for column in found.description]
    row = dict(zip(columns, found.fetchall()[0], strict=True))
    assert len(row.pop("definition_hash")) == 64
    assert row == {
        "metric": "nrr",
        "label": "NRR",
        "description": "Retained over opening.",
        "formula": "retained MRR / opening MRR",
        "unit": "ratio",
        "kind": "ratio",
        "owner": "finance",
        "decided_on": [date(2026, 11, 21)],
        "decisions": ["2026-11-21: Reactivations are not counted."],
        "source_rows": ["S0-25", "S3-88"],
        "grains": ["week", "month", "quarter"],
        "segments": ["total", "plan"],
        "requires": ["subscriptions"],
        "availability": "not_available",
        "missing_providers": ["subscriptions"],
        "data_as_of": None,
        "stale_sources": [],
    }
    assert warehouse.execute("select unit, availability from published.metric_definitions where metric = 'charged_amount'").fetchall() == [
        ("USD", "available")
    ]


def hashes(manifests: Manifests, time_zone: str = "UTC") -> dict[str, str]:
    definitions = read_definitions(*manifests)
    missing: dict[str, tuple[str, ...]] = dict.fromkeys(definitions.metrics, ())
    rows = metric_definitions(definitions, missing, reporting_currency="USD", time_zone=time_zone)
    return {row["metric"]: row["definition_hash"] for row in rows}


def test_the_hash_moves_with_the_meaning_and_not_with_the_words(manifests: Manifests) -> None:
    before = hashes(manifests)

    words = copy.deepcopy(manifests)
    raw_metric(words, "nrr")["description"] = "Other words."
    meta_of(words, "nrr")["owner"] = "growth"
    assert hashes(words) == before

    measure = copy.deepcopy(manifests)
    items = measure[0]["semantic_models"][0]["measures"]
    next(item for item in items if item["name"] == "retained_mrr")["expr"] = "retained_mrr * 2"
    moved = {name for name, value in hashes(measure).items() if value != before[name]}
    assert {"nrr", "retained_mrr", "mrr"} <= moved
    assert "refund_rate" not in moved

    # The quarter's mart is upstream of the month's metric, though dbt does not see it.
    sql = copy.deepcopy(manifests)
    sql[1]["nodes"]["model.hand_worked.fct_account_mrr_quarterly"]["checksum"]["checksum"] = "another"
    moved = {name for name, value in hashes(sql).items() if value != before[name]}
    assert "nrr" in moved and "refund_rate" not in moved

    assert all(value != before[name] for name, value in hashes(manifests, time_zone="Asia/Tokyo").items())
