"""Marts of a few rows made by hand and published by the semantic layer: what the tests of a domain's metrics share.

Belongs here: making every mart by its contract, filling some, publishing, reading one cell. Does not belong here: rows and expected values.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.semantic import publish_metrics, read_definitions
from tests.runs import ROOT

#: Every test of metrics runs on this day: the last of a month and of a quarter.
AS_OF = date(2026, 6, 30)


@dataclass(frozen=True)
class Marts:
    """Every mart of the semantic layer, and where what is compiled for them is kept between publishes."""

    manifest: Mapping[str, Any]
    semantic_manifest: Mapping[str, Any]
    manifest_path: Path
    cache: Path

    def fill(self, connection: duckdb.DuckDBPyConnection, schema: str, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        """Make all marts, empty, and put `rows` (mart of `schema` -> rows; a column left out is null) into theirs."""
        definitions = read_definitions(self.semantic_manifest, self.manifest)
        connection.execute("create schema seeds")
        connection.execute(f"create table seeds.thresholds as from read_csv('{ROOT / 'seeds' / 'thresholds.csv'}')")
        for key in sorted({key for model in definitions.models.values() for key in model.node_ids}):
            node = self.manifest["nodes"][key]
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in node["columns"].values())
            connection.execute(f"create schema if not exists {node['schema']}; create table {node['schema']}.{node['alias']} ({columns})")
        for mart, made in rows.items():
            for row in made:
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into {schema}.{mart} ({', '.join(row)}) values ({marks})", list(row.values()))

    def publish(self, connection: duckdb.DuckDBPyConnection, lacking: Set[str] = frozenset()) -> None:
        """Publish every metric, as a company that has a system for each concept but those of `lacking`."""
        definitions = read_definitions(self.semantic_manifest, self.manifest)
        concepts = {concept for metric in definitions.metrics.values() for concept in metric.requires}
        publish_metrics(
            connection,
            self.manifest_path.parent / "semantic_manifest.json",
            self.manifest_path,
            {concept: [] if concept in lacking else ["some_system"] for concept in concepts},
            AS_OF,
            reporting_currency="USD",
            time_zone="UTC",
            cache=self.cache,
        )

    def check_what_is_lacking(self, domain: str, lacking: Set[str], gone: Set[str], kept: Set[str]) -> None:
        """Of the metrics of `domain`, without the concepts `lacking` those of `gone` say which they lack; those of `kept` do not."""
        definitions = read_definitions(self.semantic_manifest, self.manifest)
        own = {name for name, metric in definitions.metrics.items() if metric.file.startswith(f"models/marts/{domain}/")}
        assert gone | kept <= own
        with duckdb.connect() as connection:
            self.fill(connection, domain, {})
            self.publish(connection, lacking)
            told = dict(connection.execute("select metric, reason from published.metrics where status = 'not_available'").fetchall())
        assert gone <= told.keys() and not kept & told.keys()
        assert all(any(concept in told[name] for concept in lacking) for name in gone)


def cell(connection: duckdb.DuckDBPyConnection, metric: str, on: str, grain: str, segment: str) -> tuple[Decimal | None, bool] | None:
    """(value, is_complete) of the one cell; None when there is none."""
    rows = connection.execute(
        "select value, is_complete from published.metrics where metric = ? and period_on = ? and period_grain = ? and segment = ?",
        [metric, on, grain, segment],
    ).fetchall()
    assert len(rows) < 2
    return rows[0] if rows else None
