"""Files as the publish step treats them: durable, hashed, swapped whole, cleaned after a crash.

Belongs here: fsync, hashes, links, the header of a DuckDB file, leftovers. Does not belong here: SQL, or when any of it is done.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestration.publish.errors import NotEnoughSpace, PublishRefused

STORAGE_VERSION = "v1.1.0"
# Number in a DuckDB file's header that 0.10 to 1.1 write and 1.1.3 to 2.0 read; 1.2 began number 65, which 1.1 refuses.
STORAGE_NUMBER = 64
CANDIDATE_PREFIX = ".candidate-"
PARQUET_PREFIX = ".parquet-"
FreeSpace = Callable[[Path], int]


def free_space(folder: Path) -> int:
    """Bytes that the disk of `folder` has left."""
    return shutil.disk_usage(folder).free


def require_space(folder: Path, needed: int, free: FreeSpace) -> None:
    """Raise NotEnoughSpace unless the disk of `folder` has `needed` bytes left."""
    left = free(folder)
    if left < needed:
        raise NotEnoughSpace(
            f"{folder.name}: the candidate and its Parquet need up to {needed / 1e6:,.0f} MB and the disk has {left / 1e6:,.0f} MB; "
            "nothing was written. Free some space (old files in published/versions are the first to go) and run again."
        )


def sha256(file: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def record_name(version: int, content: str) -> str:
    """Name of the audit record of a file of that version and hash: a version audited twice has two records, each for its own bytes."""
    return f"{version:06d}-{content[:16]}.json"


def storage_number(file: Path) -> int | None:
    """Storage number in a DuckDB file's header; None when the file is no DuckDB file.

    The main header is the first block: 8 bytes of checksum, the magic `DUCK`, then the number as 64 bits, little-endian.
    A client opens a file when this number is one it knows, so the number says which clients can read the file.
    """
    with file.open("rb") as handle:
        head = handle.read(20)
    if len(head) < 20 or head[8:12] != b"DUCK":
        return None
    return struct.unpack("<Q", head[12:20])[0]


def sync(path: Path) -> None:
    """Flush a file or a folder's entries to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def wal_of(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def refuse_wal(database: Path) -> None:
    """Raise PublishRefused when a write-ahead log lies beside `database`: the file alone is not the whole data."""
    if wal_of(database).exists():
        raise PublishRefused(
            [
                f"{wal_of(database).name} lies beside {database.name}: it holds changes that are not in the file. "
                "Find who opened the file for writing, and build the candidate again."
            ]
        )


def link_in_place(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`, atomically; a copy where the disk has no hard links."""
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:
        shutil.copyfile(source, temporary)
        sync(temporary)
    temporary.replace(target)
    # Two names of one file: replacing one by the other does nothing, and leaves the first name behind.
    temporary.unlink(missing_ok=True)
    sync(target.parent)


def write_json(file: Path, value: dict[str, Any]) -> None:
    """Write `value` as JSON so that a reader sees the old file or the whole new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True, default=str), encoding="utf-8")
    sync(temporary)
    temporary.replace(file)
    sync(file.parent)


def clean_leftovers(published: Path, keep: Path | None = None) -> list[str]:
    """Remove what a killed publisher left beside the live file `published`; gives the names removed.

    Candidates with their logs, Parquet folders that `parquet` does not point to, half-written links and records. `keep` stays.
    """
    folder = published.parent
    if not folder.exists():
        return []
    current = (folder / "parquet").readlink().name if (folder / "parquet").is_symlink() else None
    removed = []
    for path in sorted(folder.glob(".*")):
        half = path.name.startswith((CANDIDATE_PREFIX, PARQUET_PREFIX)) or path.name.endswith(".tmp")
        if not half or path.name == current or (keep and path.name.startswith(keep.name)):
            continue
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        removed.append(path.name)
    for path in [*folder.glob("versions/.*.tmp"), *folder.glob("audits/.*.tmp")]:
        path.unlink()
        removed.append(path.name)
    return removed
