"""One publisher at a time, by an advisory lock that the kernel drops when its process dies.

Belongs here: taking and holding the lock, saying who has it. Does not belong here: what is done under it.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.publish.errors import PublisherBusy

_held = threading.local()
_PAUSE_SECONDS = 0.05


@contextmanager
def single_publisher(folder: Path, run_id: str = "", timeout_seconds: float = 600.0) -> Iterator[None]:
    """Hold the publish lock of `folder` (the one with the published file); re-entrant within a thread.

    Waits up to `timeout_seconds` by a monotonic clock. Raises PublisherBusy with the holder's process and run.
    """
    folder = folder.resolve()
    mine: set[Path] = _held.__dict__.setdefault("folders", set())
    if folder in mine:
        yield
        return
    handle = _acquire(folder, timeout_seconds)
    mine.add(folder)
    try:
        _name_holder(handle, run_id)
        yield
    finally:
        mine.discard(folder)
        os.ftruncate(handle, 0)
        os.close(handle)


def _acquire(folder: Path, timeout_seconds: float) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = _holder(handle)
                os.close(handle)
                raise PublisherBusy(
                    f"{folder.name}: {holder} is publishing; waited {timeout_seconds:g} s. "
                    "Let it end, or stop that process: the lock dies with it."
                ) from None
            time.sleep(_PAUSE_SECONDS)


def _name_holder(handle: int, run_id: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps({"process": os.getpid(), "run": run_id}).encode(), 0)


def _holder(handle: int) -> str:
    try:
        known = json.loads(os.pread(handle, 4096, 0))
        return f"process {known['process']} (run {known['run'] or 'without an id'})"
    except (ValueError, KeyError):
        return "another process"
