"""The two gates of a run, each one call: after landing, and over a built candidate.

Belongs here: which families of checks make a gate, and in what order.
Does not belong here: a rule (the families' own modules), deciding to publish (orchestration/publish/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from checks.dbt_results import dbt_results
from checks.landed import check_landed
from checks.profiles import history_rows
from checks.reconcile import check_reconciliations
from checks.results import CheckResult
from checks.thresholds import DEFAULTS, Thresholds, read_thresholds
from checks.to_publish import check_to_publish, read_history
from orchestration.contracts import TableContract
from orchestration.land.failures import remembered_failures
from orchestration.publish import Candidate, LoadRecord
from orchestration.publish.candidate import WAREHOUSE_REGISTERS, candidate_connection
from orchestration.publish.tables import published_tables
from orchestration.settings import Paths


def after_landing(contracts: Iterable[TableContract], loads: Sequence[LoadRecord], paths: Paths, as_of: date) -> list[CheckResult]:
    """The landed boundary for some tables, with the default thresholds: the seeds are not built yet."""
    contracts = list(contracts)
    return _landed(contracts, loads, paths, as_of, DEFAULTS)


def before_publishing(
    contracts: Iterable[TableContract],
    candidate: Candidate,
    paths: Paths,
    manifest: Mapping[str, Any],
    run_results: Mapping[str, Any],
    as_of: date,
) -> tuple[list[CheckResult], list[tuple[str, str | None, int, int | None]]]:
    """Every check of every boundary over a built candidate, and the rows for quality_history.

    Raises nothing for bad data: a failing check is a result, and so is a check that broke.
    """
    contracts, loads = list(contracts), candidate.loads
    live = paths.published
    with duckdb.connect(str(paths.warehouse), read_only=True) as warehouse:
        thresholds = read_thresholds(warehouse)
        results = _landed(contracts, loads, paths, as_of, thresholds)
        results += dbt_results(manifest, run_results, warehouse)
        results += check_reconciliations(warehouse, manifest, contracts, loads, paths.lake, thresholds)
    tables = [*published_tables(manifest), *WAREHOUSE_REGISTERS]
    with candidate_connection(candidate.path, read_only=True) as connection:
        found, profiles = check_to_publish(
            connection, tables, catalog="candidate", history=read_history(live, as_of), thresholds=thresholds
        )
    return [*results, *found], history_rows(profiles)


def _landed(
    contracts: Sequence[TableContract], loads: Sequence[LoadRecord], paths: Paths, as_of: date, thresholds: Thresholds
) -> list[CheckResult]:
    return check_landed(
        contracts,
        loads,
        as_of=as_of,
        lake=paths.lake,
        quarantine=paths.quarantine,
        published=published_loads(paths.published),
        failures={
            (contract.source, contract.table): [failed["error"] for failed in remembered_failures(contract, paths.lake)]
            for contract in contracts
        },
        thresholds=thresholds,
    )


def published_loads(published: Path) -> set[tuple[str, str, str]]:
    """(source, table, load) of every load in the live file; empty where nothing was published."""
    if not published.exists():
        return set()
    found = published.stat()
    return set(_loads_of_version(published, found.st_ino, found.st_mtime_ns))


@lru_cache(maxsize=1)
def _loads_of_version(published: Path, inode: int, changed_ns: int) -> set[tuple[str, str, str]]:
    """Read once for all sources of a night: a publish puts another file in the place, so the numbers name the version."""
    with duckdb.connect(str(published), read_only=True) as connection:
        return set(connection.execute("select source, source_table, load_id from published.loads").fetchall())
