"""Publishing: the audited candidate becomes the live file in one rename; and going back to an earlier version.

Belongs here: the order of the last steps, kept versions, rollback. Does not belong here: building (candidate.py), proving (audit.py).

Order of a publish, and what a crash leaves at each point:
1. verify the record; write the Parquet beside the old one         -> live file untouched, leftovers cleaned by the next start
2. fsync, rename the candidate onto the live path, fsync the folder -> either the old file or the new one, whole
3. swap the Parquet's link, keep the version, drop old ones         -> the next publish does it again
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.publish import files
from orchestration.publish.audit import verify
from orchestration.publish.errors import PublishError, PublishRefused
from orchestration.publish.lock import single_publisher
from orchestration.publish.parquet import point_to, write_parquet
from orchestration.publish.reading import check_file, published_version
from orchestration.publish.required import RequiredCheck
from orchestration.settings import Paths
from orchestration.steps import reach

VERSIONS_KEPT = 7


@dataclass(frozen=True)
class Published:
    """What is live: its version, file, how long the rename took in seconds, and whether there was anything to swap."""

    version: int
    path: Path
    swap_seconds: float
    swapped: bool = True


def publish(
    paths: Paths,
    record: Path | None,
    required: Iterable[RequiredCheck],
    *,
    run_id: str = "",
    lock_timeout_seconds: float = 600.0,
) -> Published:
    """Verify `record` against the candidate's bytes and the `required` checks, then swap the candidate in.

    A candidate whose every table has the content of the live file's is dropped instead: the live file stays as it is, to the byte.
    `required` comes from `required_checks(manifest, contracts)`, so that a record cannot shorten its own list.
    Raises PublishRefused (live file untouched; each reason says which check, which rows, what to do) and PublisherBusy.
    """
    with single_publisher(paths.published.parent, run_id, lock_timeout_seconds):
        proven, candidate = verify(paths, record, required)
        version = int(proven["version"])
        if paths.published.exists():
            files.refuse_wal(paths.published)
            _keep(paths)
            if _same_as_live(paths, proven):
                _drop_old(paths)
                candidate.unlink()
                files.clean_leftovers(paths.published)
                return Published(version, paths.published, 0.0, swapped=False)
        folder = write_parquet(candidate, paths.published.parent, version)
        # Readers' tools that open a file for writing by default are refused, instead of changing what was audited.
        candidate.chmod(0o444)
        files.sync(candidate)
        reach("publish.before_swap")
        started = time.perf_counter()
        candidate.replace(paths.published)
        swap_seconds = time.perf_counter() - started
        files.sync(paths.published.parent)
        reach("publish.swapped")
        point_to(paths.parquet, folder)
        reach("publish.parquet_written")
        _keep(paths)
        _drop_old(paths)
        files.clean_leftovers(paths.published)
    return Published(version, paths.published, swap_seconds)


def _same_as_live(paths: Paths, proven: Mapping[str, Any]) -> bool:
    """Whether the live file, whole and with its Parquet beside it, has the content that `proven` has, table by table."""
    record = paths.audits / files.record_name(int(proven["version"]), files.sha256(paths.published))
    try:
        live = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    there = paths.parquet.is_symlink() and paths.parquet.readlink().name.startswith(f"{files.PARQUET_PREFIX}{int(proven['version']):06d}")
    return bool(there and live["tables"] == proven["tables"] and live["duckdb"] == proven["duckdb"])


def newest_record(paths: Paths) -> Path | None:
    """The newest audit record whose candidate is still there, as it was audited; None when nothing waits to be published."""
    for record in sorted(paths.audits.glob("*.json"), reverse=True):
        try:
            facts = json.loads(record.read_text(encoding="utf-8"))
            candidate = paths.published.parent / facts["candidate"]
        except (ValueError, KeyError):
            continue
        if candidate.is_file() and files.sha256(candidate) == facts["sha256"]:
            return record
    return None


def kept_versions(paths: Paths) -> list[int]:
    """Numbers of the versions on disk, oldest first."""
    return sorted(int(file.stem) for file in paths.versions.glob("*.duckdb") if file.stem.isdigit())


def rollback(paths: Paths, version: int | None = None, *, lock_timeout_seconds: float = 600.0) -> Published:
    """Make a kept version live again: `version`, or the newest one before the live file's that reads back as it was published.

    Works on a live file that is missing or damaged. The next publish gets a new number and restates against the version brought back.
    Raises PublishRefused when no kept version is whole.
    """
    with single_publisher(paths.published.parent, "rollback", lock_timeout_seconds):
        live = published_version(paths.published)
        kept = kept_versions(paths)
        wanted = [version] if version is not None else [each for each in reversed(kept) if live is None or each < live]
        listed = ", ".join(str(each) for each in kept) or "none"
        reasons = []
        for each in wanted:
            file = version_path(paths, each)
            try:
                check_file(file, paths.audits)
            except PublishError as error:
                reasons.append(str(error))
                continue
            return _bring_back(paths, each, file)
        raise PublishRefused([*reasons, f"no earlier version to bring back; kept versions: {listed}"])


def _bring_back(paths: Paths, version: int, file: Path) -> Published:
    folder = write_parquet(file, paths.published.parent, version)
    files.wal_of(paths.published).unlink(missing_ok=True)
    started = time.perf_counter()
    files.link_in_place(file, paths.published)
    swap_seconds = time.perf_counter() - started
    point_to(paths.parquet, folder)
    files.clean_leftovers(paths.published)
    return Published(version, paths.published, swap_seconds)


def version_path(paths: Paths, version: int) -> Path:
    return paths.versions / f"{version:06d}.duckdb"


def _keep(paths: Paths) -> None:
    """See that the live file is among the versions: a publisher killed after its swap has not put it there."""
    live = published_version(paths.published)
    if live is None:
        return
    target = version_path(paths, live)
    if target.exists() and target.samefile(paths.published):
        return
    paths.versions.mkdir(parents=True, exist_ok=True)
    files.link_in_place(paths.published, target)


def _drop_old(paths: Paths) -> None:
    for version in kept_versions(paths)[:-VERSIONS_KEPT]:
        version_path(paths, version).unlink()
        for record in paths.audits.glob(f"{version:06d}-*.json"):
            record.unlink()
