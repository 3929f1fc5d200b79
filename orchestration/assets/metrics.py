"""The semantic layer as assets: every metric compiled by MetricFlow over the marts, and the register of definitions."""

import base64
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.assets.raw import POOL
from orchestration.assets.survival_fit import survival_fit_picture
from orchestration.automation.summary import HEADLINES
from orchestration.contracts import TableContract
from orchestration.dbt_project import layer_of, read_manifest
from orchestration.progress import say
from orchestration.publish import read_loads
from orchestration.semantic import publish_metrics
from orchestration.semantic.staleness import reach_of_metrics
from orchestration.settings import Settings
from orchestration.steps import reach

METRICS_KEY = dg.AssetKey(["semantic", "metrics"])
DEFINITIONS_KEY = dg.AssetKey(["semantic", "metric_definitions"])


def build_metric_assets(
    manifest: Path, contracts: Mapping[tuple[str, str], TableContract], settings: Settings, partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """`semantic/metrics` (one row per metric, grain, period and segment) and `semantic/metric_definitions` (one per metric)."""
    marts = sorted({_mart_key(node) for node in read_manifest(manifest)["nodes"].values() if _is_mart(node)})

    @dg.multi_asset(
        name="compile_metrics",
        specs=[
            dg.AssetSpec(
                METRICS_KEY,
                deps=marts,
                group_name="semantic",
                owners=["team:data-platform"],
                kinds={"metricflow", "duckdb"},
                partitions_def=partitions,
                description="Every metric. Grain, one row per metric, period grain, period, segment kind and segment.",
            ),
            dg.AssetSpec(
                DEFINITIONS_KEY,
                group_name="semantic",
                owners=["team:data-platform"],
                kinds={"metricflow"},
                partitions_def=partitions,
                description="The register of metrics. Grain, one row per metric.",
            ),
        ],
        pool=POOL,
        backfill_policy=dg.BackfillPolicy.multi_run(1),
    )
    def compile_metrics(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        reach("metrics.before")
        say("computing the metrics")
        as_of = date.fromisoformat(context.partition_key)
        reaches = reach_of_metrics(read_manifest(manifest), contracts.values(), read_loads(settings.paths.lake, contracts.values()), as_of)
        with duckdb.connect(str(settings.paths.warehouse)) as connection:
            made = publish_metrics(
                connection,
                manifest.parent / "semantic_manifest.json",
                manifest,
                settings.company.providers,
                as_of,
                reporting_currency=settings.company.reporting_currency,
                time_zone=settings.company.time_zone,
                cache=settings.paths.root / "cache" / "metrics",
                reaches=reaches,
                on_progress=context.log.info,
            )
            plots = _plots(connection)
        reach("metrics.written")
        say(f"{made.rows:,} rows of {made.metrics} metrics ({len(made.not_available)} not available to this company)")
        yield dg.MaterializeResult(
            asset_key=METRICS_KEY,
            metadata={"dagster/row_count": made.rows, "queries": made.queries, "compiled": made.compiled, "seconds": made.seconds, **plots},
        )
        yield dg.MaterializeResult(
            asset_key=DEFINITIONS_KEY,
            metadata={"dagster/row_count": made.metrics, "not_available": ", ".join(made.not_available) or "none"},
        )

    return compile_metrics


def _is_mart(node: dict) -> bool:
    return node["resource_type"] == "model" and layer_of(node) == "marts"


def _mart_key(node: dict) -> dg.AssetKey:
    return dg.AssetKey([layer_of(node), node["name"]])


def _plots(connection: duckdb.DuckDBPyConnection) -> dict[str, dg.MetadataValue]:
    """A line of each headline metric by month as a picture, with its last numbers beneath."""
    plots: dict[str, dg.MetadataValue] = {}
    for name in HEADLINES:
        rows = connection.execute(
            """
            select period_on, cast(value as double) from published.metrics
            where metric = ? and period_grain = 'month' and segment_kind = 'total' and is_complete and value is not null
            order by period_on
            """,
            [name],
        ).fetchall()
        if rows:
            plots[name] = dg.MetadataValue.md(_picture(name, rows))
    fit = survival_fit_picture(connection, "total")
    if fit:
        plots["survival_fit"] = dg.MetadataValue.md(fit)
    return plots


def _picture(name: str, rows: list[tuple[date, float]]) -> str:
    import altair as alt  # Loaded only where a picture is made: it costs a second.
    import vl_convert

    values = [{"month": str(month), name: value} for month, value in rows]
    chart = alt.Chart(alt.Data(values=values), width=480, height=160).mark_line(point=True)
    chart = chart.encode(x=alt.X("month:T", title=None), y=alt.Y(f"{name}:Q", title=name))
    image = base64.b64encode(vl_convert.vegalite_to_png(chart.to_json(), scale=1)).decode()
    table = "\n".join(f"| {month:%Y-%m} | {value:,.4f} |" for month, value in rows[-6:])
    return f"![{name} by month](data:image/png;base64,{image})\n\n| month | {name} |\n|---|---:|\n{table}"
