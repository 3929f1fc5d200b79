"""One logger for what a person watches while a run works; each line carries the time since the start."""

from __future__ import annotations

import logging
import sys
import time

LOG = logging.getLogger("scalehouse")


class _SinceStart(logging.Formatter):
    def __init__(self) -> None:
        super().__init__()
        self._start = time.monotonic()

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.monotonic() - self._start
        mark = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        return f"[{int(seconds // 60):02d}:{seconds % 60:04.1f}] {mark}{record.getMessage()}"


def show_progress() -> None:
    """Print progress lines on standard output from now on; calling it twice prints nothing twice."""
    if LOG.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_SinceStart())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def say(message: str) -> None:
    LOG.info(message)


def warn(message: str) -> None:
    LOG.warning(message)
