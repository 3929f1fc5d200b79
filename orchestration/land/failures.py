"""Which exports could not be landed at the last try, and why: what a person has to mend before anything is published.

Belongs here: remembering failures of whole files. Does not belong here: rows (they are in quarantine), deciding what a failure means.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from orchestration.contracts import TableContract
from orchestration.land.table import LoadResult


def remember_failures(contract: TableContract, lake: Path, results: Sequence[LoadResult]) -> None:
    """Replace what is remembered of the table by the failed ones of `results`; nothing is kept when none failed."""
    file = _file(contract, lake)
    failed = [{"file": result.file, "error": result.error} for result in results if result.status == "failed"]
    if not failed:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(failed, indent=1), encoding="utf-8")
    beside.replace(file)


def remembered_failures(contract: TableContract, lake: Path) -> list[dict[str, str]]:
    """One {file, error} per export that failed at the last try."""
    file = _file(contract, lake)
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def _file(contract: TableContract, lake: Path) -> Path:
    return Path(lake) / "_failures" / f"{contract.name}.json"
