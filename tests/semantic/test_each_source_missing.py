"""A company that lacks one of the sample's systems: the rest publishes, and what needs the system says so.

Belongs here: every source of dbt_project.yml alone missing, two of them built for real. Does not belong here: what one domain publishes
without a source (its own folder), a company with one source only (tests/end_to_end).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.semantic import missing_providers, publish_metrics
from orchestration.semantic.definitions import Definitions, read_definitions
from tests.conftest import PAST
from tests.runs import ROOT, Run

VARS: dict[str, Any] = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
SOURCES = sorted({source for sources in VARS["providers"].values() for source in sources})


def without(source: str) -> dict[str, list[str]]:
    """The sample's providers but for one source."""
    return {concept: [name for name in sources if name != source] for concept, sources in VARS["providers"].items()}


def lost(source: str) -> set[str]:
    """Concepts that nobody provides without the source."""
    return {concept for concept, sources in without(source).items() if not sources and VARS["providers"][concept]}


@pytest.fixture(scope="module")
def definitions(semantic_manifest: dict[str, Any], manifest: dict[str, Any]) -> Definitions:
    return read_definitions(semantic_manifest, manifest)


def concepts_behind(manifest: dict[str, Any], nodes: tuple[str, ...]) -> set[str]:
    """Conformed tables that the nodes are made of, at whatever distance."""
    seen, waiting = set(), list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += manifest["parent_map"].get(node, [])
    return {manifest["nodes"][node]["name"] for node in seen if node in manifest["nodes"]} & VARS["providers"].keys()


@pytest.mark.parametrize("source", SOURCES)
def test_what_needs_a_missing_source_is_not_available_and_nothing_else(
    definitions: Definitions, manifest: dict[str, Any], source: str
) -> None:
    """A metric goes only if its mart is built on a concept that the source alone filled; every other metric stays."""
    gone = lost(source)
    unavailable = {name for name, metric in definitions.metrics.items() if missing_providers(metric, without(source))}
    for name in unavailable:
        behind = set().union(*(concepts_behind(manifest, definitions.models[model].node_ids) for model in definitions.metrics[name].models))
        assert behind & gone, f"{name} asks for {source} and is not built on it"
    assert len(unavailable) < len(definitions.metrics)
    if gone & {concept for metric in definitions.metrics.values() for concept in metric.requires}:
        assert unavailable


def test_a_concept_without_a_provider_is_a_typed_empty_table(tmp_path: Path) -> None:
    """Compiled for a company with no system at all: every conformed table selects nothing, and no staging model."""
    variables = {"providers": {concept: [] for concept in VARS["providers"]}}
    run_dbt(tmp_path, tmp_path / "none.duckdb", "compile", variables, "--select", "path:models/conformed", "--no-introspect")
    compiled = {file.stem: file.read_text(encoding="utf-8") for file in tmp_path.rglob("compiled/**/models/conformed/*.sql")}
    assert compiled.keys() >= VARS["providers"].keys()
    for concept in VARS["providers"]:
        assert "where false" in compiled[concept] and "stg_" not in compiled[concept], concept


@pytest.fixture(scope="module", params=["cloud_costs", "plans_limits"])
def built(request: pytest.FixtureRequest, past_nightly: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """(source, connection) to the past run's warehouse, built and published again without the source; `before` is what it published."""
    source, folder = request.param, tmp_path_factory.mktemp(f"without_{request.param}")
    warehouse, target = folder / "warehouse.duckdb", past_nightly.folder / "target"
    shutil.copy2(past_nightly.warehouse, warehouse)
    shutil.copytree(past_nightly.folder / "cache" / "metrics", folder / "compiled")
    variables = json.loads(json.dumps({**{key: VARS[key] for key in VARS if key != "as_of"}, "providers": without(source)}, default=str))
    selection = ("--select", *(f"{concept}+" for concept in sorted(lost(source))), "--indirect-selection", "buildable")
    run_dbt(folder, warehouse, "build", variables, *selection, "--exclude", "tag:after_metrics", "--exclude-resource-type", "unit_test")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create temp table before as from published.metrics")
        publish_metrics(
            connection,
            target / "semantic_manifest.json",
            target / "manifest.json",
            without(source),
            PAST,
            reporting_currency=VARS["reporting_currency"],
            time_zone=VARS["time_zone"],
            cache=folder / "compiled",
        )
        yield source, connection


#: Events of all the company's systems together: with one system less there are fewer of them, and the metrics stay.
OF_ALL_SYSTEMS = ("timeline_events", "timeline_events_joined", "observability_joined_share")


@pytest.mark.slow
def test_the_rest_publishes_what_it_published(built: tuple[str, Any], definitions: Definitions) -> None:
    source, connection = built
    needing = [name for name, metric in definitions.metrics.items() if set(metric.requires) & lost(source)]
    rows = connection.execute(
        "select metric, status, value, reason from published.metrics where metric in (select unnest(?)) order by metric", [needing]
    ).fetchall()
    assert len(needing) >= 5 and [row[:3] for row in rows] == [(name, "not_available", None) for name in sorted(needing)]
    assert all("no system provides" in row[3] for row in rows)
    together = "select count(distinct metric) from published.metrics where status = 'ok' and metric in (select unnest(?))"
    assert connection.execute(together, [OF_ALL_SYSTEMS]).fetchall() == [(len(OF_ALL_SYSTEMS),)]
    kept = "select * from {} where metric not in (select unnest($needing))"
    for first, second in (("before", "published.metrics"), ("published.metrics", "before")):
        differing = f"{kept.format(first)} except all {kept.format(second)} limit 5"
        assert connection.execute(differing, {"needing": [*needing, *OF_ALL_SYSTEMS]}).fetchall() == []


def run_dbt(folder: Path, warehouse: Path, command: str, variables: dict[str, Any], *arguments: str) -> None:
    """Run dbt with these vars into `folder`; an AssertionError carries its words."""
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DO_NOT_TRACK": "1",
    }
    dbt = [sys.executable, "-m", "dbt.cli.main", "--no-version-check", command, "--profiles-dir", str(ROOT), *arguments]
    done = subprocess.run(
        [*dbt, "--vars", json.dumps(variables, sort_keys=True)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
