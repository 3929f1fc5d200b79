"""The one shape of a check's outcome, whoever checked.

Belongs here: the shape, and running a check so that its own failure is a result too. Does not belong here: any rule.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

LANDED, WAREHOUSE, TO_PUBLISH = "landed", "warehouse", "to_publish"
PASSED, FAILED, CRASHED, SKIPPED = "passed", "failed", "crashed", "skipped"
ERROR, WARN = "error", "warn"
SAMPLE_ROWS = 5


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    `boundary` is landed, warehouse or to_publish; `table` a source table (`source.table`) or a model; `column` empty for the whole table.
    `severity` error blocks a publish, warn tells. `status` is passed, failed, crashed (the check itself broke) or skipped.
    `rows` is a sample of the failing rows or where they are; `message` says what to do; `seconds` is wall time.
    """

    boundary: str
    table: str
    check: str
    status: str
    column: str = ""
    severity: str = ERROR
    observed: str = ""
    expected: str = ""
    rows: tuple[dict[str, Any], ...] = field(default=())
    message: str = ""
    seconds: float = 0.0

    @property
    def blocks(self) -> bool:
        return self.status in (CRASHED, SKIPPED) or (self.status == FAILED and self.severity == ERROR)

    def record(self) -> dict[str, Any]:
        """The result as plain data, as the publish step takes it."""
        return {**asdict(self), "rows": list(self.rows)}


def guarded(like: CheckResult, check: Callable[[], CheckResult]) -> CheckResult:
    """The check's result with its time; a check that raises is `like`, crashed, with the exception: never a pass, never bad data."""
    started = time.perf_counter()
    try:
        result = check()
    except Exception as error:
        result = replace(like, status=CRASHED, severity=ERROR, message=crash_message(error))
    return replace(result, seconds=time.perf_counter() - started)


def crash_message(error: BaseException | str) -> str:
    said = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return f"the check itself broke, so nothing is known about the data: {said}"


def blocking(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The results that stop a publish."""
    return [result for result in results if result.blocks]
