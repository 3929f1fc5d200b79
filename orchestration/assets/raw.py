"""One asset per source table, `raw/<source>/<table>`, generated from the contracts: landing an export is materialising it.

Belongs here: turning landing's results into materialisations, metadata and asset checks.
Does not belong here: conforming (land/) or judging (a function that comes in); a source's name.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import groupby
from typing import Any

import dagster as dg

from orchestration.contracts import TableContract
from orchestration.land import LoadResult, committed_loads, land_table
from orchestration.land.failures import remember_failures
from orchestration.progress import say, warn
from orchestration.publish import read_loads
from orchestration.settings import Settings

POOL = "warehouse"
CHECK = "landed"
# Of one source, over REST. Pages of a table come one after the other, so a vendor sees at most as many requests at a time.
TABLES_AT_ONCE = 4
Judge = Callable[[list[TableContract], list[Any], date], list[Any]]


def raw_key(source: str, table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", source, table])


def build_raw_assets(contracts: Mapping[tuple[str, str], TableContract], settings: Settings, judge: Judge) -> list[dg.AssetsDefinition]:
    """A multi-asset per source; per table a spec and one asset check that sums up the landed boundary."""
    by_source: dict[str, list[TableContract]] = {}
    for contract in contracts.values():
        by_source.setdefault(contract.source, []).append(contract)
    return [_source_assets(source, tables, settings, judge) for source, tables in sorted(by_source.items())]


def land(contract: TableContract, settings: Settings, parents: TableContract | None = None) -> list[LoadResult]:
    """Land what is new of one table, by file or REST, remember what failed, and say what came. `parents`: of a child resource."""
    paths = settings.paths
    if comes_over_rest(contract, settings):
        # Not above: it imports dlt, and a company without an API need not wait for that.
        from orchestration.land.fetched import land_rest

        host = settings.company.api_hosts.get(contract.source, "")
        results = land_rest(contract.asking(host), paths.lake, paths.quarantine, settings.secret, parents=parents)
    else:
        results = land_table(contract, paths.inbox, paths.lake, paths.quarantine)
    remember_failures(contract, paths.lake, results)
    new = [result for result in results if result.status == "committed"]
    if new:
        quarantined = sum(result.quarantined for result in new)
        aside = f", {quarantined:,} quarantined" if quarantined else ""
        say(f"landed {contract.name}: {sum(result.rows_in for result in new):,} rows of {len(new)} files{aside}")
    for result in results:
        if result.status in ("failed", "waiting"):
            warn(f"{contract.name} {result.file}: {result.error or 'still being written; left for the next run'}")
    return results


def comes_over_rest(contract: TableContract, settings: Settings) -> bool:
    """Whether this company takes the table over REST: always when it has no other way, else as `transports` of the company says."""
    if contract.transport == "both":
        return settings.company.transports.get(contract.source, "file") == "rest"
    return contract.transport == "rest"


def _land_all(contracts: list[TableContract], tables: list[TableContract], settings: Settings) -> dict[str, list[LoadResult]]:
    """Land tables, each after the one that its requests ask about; tables of an API beside each other, as most of that is waiting."""
    by_name = {contract.table: contract for contract in tables}

    def depth(contract: TableContract) -> int:
        parent = contract.rest.parent if contract.rest else None
        return 1 + depth(by_name[parent.table]) if parent and parent.table in by_name else 0

    def one(contract: TableContract) -> list[LoadResult]:
        parent = contract.rest.parent if contract.rest else None
        return land(contract, settings, by_name.get(parent.table) if parent else None)

    landed: dict[str, list[LoadResult]] = {}
    for _, level in groupby(sorted(contracts, key=depth), key=depth):
        level = list(level)
        names = [contract.table for contract in level]
        if not any(comes_over_rest(contract, settings) for contract in level):
            landed |= dict(zip(names, map(one, level), strict=True))
            continue
        with ThreadPoolExecutor(max_workers=TABLES_AT_ONCE) as pool:
            landed |= dict(zip(names, pool.map(one, level), strict=True))
    return landed


def _source_assets(source: str, tables: list[TableContract], settings: Settings, judge: Judge) -> dg.AssetsDefinition:
    runs_here = source in settings.company.sources

    @dg.multi_asset(
        name=f"land_{source}",
        specs=[_spec(contract) for contract in tables],
        check_specs=[dg.AssetCheckSpec(CHECK, asset=raw_key(source, contract.table)) for contract in tables],
        can_subset=True,
        pool=POOL,
        retry_policy=dg.RetryPolicy(max_retries=1, delay=5),
    )
    def land_source(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        selected = [contract for contract in tables if raw_key(source, contract.table) in context.selected_asset_keys]
        landed = _land_all(selected, tables, settings) if runs_here else {contract.table: [] for contract in selected}
        loads = read_loads(settings.paths.lake, selected)
        as_of = date.fromisoformat(context.partition_key) if context.has_partition_key else settings.as_of
        judged = judge(selected, loads, as_of) if runs_here else []
        for contract in selected:
            yield dg.MaterializeResult(
                asset_key=raw_key(source, contract.table),
                metadata=_metadata(contract, settings, landed[contract.table]),
                check_results=[_check(contract, [result for result in judged if result.table == contract.name], runs_here)],
            )

    return land_source


def _spec(contract: TableContract) -> dg.AssetSpec:
    columns = [
        dg.TableColumn(
            column.name,
            type=column.sql_type,
            description=column.description,
            constraints=dg.TableColumnConstraints(nullable=not column.required),
        )
        for column in contract.columns
    ]
    return dg.AssetSpec(
        raw_key(contract.source, contract.table),
        description=contract.description,
        group_name=contract.domain,
        owners=[f"team:{contract.owner}"],
        kinds={"polars", "parquet", "json" if contract.transport == "rest" else contract.format.type},
        metadata={"dagster/column_schema": dg.TableSchema(columns=columns), "key": ", ".join(contract.key) or "the whole row"},
    )


def _metadata(contract: TableContract, settings: Settings, results: list[LoadResult]) -> dict[str, Any]:
    """Row accounting of the table in all and of this run; the files that failed, with the reason."""
    manifests = committed_loads(contract, settings.paths.lake)
    new = [result for result in results if result.status == "committed"]
    failures = [f"- {result.file}: {result.error}" for result in results if result.status == "failed"]
    return {
        "dagster/row_count": sum(each.accepted for each in manifests),
        "loads": len(manifests),
        "rows_in": sum(each.rows_in for each in manifests),
        "accepted": sum(each.accepted for each in manifests),
        "quarantined": sum(each.quarantined for each in manifests),
        "duplicates": sum(each.duplicates for each in manifests),
        "new_loads": len(new),
        "new_rows_in": sum(result.rows_in for result in new),
        "failed_files": dg.MetadataValue.md("\n".join(failures) or "none"),
    }


def _check(contract: TableContract, results: list[Any], runs_here: bool) -> dg.AssetCheckResult:
    blocking = [f"- {each.check}: {each.message or each.observed}" for each in results if each.blocks]
    told = [f"- {each.check}: {each.message or each.observed}" for each in results if each.status != "passed" and not each.blocks]
    return dg.AssetCheckResult(
        asset_key=raw_key(contract.source, contract.table),
        check_name=CHECK,
        passed=not blocking and not told,
        severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
        metadata={
            "checks": len(results),
            "blocking": dg.MetadataValue.md("\n".join(blocking) or "none"),
            "told": dg.MetadataValue.md("\n".join(told) or "none"),
            "run_by_this_company": runs_here,
        },
    )
