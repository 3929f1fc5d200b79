"""Opening the published file: read only, and only when it is what was published.

Belongs here: finding damage at open, with words that say how to get out of it. Does not belong here: queries.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import duckdb

from orchestration.publish.errors import PublishedFileDamaged
from orchestration.publish.files import record_name, sha256, storage_number, wal_of
from orchestration.publish.tables import SCHEMA

_WAY_OUT = "bring back the version before with: make rollback"
# No other file, no extension, no way to undo either: read_only alone is no sandbox.
_LOCKED = {"enable_external_access": "false", "lock_configuration": "true"}


def open_published(path: Path, verify: bool = True) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published file, without access to other files or extensions.

    With `verify`, the file's hash is compared with its audit record in `audits/` beside it (once per file and process).
    Raises PublishedFileDamaged, naming the rollback command, when the file is missing, cut off, changed or no database.
    """
    version = _readable_version(path)
    if verify:
        _check_hash(path, path.parent / "audits", version)
    return duckdb.connect(str(path), read_only=True, config=dict(_LOCKED))


def check_file(path: Path, audits: Path) -> None:
    """Raise PublishedFileDamaged unless `path` is a readable published file that a record in `audits` proves."""
    _check_hash(path, audits, _readable_version(path))


def published_version(path: Path) -> int | None:
    """Version that a published file says it is; None when it is missing or cannot be read."""
    try:
        return _readable_version(path)
    except PublishedFileDamaged:
        return None


def _readable_version(path: Path) -> int:
    if not path.is_file():
        raise PublishedFileDamaged(f"{path.name} is missing; {_WAY_OUT}, or make one with: make nightly")
    if wal_of(path).exists():
        raise PublishedFileDamaged(f"{wal_of(path).name} lies beside {path.name}: something opened it for writing; {_WAY_OUT}")
    if storage_number(path) is None:
        raise PublishedFileDamaged(f"{path.name} is no DuckDB file (its header says otherwise); {_WAY_OUT}")
    try:
        with duckdb.connect(str(path), read_only=True, config=dict(_LOCKED)) as connection:
            ((version,),) = connection.execute(f"select max(version) from {SCHEMA}.publications").fetchall()
    except duckdb.Error as error:
        raise PublishedFileDamaged(f"{path.name} does not read back ({str(error).splitlines()[0]}); {_WAY_OUT}") from error
    if version is None:
        raise PublishedFileDamaged(f"{path.name} says of no version that it was published; {_WAY_OUT}")
    return version


def _check_hash(path: Path, audits: Path, version: int) -> None:
    state = path.stat()
    content = _hash_of(path, state.st_ino, state.st_size, state.st_mtime_ns)
    try:
        proven = json.loads((audits / record_name(version, content)).read_text(encoding="utf-8"))["sha256"] == content
    except (OSError, ValueError, KeyError):
        proven = False
    if not proven:
        raise PublishedFileDamaged(f"{path.name} is not as it was published: no audit record of version {version} has its hash; {_WAY_OUT}")


@lru_cache(maxsize=32)
def _hash_of(path: Path, inode: int, size: int, changed_ns: int) -> str:
    """Hash of a file as it is now; the arguments are what a change of the file changes."""
    return sha256(path)
