"""Which exports lie in the inbox, and which of them are still being written.

Belongs here: names, patterns, file kinds, the settling check.
Does not belong here: opening an export.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

# What writers and browsers call a file that they have not finished.
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")
DONE = ".done"


@dataclass(frozen=True)
class Export:
    """One file of the inbox. `state`: ready, waiting (still being written) or refused (`reason` says why)."""

    path: Path
    state: str
    reason: str = ""

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Settling:
    """When a file counts as written: untouched for `seconds`, or unchanged over `check_seconds`, or a `<name>.done` beside it."""

    seconds: float = 5.0
    check_seconds: float = 0.5
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


def find_exports(folder: Path, patterns: Iterable[str], settling: Settling | None = None) -> list[Export]:
    """Exports of one inbox folder whose name matches a pattern, by name. A folder that is absent holds none.

    Symbolic links, devices, pipes and folders that match are refused, never followed.
    """
    settling = settling or Settling()
    patterns = tuple(patterns)
    if folder.is_symlink():
        return [Export(folder, "refused", f"{folder.name}: expected a folder, got a symbolic link; put the files themselves there")]
    if not folder.is_dir():
        return []
    found, fresh = [], {}
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name.startswith(".") or path.name.endswith((DONE, *UNFINISHED)) or not any(fnmatch(path.name, item) for item in patterns):
            continue
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            found.append(
                Export(path, "refused", f"{path.name}: expected a regular file, got {_kind(status.st_mode)}; put the file itself there")
            )
            continue
        found.append(Export(path, "ready"))
        if settling.clock() - status.st_mtime < settling.seconds and not path.with_name(path.name + DONE).exists():
            fresh[path] = (status.st_size, status.st_mtime_ns)
    if fresh:
        # One wait for all fresh files: a folder of 300 must not wait 300 times.
        settling.sleep(settling.check_seconds)
    changing = {path for path, seen in fresh.items() if _fingerprint(path) != seen}
    waiting = "still being written; left for the next run (or put a .done file beside it)"
    return [Export(item.path, "waiting", f"{item.name}: {waiting}") if item.path in changing else item for item in found]


def _fingerprint(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return (status.st_size, status.st_mtime_ns)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a device, pipe or socket"
