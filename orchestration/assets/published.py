"""From a built warehouse to the published file: the audit record, then one asset `published/<table>` for each published table.

Belongs here: the order build, audit, publish as assets, and what Dagster shows of it.
Does not belong here: checks (they come in as a function), the swap (publish/).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.assets.metrics import DEFINITIONS_KEY, METRICS_KEY
from orchestration.assets.raw import POOL
from orchestration.assets.warehouse import AFTER_METRICS, Translator, read_results
from orchestration.contracts import TableContract
from orchestration.dbt_project import code_revision, domain_of, manifest_checksum, published_models, read_manifest
from orchestration.progress import say, warn
from orchestration.publish import PublishRefused, audit, build_candidate, newest_record, publish, read_loads, required_checks
from orchestration.publish.candidate import WAREHOUSE_REGISTERS
from orchestration.publish.tables import REGISTERS
from orchestration.settings import Paths, Settings

RECORD_KEY = dg.AssetKey(["audit", "record"])
BOUNDARIES = ("landed", "warehouse", "to_publish")
Judge = Callable[..., tuple[list[Any], list[tuple[str, str | None, int, int | None]]]]


def target_paths(settings: Settings, as_of: date) -> Paths:
    """Where the run of a day publishes: the live file, or an edition beside it when the live file is of a later day."""
    paths = settings.paths
    if paths.published.exists():
        with duckdb.connect(str(paths.published), read_only=True) as connection:
            live = connection.execute("select as_of from published.publications order by version desc limit 1").fetchall()
        if live and live[0][0] > as_of:
            return replace(paths, edition=as_of.isoformat())
    return paths


def build_audit_asset(
    manifest: Path,
    contracts: Mapping[tuple[str, str], TableContract],
    settings: Settings,
    partitions: dg.PartitionsDefinition,
    judge: Judge,
) -> dg.AssetsDefinition:
    """`audit/record`: the candidate beside the live file, everything that was checked about it, and its hash."""
    content = read_manifest(manifest)
    # Whatever a published model or the scorecards' step made: the record answers for every check of both.
    judged = published_models(content) | {node["name"]: node for node in content["nodes"].values() if AFTER_METRICS in node["tags"]}
    marts = [Translator().get_asset_key(node) for node in judged.values() if node["resource_type"] == "model"]

    @dg.multi_asset(
        name="audit_candidate",
        specs=[
            dg.AssetSpec(
                RECORD_KEY,
                deps=[METRICS_KEY, DEFINITIONS_KEY, *marts],
                group_name="publish",
                owners=["team:data-platform"],
                kinds={"duckdb", "greatexpectations"},
                partitions_def=partitions,
                description="The record that a publish verifies: the candidate's hash and every check. Grain, one record per candidate.",
            )
        ],
        check_specs=[dg.AssetCheckSpec(boundary, asset=RECORD_KEY) for boundary in BOUNDARIES],
        pool=POOL,
        backfill_policy=dg.BackfillPolicy.multi_run(1),
    )
    def audit_candidate(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        as_of = date.fromisoformat(context.partition_key)
        paths = target_paths(settings, as_of)
        content = read_manifest(manifest)
        mine = running(contracts, settings)
        _require_day(settings.paths.warehouse, as_of)
        say("building the candidate")
        candidate = build_candidate(
            paths,
            manifest=content,
            as_of=as_of,
            run_id=context.run_id,
            loads=read_loads(settings.paths.lake, mine.values()),
            manifest_checksum=manifest_checksum(settings),
            code_revision=code_revision(),
            backfill=bool(paths.edition),
            tolerance=_tolerance(settings.paths.warehouse),
        )
        say("auditing the candidate")
        results, history = judge(mine.values(), candidate, paths, content, read_results(settings), as_of)
        record = audit(paths, candidate, [result.record() for result in results], required_checks(content, mine.values()), history)
        for result in results:
            if result.status != "passed":
                (warn if result.blocks else say)(f"{result.boundary} {result.table} {result.check}: {result.message or result.observed}")
        return dg.MaterializeResult(
            metadata={
                "record": record.name,
                "version": candidate.version,
                "as_of": str(as_of),
                **Counter(result.status for result in results),
            },
            check_results=[_check_result(boundary, [each for each in results if each.boundary == boundary]) for boundary in BOUNDARIES],
        )

    return audit_candidate


def build_published_assets(
    manifest: Path, contracts: Mapping[tuple[str, str], TableContract], settings: Settings, partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """`published/<table>`: materialised by the one swap of the live file. Refused unless the newest audit record proves the candidate."""
    models = published_models(read_manifest(manifest))
    specs = [
        dg.AssetSpec(
            dg.AssetKey(["published", name]),
            deps=[RECORD_KEY, Translator().get_asset_key(node)],
            group_name=domain_of(node),
            owners=[f"team:{node['config'].get('group')}"],
            description=node["description"],
            kinds={"duckdb", "parquet"},
            partitions_def=partitions,
            metadata={"dagster/column_schema": _schema(node)},
        )
        for name, node in sorted(models.items())
    ]
    specs += [
        dg.AssetSpec(
            dg.AssetKey(["published", table.name]),
            deps=[RECORD_KEY, METRICS_KEY, DEFINITIONS_KEY],
            group_name="publish",
            owners=["team:data-platform"],
            description=table.description,
            kinds={"duckdb", "parquet"},
            partitions_def=partitions,
        )
        for table in (*WAREHOUSE_REGISTERS, *REGISTERS)
    ]

    @dg.multi_asset(name="publish", specs=specs, pool=POOL, backfill_policy=dg.BackfillPolicy.multi_run(1))
    def publish_file(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        paths = target_paths(settings, date.fromisoformat(context.partition_key))
        required = required_checks(read_manifest(manifest), running(contracts, settings).values())
        try:
            done = publish(paths, newest_record(paths), required, run_id=context.run_id)
        except PublishRefused as refusal:
            raise dg.Failure(str(refusal), allow_retries=False) from None
        say(f"version {done.version} is live: {done.path}" if not paths.edition else f"edition of {paths.edition}: {done.path}")
        with duckdb.connect(str(done.path), read_only=True) as connection:
            for spec in specs:
                table = spec.key.path[-1]
                ((rows,),) = connection.execute(f'select count(*) from published."{table}"').fetchall()
                yield dg.MaterializeResult(
                    asset_key=spec.key,
                    metadata={
                        "dagster/row_count": rows,
                        "version": done.version,
                        "file": str(done.path),
                        "swap_seconds": done.swap_seconds,
                    },
                )

    return publish_file


def _require_day(warehouse: Path, as_of: date) -> None:
    """Refuse marts that another run built for another day in between."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        built = connection.execute("select as_of_on from conformed.runs").fetchall()
    if built != [(as_of,)]:
        raise dg.Failure(
            f"the warehouse was built as of {built[0][0]}, not {as_of}: another run came between. Run {as_of} again", allow_retries=False
        )


def _tolerance(warehouse: Path) -> float:
    """Change of a closed period's value below which it is no restatement, from seeds.thresholds; 0 where the company says nothing."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("select value from seeds.thresholds where name = 'closed_period_tolerance'").fetchall()
    return float(found[0][0]) if found else 0.0


def running(contracts: Mapping[tuple[str, str], TableContract], settings: Settings) -> dict[tuple[str, str], TableContract]:
    """Contracts of the sources that the company runs."""
    return {pair: contract for pair, contract in contracts.items() if contract.source in settings.company.sources}


def _check_result(boundary: str, results: list[Any]) -> dg.AssetCheckResult:
    blocking = [each for each in results if each.blocks]
    told = [each for each in results if each.status != "passed" and not each.blocks]
    return dg.AssetCheckResult(
        check_name=boundary,
        asset_key=RECORD_KEY,
        passed=not blocking,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "checks": len(results),
            "blocking": dg.MetadataValue.md(_table(blocking)),
            "told": dg.MetadataValue.md(_table(told)),
        },
    )


def _table(results: list[Any], most: int = 50) -> str:
    lines = [
        f"| {each.table} | {each.column} | {each.check} | {each.status} | {each.observed} | {each.expected} | {each.message} |"
        for each in results[:most]
    ]
    return "\n".join(["| table | column | check | status | observed | expected | what to do |", "|---|---|---|---|---|---|---|", *lines])


def _schema(node: Mapping[str, Any]) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(column["name"], type=column["data_type"] or "unknown", description=column["description"])
            for column in node["columns"].values()
        ]
    )
