"""The audit record: what was proven about one candidate, bound to its bytes by their hash.

Belongs here: writing check results into the candidate, closing and hashing it, writing and verifying the record.
Does not belong here: performing checks (checks/), swapping files (swap.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish import files
from orchestration.publish.candidate import Candidate, candidate_connection
from orchestration.publish.contents import content_of, insert, literal
from orchestration.publish.errors import CandidateError, PublishRefused
from orchestration.publish.lock import single_publisher
from orchestration.publish.required import RequiredCheck, check_name
from orchestration.publish.tables import SCHEMA
from orchestration.settings import Paths
from orchestration.steps import reach

# A quarter of nightly versions: enough for a median by day of the week, and the register stays small.
HISTORY_VERSIONS = 91
_WORST = ("passed", "warned", "skipped", "failed", "crashed")


def audit(
    paths: Paths,
    candidate: Candidate,
    results: Sequence[Mapping[str, Any]],
    required: Iterable[RequiredCheck],
    history: Sequence[tuple[str, str | None, int, int | None]] = (),
    lock_timeout_seconds: float = 600.0,
) -> Path:
    """Write the results into the candidate, close it, and record its hash and every check's status; gives the record's path.

    `results`: one mapping per check with boundary, table, column, check, severity, status, observed, expected, rows, message, seconds.
    `history`: (table, column or None, rows, nulls) rows for quality_history. The record is written whatever the results say: it is
    publish that refuses.
    Raises CandidateError when the candidate is gone or changed, PublishRefused when a write-ahead log stays beside it.
    """
    results = [*candidate.results, *results]
    with single_publisher(paths.published.parent, candidate.run_id, lock_timeout_seconds):
        if not candidate.path.exists():
            raise CandidateError(f"{candidate.path.name} is gone: another run cleaned it away. Run the nightly job again")
        if files.sha256(candidate.path) != candidate.sha256:
            raise CandidateError(f"{candidate.path.name} is not what was built and checked: its hash differs. Run the nightly job again")
        try:
            with candidate_connection(candidate.path) as connection:
                write_quality_results(connection, f"candidate.{SCHEMA}.quality_results", results)
                _write_history(connection, paths, candidate, history)
                written = {name: content_of(connection, "candidate", name) for name in ("quality_results", "quality_history")}
        except duckdb.Error as error:
            raise CandidateError(f"{candidate.path.name}: the check results could not be written: {error}") from error
        files.refuse_wal(candidate.path)
        files.sync(candidate.path)
        record = {
            "candidate": candidate.path.name,
            "sha256": files.sha256(candidate.path),
            "storage_number": files.storage_number(candidate.path),
            "version": candidate.version,
            "as_of": candidate.as_of,
            "run_id": candidate.run_id,
            "based_on": candidate.based_on,
            "manifest_checksum": candidate.manifest_checksum,
            "duckdb": duckdb.__version__,
            "loads": [{"table": each.name, "load_id": each.load_id, "sha256": each.sha256} for each in candidate.loads],
            "required": sorted(str(check) for check in required),
            "checks": _statuses(results),
            "tables": {name: {"rows": rows, "content": content} for name, (rows, content) in {**candidate.tables, **written}.items()},
        }
        path = paths.audits / files.record_name(candidate.version, record["sha256"])
        files.write_json(path, record)
    reach("publish.audited")
    return path


def write_quality_results(connection: duckdb.DuckDBPyConnection, target: str, results: Sequence[Mapping[str, Any]]) -> None:
    """Replace the rows of `target` (shape of quality_results) by one row per result."""
    connection.execute(f"delete from {target}")
    rows = [
        (
            each["boundary"],
            each["table"],
            each.get("column") or None,
            each["check"],
            each["severity"],
            each["status"],
            _text(each.get("observed")),
            _text(each.get("expected")),
            json.dumps(each["rows"], default=str) if each.get("rows") else None,
            each.get("message"),
            each.get("seconds"),
        )
        for each in sorted(results, key=lambda each: (each["boundary"], each["table"], each.get("column") or "", each["check"]))
    ]
    insert(connection, target, rows)


def blocks(result: Mapping[str, Any]) -> bool:
    """Whether a result stops a publish: anything but a pass, or a failed check of severity warn. A crash or a skip always does."""
    return _outcome(result) not in ("passed", "warned")


def verify(paths: Paths, record_file: Path | None, required: Iterable[RequiredCheck]) -> tuple[dict[str, Any], Path]:
    """(record, candidate file) if the record proves the candidate; trusts neither the record's own list of checks nor the caller's word.

    Raises PublishRefused with every obstacle found: no record, another file, a missing, failed, crashed or skipped check, a live
    file that changed since.
    """
    if record_file is None or not record_file.is_file():
        raise PublishRefused(["there is no audit record: publishing alone proves nothing. Run the whole nightly job (make nightly)"])
    try:
        record = json.loads(record_file.read_text(encoding="utf-8"))
        candidate = paths.published.parent / Path(record["candidate"]).name
        proven, checks, based_on = record["sha256"], record["checks"], record["based_on"]
    except (ValueError, KeyError, TypeError) as error:
        raise PublishRefused([f"audits/{record_file.name} cannot be read ({error!r}). Run the whole nightly job (make nightly)"]) from error
    if not candidate.is_file():
        raise PublishRefused([f"{candidate.name}, which audits/{record_file.name} proves, is gone. Run the nightly job (make nightly)"])
    files.refuse_wal(candidate)
    reasons = []
    if files.sha256(candidate) != proven:
        reasons.append(f"{candidate.name} is not the file that was audited: its hash differs. Run the nightly job again (make nightly)")
    if files.storage_number(candidate) != files.STORAGE_NUMBER:
        reasons.append(f"{candidate.name} is not in storage version {files.STORAGE_VERSION}, which old clients need")
    live = files.sha256(paths.published) if paths.published.exists() else ""
    if live not in (based_on, proven):
        reasons.append("the live file changed since the candidate was compared with it. Run the nightly job again")
    reasons += _obstacles(checks, required)
    if reasons:
        raise PublishRefused(reasons)
    return record, candidate


def _obstacles(checks: Mapping[str, Mapping[str, Any]], required: Iterable[RequiredCheck]) -> list[str]:
    names = [str(check) for check in required]
    if not names:
        return ["the list of required checks is empty: it is derived from the manifest, and a manifest always needs some"]
    missing = [name for name in names if name not in checks]
    reasons = [f"{name} did not run. It is required: see why its step was left out, and run the nightly job again" for name in missing]
    for name, outcome in sorted(checks.items()):
        if outcome["status"] not in ("passed", "warned"):
            rows = f" Rows: {json.dumps(outcome['rows'], default=str)}." if outcome.get("rows") else ""
            reasons.append(f"{name} {outcome['status']}: {outcome.get('message') or 'no message'}.{rows}")
    return reasons


def _statuses(results: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Worst outcome by check name; `warned` is a failed check of severity warn."""
    found: dict[str, dict[str, Any]] = {}
    for each in results:
        name = check_name(each["boundary"], each["table"], each.get("column"), each["check"])
        status = _outcome(each)
        if name not in found or _WORST.index(status) > _WORST.index(found[name]["status"]):
            found[name] = {"status": status}
            if status != "passed":
                found[name] |= {"message": each.get("message"), "rows": each.get("rows") or []}
    return found


def _outcome(result: Mapping[str, Any]) -> str:
    if result["status"] == "failed" and result["severity"] == "warn":
        return "warned"
    return result["status"] if result["status"] in _WORST else "crashed"


def _write_history(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    candidate: Candidate,
    history: Sequence[tuple[str, str | None, int, int | None]],
) -> None:
    """The live file's last versions and this one's rows; an earlier run of the same version is replaced."""
    target = f"candidate.{SCHEMA}.quality_history"
    connection.execute(f"delete from {target}")
    if candidate.based_on:
        connection.execute(f"attach {literal(str(paths.published))} as live (read_only)")
        connection.execute(
            f"insert into {target} by name select * from live.{SCHEMA}.quality_history where version < ? and version > ?",
            [candidate.version, candidate.version - HISTORY_VERSIONS],
        )
        connection.execute("detach live")
    rows = [(candidate.version, candidate.as_of, *row) for row in history]
    insert(connection, target, rows)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
