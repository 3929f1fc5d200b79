"""The loads of one table: which exports of the inbox to land, which landed before, which to land again from their kept bytes.

Belongs here: the choice, the no-op by hash, the lock, replay. Does not belong here: how one load is made (load.py).
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from orchestration.contracts import TableContract
from orchestration.extract import Export, ExportError, KeptBytes, find_exports, hash_file, keep_bytes
from orchestration.extract.rest.pages import digest
from orchestration.land.load import LoadJob, Options, Places, Progress
from orchestration.land.manifest import Manifest, committed_loads, sweep, table_folder
from orchestration.land.parts import QUARANTINE_SCHEMA
from orchestration.steps import reach

# Room for the kept copy and for typed Parquet about as large, besides what the file system itself wants.
SPACE_PER_BYTE, SPACE_MARGIN = 2, 64 << 20
# A file touched this recently may change again within the same tick of the file system's clock.
SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class LoadResult:
    """What became of one export: committed, unchanged, failed (`error` says what to do) or waiting (still being written)."""

    source: str
    table: str
    file: str
    status: str
    load_id: str = ""
    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    warnings: tuple[str, ...] = ()
    error: str = ""


def land_table(
    contract: TableContract,
    inbox: Path,
    lake: Path,
    quarantine: Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    options: Options | None = None,
) -> list[LoadResult]:
    """Land every export of one table that has not landed: one result per file in inbox/<source>/<table>/, by name.

    A file that fails stays in the inbox and stops no other; it is tried again at the next run. Raises ManifestError when the lake
    itself is damaged.
    """
    options = options or Options()
    exports = find_exports(table_folder(contract, inbox), contract.file_pattern, options.settling)
    places = Places.of(contract, lake, quarantine)
    results = []
    with lock(places):
        sweep(contract, lake, quarantine)
        known = committed_loads(contract, lake)
        for export in exports:
            result, manifest = _land_export(contract, export, places, known, options, on_progress)
            results.append(result)
            if manifest:
                known.append(manifest)
    return results


def replay(
    contract: TableContract,
    lake: Path,
    quarantine: Path,
    *,
    older_contracts: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    options: Options | None = None,
) -> list[LoadResult]:
    """Land again, from the kept bytes, every load that has quarantined rows; with `older_contracts` those of another contract as well.

    One result per such load. The new load keeps its place in the order (its id gains -r01) and takes the old one's place by the same
    rename that commits it; when it fails, the old one stays.
    """
    options = options or Options()
    places = Places.of(contract, lake, quarantine)
    results = []
    with lock(places):
        sweep(contract, lake, quarantine)
        for load in committed_loads(contract, lake):
            if load.quarantined or (older_contracts and load.contract_hash != contract.contract_hash):
                results.append(_replay_load(contract, load, places, options, on_progress))
        sweep(contract, lake, quarantine)
    return results


def quarantined_rows(contract: TableContract, lake: Path, quarantine: Path) -> pl.DataFrame:
    """Rows in quarantine of the loads that count: file, line, row_number, column, value, reason, raw, load_id."""
    folder = table_folder(contract, quarantine)
    files = [folder / f"{load.load_id}.parquet" for load in committed_loads(contract, lake) if load.quarantined]
    if not files:
        return pl.DataFrame(schema=QUARANTINE_SCHEMA)
    return pl.concat(pl.read_parquet(file, glob=False) for file in files)


def _land_export(
    contract: TableContract,
    export: Export,
    places: Places,
    known: list[Manifest],
    options: Options,
    on_progress: Callable[[Progress], None] | None,
) -> tuple[LoadResult, Manifest | None]:
    result = LoadResult(contract.source, contract.table, export.name, "failed")
    if export.state != "ready":
        return replace(result, status="waiting" if export.state == "waiting" else "failed", error=export.reason), None
    try:
        fingerprint = _fingerprint(export.path)
        earlier = _earlier(contract, export, known)
        landed = _landed_before(export, earlier, fingerprint)
        if not landed:
            _check_space(export, places, options)
            kept = keep_bytes(export.path, places.raw)
            reach("land.raw_kept")
            landed = next((load for load in earlier if load.sha256 == kept.sha256), None)
        if landed:
            return replace(result, status="unchanged", load_id=landed.load_id), None
        sequence = max((load.sequence for load in known), default=0) + 1
        job = LoadJob(contract, export.name, kept, places, f"{sequence:06d}-{kept.sha256[:8]}", sequence, fingerprint=fingerprint)
        manifest = job.run(options, on_progress, previous=known[-1] if contract.load == "snapshot" and known else None)
    except ExportError as error:
        return replace(result, error=str(error)), None
    except OSError as error:
        return replace(result, error=disk_words(export.name, error, places)), None
    return result_of(manifest), manifest


def _replay_load(
    contract: TableContract, load: Manifest, places: Places, options: Options, on_progress: Callable[[Progress], None] | None
) -> LoadResult:
    base, _, number = load.load_id.partition("-r")
    failed = LoadResult(contract.source, contract.table, load.file, "failed", load_id=load.load_id)
    path = places.raw / load.raw
    try:
        if _hash_kept(path) != load.sha256:
            raise ExportError(f"{load.file}: its kept bytes {load.raw} are gone or altered; put the export in the inbox under a new name")
        stamp = round(pl.Series([load.extracted_at]).str.to_datetime(time_unit="us").dt.epoch("us").item() * 1000)
        kept = KeptBytes(path, load.sha256, load.size, stamp)
        load_id = f"{base}-r{int(number or 0) + 1:02d}"
        job = LoadJob(contract, load.file, kept, places, load_id, load.sequence, load.load_id, load.fingerprint, load.rest)
        return result_of(job.run(options, on_progress))
    except ExportError as error:
        return replace(failed, error=str(error))
    except OSError as error:
        return replace(failed, error=disk_words(load.file, error, places))


def result_of(manifest: Manifest) -> LoadResult:
    """A committed load's counts."""
    return LoadResult(
        source=manifest.source,
        table=manifest.table,
        file=manifest.file,
        status="committed",
        load_id=manifest.load_id,
        rows_in=manifest.rows_in,
        accepted=manifest.accepted,
        quarantined=manifest.quarantined,
        duplicates=manifest.duplicates,
        warnings=tuple(manifest.warnings),
    )


@contextmanager
def lock(places: Places) -> Iterator[None]:
    """Hold one table's lake. A second run waits; the lock dies with its process."""
    with (places.loads / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _hash_kept(path: Path) -> str:
    """The hash of a kept export, or of a fetch's pages; empty when they are gone."""
    if path.is_dir():
        return digest(path)[0]
    return hash_file(path) if path.is_file() else ""


def _earlier(contract: TableContract, export: Export, known: list[Manifest]) -> list[Manifest]:
    """The loads that would make this export a repetition: for a snapshot only the last under this name, as a state may come back."""
    if contract.load != "snapshot":
        return known
    return [load for load in known if load.file == export.name][-1:]


def _landed_before(export: Export, earlier: list[Manifest], fingerprint: list[int]) -> Manifest | None:
    if fingerprint:
        for load in earlier:
            if load.fingerprint == fingerprint:
                return load
    size = export.path.stat().st_size
    if any(load.size == size for load in earlier):
        sha256 = hash_file(export.path)
        return next((load for load in earlier if load.sha256 == sha256), None)
    return None


def _fingerprint(path: Path) -> list[int]:
    """Size, inode, and times of content and inode (ns): the same again means the same bytes. Empty when too fresh to tell."""
    status = path.stat()
    if time.time_ns() - max(status.st_ctime_ns, status.st_mtime_ns) < SETTLED_NS:
        return []
    return [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]


def _check_space(export: Export, places: Places, options: Options) -> None:
    size = export.path.stat().st_size
    needed, free = SPACE_PER_BYTE * size + SPACE_MARGIN, options.free_bytes(places.loads)
    if free < needed:
        raise ExportError(
            f"{export.name}: disk too full: {free:,} bytes free under the lake, {needed:,} needed for {size:,} bytes of export; "
            "free some space and run again; nothing was landed"
        )


def disk_words(name: str, error: OSError, places: Places) -> str:
    """A failure of the disk in words."""
    return f"{name}: {error.strerror or error} at {error.filename or places.loads}; nothing was landed; mend that and run again"
