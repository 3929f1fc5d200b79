"""Parquet of every published table, swapped whole: `parquet` is a link to the folder of one version.

Belongs here: writing the folder and moving the link. Does not belong here: when (swap.py).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from orchestration.publish.contents import literal, quoted, table_names
from orchestration.publish.errors import PublishError
from orchestration.publish.files import PARQUET_PREFIX, sync
from orchestration.publish.tables import SCHEMA


def write_parquet(database: Path, folder: Path, version: int) -> Path:
    """Write each published table of `database` to `<folder>/.parquet-<version>-<n>/<table>.parquet`; gives that folder.

    Never touches the folder that the link points to. Raises PublishError, with nothing left behind, when a table cannot be written.
    """
    link = folder / "parquet"
    current = link.readlink().name if link.is_symlink() else None
    name = next(name for name in (f"{PARQUET_PREFIX}{version:06d}-{turn}" for turn in (1, 2)) if name != current)
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    try:
        target.mkdir(parents=True)
        with duckdb.connect(str(database), read_only=True) as connection:
            ((catalog,),) = connection.execute("select current_database()").fetchall()
            for table in table_names(connection, catalog):
                file = target / f"{table}.parquet"
                connection.execute(f"copy {SCHEMA}.{quoted(table)} to {literal(str(file))} (format parquet, compression zstd)")
                sync(file)
        sync(target)
    except (duckdb.Error, OSError) as error:
        shutil.rmtree(target, ignore_errors=True)
        raise PublishError(f"the Parquet files could not be written, nothing was published: {error}") from error
    return target


def point_to(link: Path, target: Path) -> None:
    """Make `link` point to the folder `target` beside it, in one rename, and remove the folder that it pointed to."""
    before = link.parent / link.readlink() if link.is_symlink() else None
    if before is None and link.exists():
        before = link.with_name(f"{PARQUET_PREFIX}before")
        link.rename(before)
    temporary = link.with_name(".parquet-link.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target.name)
    temporary.replace(link)
    sync(link.parent)
    if before and before != target:
        shutil.rmtree(before, ignore_errors=True)
