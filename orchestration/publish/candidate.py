"""The candidate: a new file beside the live one that holds every published table.

Belongs here: copying published tables out of the warehouse, the registers about loads, publications and restatements, the version.
Does not belong here: judging the candidate (checks/), its audit record (audit.py), swapping it (swap.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish import files
from orchestration.publish.contents import (
    TableContent,
    columns_of,
    content_of,
    contents,
    describe,
    digest,
    insert,
    literal,
    quoted,
    table_names,
)
from orchestration.publish.errors import CandidateError, PublishedFileDamaged
from orchestration.publish.lineage import metric_lineage
from orchestration.publish.loads import LoadRecord, with_visible_rows
from orchestration.publish.lock import single_publisher
from orchestration.publish.restatements import as_check, restatements, save
from orchestration.publish.tables import (
    METRIC_DEFINITIONS,
    METRICS,
    PUBLICATIONS,
    REGISTERS,
    SCHEMA,
    PublishedTable,
    empty_table,
    published_tables,
)
from orchestration.settings import Paths
from orchestration.steps import reach

# Written by the compiler of the semantic layer into the warehouse, not by a dbt model.
WAREHOUSE_REGISTERS = (METRICS, METRIC_DEFINITIONS)
# What no version's identity depends on: it says what happened to versions, not what is in them.
_ABOUT_VERSIONS = {"publications", "restatements", "quality_results", "quality_history"}
_BYTES_PER_VALUE = 16
_SPACE_MARGIN = 32 * 1024 * 1024


@dataclass(frozen=True)
class Candidate:
    """A built candidate, closed. `sha256` is of its bytes, `based_on` of the live file that it was compared with ('' without one).

    `tables`: rows and content hash by table; `results`: check results that building itself gave.
    """

    path: Path
    run_id: str
    version: int
    as_of: date
    sha256: str
    based_on: str
    manifest_checksum: str
    tables: Mapping[str, TableContent]
    loads: tuple[LoadRecord, ...]
    results: tuple[Mapping[str, Any], ...] = field(default=())


def candidate_path(paths: Paths, run_id: str) -> Path:
    return paths.published.parent / f"{files.CANDIDATE_PREFIX}{run_id}.duckdb"


@contextmanager
def candidate_connection(path: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """An open candidate as the catalog `candidate`, in the storage version that old clients read; checkpointed when left."""
    options = "read_only" if read_only else f"storage_version '{files.STORAGE_VERSION}'"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {literal(str(path))} as candidate ({options})")
        yield connection
        if not read_only:
            connection.execute("checkpoint candidate")
        connection.execute("detach candidate")


@contextmanager
def read_candidate(candidate: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the candidate as `candidate.published.<table>`: what the gates before a publish judge."""
    with candidate_connection(candidate.path, read_only=True) as connection:
        yield connection


def build_candidate(
    paths: Paths,
    *,
    manifest: Mapping[str, Any],
    as_of: date,
    run_id: str,
    loads: Sequence[LoadRecord],
    manifest_checksum: str = "",
    code_revision: str = "",
    backfill: bool = False,
    tolerance: float = 0.0,
    registers: Sequence[PublishedTable] = WAREHOUSE_REGISTERS,
    free_space: files.FreeSpace = files.free_space,
    lock_timeout_seconds: float = 600.0,
) -> Candidate:
    """Build `.candidate-<run_id>.duckdb` from the warehouse, compare it with the live file, close it.

    The same content, day, loads and code as the live version is that version again: publishing twice changes nothing.
    Raises CandidateError (nothing was touched), NotEnoughSpace, PublisherBusy, PublishedFileDamaged.
    """
    tables = [*published_tables(manifest), *registers]
    _refuse_personal(tables)
    path = candidate_path(paths, run_id)
    folder = paths.published.parent
    with single_publisher(folder, run_id, lock_timeout_seconds):
        files.clean_leftovers(paths.published)
        if paths.published.exists():
            files.refuse_wal(paths.published)
        try:
            with candidate_connection(path) as connection:
                _attach_warehouse(connection, paths.warehouse)
                files.require_space(folder, _space_needed(connection, tables, paths.warehouse), free_space)
                _copy(connection, tables)
                for register in REGISTERS:
                    connection.execute(empty_table(register).replace("create table ", "create table candidate.", 1))
                counted = with_visible_rows(connection, loads, "warehouse")
                _write_loads(connection, counted)
                for table in (*tables, *REGISTERS):
                    describe(connection, "candidate", table)
                connection.execute("detach warehouse")
                held = contents(connection, "candidate")
                identity = _identity(held, as_of, counted, manifest_checksum)
                version, based_on = _version(connection, paths, identity)
                lineage = metric_lineage(manifest)
                if based_on:
                    _carry(connection, "restatements")
                    moved = restatements(
                        connection, version=version, as_of=as_of, loads=counted, lineage=lineage, backfill=backfill, tolerance=tolerance
                    )
                    save(connection, moved)
                results = (as_check(connection, version),)
                hashes = {name: each.code_hash for name, each in lineage.items()}
                row = _publication(version, as_of, run_id, identity, manifest_checksum, code_revision, counted, held, hashes)
                _write_publication(connection, row, bool(based_on))
                held = {**held, **{name: content_of(connection, "candidate", name) for name in ("restatements", "publications")}}
                if based_on:
                    connection.execute("detach live")
            files.refuse_wal(path)
        except duckdb.Error as error:
            _discard(path)
            raise CandidateError(f"the candidate could not be built, the live file is as it was: {error}") from error
        except BaseException:
            _discard(path)
            raise
    reach("publish.candidate_built")
    return Candidate(path, run_id, version, as_of, files.sha256(path), based_on, manifest_checksum, held, tuple(counted), results)


def _refuse_personal(tables: Sequence[PublishedTable]) -> None:
    personal = [f"{table.name}.{column.name}" for table in tables for column in table.columns if column.personal]
    if personal:
        raise CandidateError(f"personal data may not be published: {', '.join(personal)}; drop the column from the model, or hash it")


def _attach_warehouse(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    if not warehouse.exists():
        raise CandidateError(f"{warehouse.name} is missing: run the models first (make nightly)")
    connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
    connection.execute(f"create schema candidate.{SCHEMA}")


def _space_needed(connection: duckdb.DuckDBPyConnection, tables: Sequence[PublishedTable], warehouse: Path) -> int:
    """Upper bound in bytes for the candidate and its Parquet: 16 bytes a value, and never more than twice the whole warehouse."""
    values = dict(
        connection.execute(
            "select schema_name || '.' || table_name, estimated_size * column_count from duckdb_tables() where database_name = 'warehouse'"
        ).fetchall()
    )
    written = sum(values.get(table.relation, 0) for table in tables) * _BYTES_PER_VALUE
    return 2 * min(written, warehouse.stat().st_size) + _SPACE_MARGIN


def _copy(connection: duckdb.DuckDBPyConnection, tables: Sequence[PublishedTable]) -> None:
    """One CREATE TABLE AS per published table, of the columns that the warehouse has: the gate says which should be others."""
    for table in tables:
        schema, _, name = table.relation.partition(".")
        columns = columns_of(connection, "warehouse", schema, name)
        if not columns:
            raise CandidateError(
                f"{table.relation} is to be published and the warehouse has no such table: run the models first (make nightly)"
            )
        listed = ", ".join(quoted(column) for column in columns)
        connection.execute(
            f"create table candidate.{SCHEMA}.{quoted(table.name)} as select {listed} from warehouse.{quoted(schema)}.{quoted(name)}"
        )


def _write_loads(connection: duckdb.DuckDBPyConnection, loads: Sequence[LoadRecord]) -> None:
    rows = [
        (
            each.source,
            each.table,
            each.load_id,
            each.file,
            each.sha256,
            each.rows_in,
            each.accepted,
            each.quarantined,
            each.duplicates,
            each.visible_rows,
            each.cursor_from_at,
            each.cursor_to_at,
            each.contract_hash,
        )
        for each in loads
    ]
    insert(connection, f"candidate.{SCHEMA}.loads", rows)


def _identity(held: Mapping[str, TableContent], as_of: date, loads: Sequence[LoadRecord], manifest_checksum: str) -> str:
    """Hash of what makes a version what it is."""
    tables = {name: content for name, (_, content) in held.items() if name not in _ABOUT_VERSIONS}
    return digest({"tables": tables, "as_of": as_of, "loads": [each.identity for each in loads], "manifest": manifest_checksum})


def _version(connection: duckdb.DuckDBPyConnection, paths: Paths, identity: str) -> tuple[int, str]:
    """(version of this candidate, hash of the live file it replaces or '' when there is none); attaches `live`.

    Versions withdrawn by a rollback keep their numbers.
    """
    kept = [int(file.stem) for file in paths.versions.glob("*.duckdb") if file.stem.isdigit()]
    if not paths.published.exists():
        return max(kept, default=0) + 1, ""
    try:
        connection.execute(f"attach {literal(str(paths.published))} as live (read_only)")
        ((live, known),) = connection.execute(
            f"select version, content_digest from live.{SCHEMA}.publications order by version desc limit 1"
        ).fetchall()
    except (duckdb.Error, ValueError) as error:
        raise PublishedFileDamaged(
            f"{paths.published.name} cannot be read ({error}); bring back the version before with: make rollback"
        ) from error
    return (live if known == identity else max([live, *kept]) + 1), files.sha256(paths.published)


def _carry(connection: duckdb.DuckDBPyConnection, table: str, where: str = "true") -> None:
    """Take the live file's rows of an accumulating register over, by column name: an earlier release may have had fewer."""
    if table in table_names(connection, "live"):
        connection.execute(f"insert into candidate.{SCHEMA}.{table} by name select * from live.{SCHEMA}.{table} where {where}")


def _publication(
    version: int,
    as_of: date,
    run_id: str,
    identity: str,
    manifest_checksum: str,
    code_revision: str,
    loads: Sequence[LoadRecord],
    held: Mapping[str, TableContent],
    lineage_hashes: Mapping[str, str],
) -> tuple[Any, ...]:
    newest = {each.name: each.load_id for each in loads}
    rows = {name: count for name, (count, _) in held.items() if name not in _ABOUT_VERSIONS}
    now = datetime.now(UTC).replace(tzinfo=None)
    loads_text, rows_text, lineage_text = (json.dumps(part, sort_keys=True) for part in (newest, rows, lineage_hashes))
    made = (version, as_of, now, run_id, identity, manifest_checksum, code_revision)
    return (*made, len(loads), loads_text, sum(rows.values()), rows_text, lineage_text)


def _write_publication(connection: duckdb.DuckDBPyConnection, row: tuple[Any, ...], has_live: bool) -> None:
    if has_live:
        _carry(connection, PUBLICATIONS.name)
    target = f"candidate.{SCHEMA}.{PUBLICATIONS.name}"
    if not connection.execute(f"select 1 from {target} where version = ?", [row[0]]).fetchall():
        insert(connection, target, [row])


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)
    files.wal_of(path).unlink(missing_ok=True)
