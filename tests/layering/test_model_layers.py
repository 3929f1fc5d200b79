"""The laws that the dbt project must keep, read from its manifest. No list of exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from orchestration.dbt_project import domain_of, layer_of

ROOT = Path(__file__).resolve().parent.parent.parent
DOMAINS = {
    "revenue", "acquisition", "product", "referral", "commerce", "sales", "platform", "support", "delivery", "reliability", "operations",
    "finance", "expansion", "scaling",
}  # fmt: skip
# layer -> layers that its models may ref
MAY_REF = {
    "staging": {"staging"},
    "conformed": {"staging"},
    "intermediate": {"conformed", "intermediate", "seeds"},
    "marts": {"conformed", "intermediate", "marts", "seeds"},
    "scorecards": {"marts", "scorecards", "seeds"},
}
NAMES = {"staging": r"stg_[a-z0-9_]+__[a-z0-9_]+", "intermediate": r"int_[a-z0-9_]+__[a-z0-9_]+", "marts": r"(fct|dim|mrr)_[a-z0-9_]+"}
CLOCK = re.compile(r"\b(current_date|current_timestamp|current_time|localtimestamp|now\s*\(|today\s*\(|getdate\s*\(|run_started_at)", re.I)


def models(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (node for node in manifest["nodes"].values() if node["resource_type"] == "model")


def without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", "", sql, flags=re.S)


def keyed(manifest: dict[str, Any]) -> set[str]:
    """Unique ids of the models that a uniqueness test guards."""
    found = set()
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name", "").startswith("unique"):
            found.add(node["attached_node"])
    return found


def is_metrics(manifest: dict[str, Any], name: str) -> bool:
    """Whether a model shows what MetricFlow published, and nothing else."""
    above = manifest["nodes"][name]["depends_on"].get("nodes", [])
    return bool(above) and all(each in manifest["sources"] and manifest["sources"][each]["schema"] == "published" for each in above)


def test_only_staging_reads_sources(manifest: dict[str, Any]) -> None:
    offenders = {
        node["name"]
        for node in models(manifest)
        if layer_of(node) != "staging" and any(each.startswith("source.") for each in node["depends_on"]["nodes"])
    }
    assert offenders == set()


def test_each_layer_refs_only_the_layers_below(manifest: dict[str, Any]) -> None:
    offenders = set()
    for node in models(manifest):
        for upstream in node["depends_on"]["nodes"]:
            if upstream.startswith("source."):
                continue
            below = layer_of(manifest["nodes"][upstream])
            if layer_of(node) == "scorecards" and is_metrics(manifest, upstream):
                continue
            if below not in MAY_REF[layer_of(node)]:
                offenders.add((node["name"], manifest["nodes"][upstream]["name"]))
    assert offenders == set()


def test_staging_joins_nothing(manifest: dict[str, Any]) -> None:
    offenders = {
        node["name"]
        for node in models(manifest)
        if layer_of(node) == "staging" and re.search(r"\bjoin\b", without_comments(node["raw_code"]), re.I)
    }
    assert offenders == set()


def test_a_staging_model_reads_its_own_source_only(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        if layer_of(node) == "staging":
            for upstream in node["depends_on"]["nodes"]:
                origin = upstream.split(".")[2] if upstream.startswith("source.") else domain_of(manifest["nodes"][upstream])
                assert origin == domain_of(node), f"{node['name']} reads {upstream}"


def test_no_model_and_no_macro_reads_the_clock(manifest: dict[str, Any]) -> None:
    offenders = {node["name"] for node in models(manifest) if CLOCK.search(without_comments(node["raw_code"]))}
    offenders |= {
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "scalehouse" and CLOCK.search(without_comments(macro["macro_sql"]))
    }
    assert offenders == set()


def test_no_star_out_of_a_mart(manifest: dict[str, Any]) -> None:
    """The last select of a mart names its columns."""
    offenders = {
        node["name"]
        for node in models(manifest)
        if layer_of(node) == "marts" and re.search(r"select\s+\*", without_comments(node["raw_code"]).lower().rsplit("\n)", 1)[-1])
    }
    assert offenders == set()


def test_names_follow_their_layer(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        pattern = NAMES.get(layer_of(node), r"[a-z][a-z0-9_]*")
        assert re.fullmatch(pattern, node["name"]), node["name"]


def test_domains_are_the_same_words_everywhere(manifest: dict[str, Any]) -> None:
    used = {domain_of(node) for node in models(manifest) if layer_of(node) in ("intermediate", "marts")}
    assert used and used <= DOMAINS


def test_every_model_says_its_grain(manifest: dict[str, Any]) -> None:
    silent = {
        node["name"] for node in models(manifest) if not re.search(r"Grain, one row\b[^.]*\.$", " ".join(node["description"].split()))
    }
    assert silent == set()


def test_conformed_tables_and_marts_have_an_enforced_contract_a_key_and_an_owner(manifest: dict[str, Any]) -> None:
    guarded = keyed(manifest)
    for node in models(manifest):
        if layer_of(node) in ("conformed", "marts", "scorecards") and node["name"] != "runs":
            assert node["config"]["contract"]["enforced"], f"{node['name']}: contract not enforced"
            assert node["unique_id"] in guarded, f"{node['name']}: no uniqueness test of its key"
            assert all(column["description"] for column in node["columns"].values()), f"{node['name']}: a column without a description"
        if layer_of(node) == "marts":
            assert node["config"]["group"], f"{node['name']}: no owner (group)"


def test_money_is_decimal_everywhere(manifest: dict[str, Any]) -> None:
    money = re.compile(r"(_amount|_mrr|_usd|_price|_cost)$")
    everything = list(models(manifest)) + list(manifest["sources"].values())
    wrong = {
        (node["name"], column["name"], column["data_type"])
        for node in everything
        for column in node["columns"].values()
        if money.search(column["name"]) and not (column["data_type"] or "").startswith("decimal")
    }
    assert wrong == set()


def test_every_mart_with_a_rule_has_a_unit_test(manifest: dict[str, Any]) -> None:
    """Marts and intermediate models that decide something (a case, a filter, a window) have hand-worked rows."""
    tested = {node for test in manifest["unit_tests"].values() for node in test["depends_on"]["nodes"]}
    untested = {
        node["name"]
        for node in models(manifest)
        if layer_of(node) in ("intermediate", "marts")
        and re.search(r"\bcase\b|\bover\s*\(|\bqualify\b|\bfilter\s*\(", without_comments(node["raw_code"]), re.I)
        and node["unique_id"] not in tested
    }
    assert untested == set()


def test_providers_name_staging_models_that_exist(manifest: dict[str, Any]) -> None:
    names = {node["name"] for node in models(manifest)}
    files = [ROOT / "dbt_project.yml", *sorted((ROOT / "companies").glob("*.yml"))]
    for file in files:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        providers = (content.get("vars") or content)["providers"]
        for concept, sources in providers.items():
            assert concept in names, f"{file.name}: no conformed table {concept}"
            for source in sources:
                assert f"stg_{source}__{concept}" in names, (
                    f"{file.name}: {concept} names {source}, but stg_{source}__{concept} does not exist"
                )


def test_every_metric_is_described_for_the_register(manifest: dict[str, Any]) -> None:
    assert manifest["metrics"]
    for metric in manifest["metrics"].values():
        meta = metric["config"]["meta"]
        for word in ("formula", "unit", "owner", "decisions", "rows", "requires"):
            assert word in meta, f"{metric['name']}: meta.{word} is missing"
        assert metric["label"] and metric["description"], metric["name"]
        for row in meta["rows"]:
            assert re.fullmatch(r"S[0-3]-\d\d\d?", row), (metric["name"], row)
        assert re.search(r"\d{4}-\d\d-\d\d", str(meta["decisions"])), f"{metric['name']}: a decision without its date"


def test_a_conformed_table_is_a_union_of_providers(manifest: dict[str, Any]) -> None:
    concepts = set(yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["providers"])
    for node in models(manifest):
        if layer_of(node) == "conformed" and node["name"] in concepts:
            assert f"union_providers('{node['name']}')" in node["raw_code"], node["name"]
