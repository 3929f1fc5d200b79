"""Publishing only what an audit proves: each way of not being proven is refused and leaves the live file's bytes alone."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish import CandidateError, NotEnoughSpace, PublishRefused, audit, newest_record, publish
from orchestration.publish.files import STORAGE_NUMBER, sha256, storage_number
from orchestration.publish.required import RequiredCheck
from orchestration.settings import Paths
from tests.publish.publishing import (
    CHARGES,
    build,
    manifest,
    not_null_amount,
    passing,
    publish_all,
    required,
    result,
    set_up,
    write_warehouse,
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A company with version 1 live and one more charge in the warehouse since."""
    paths = set_up(tmp_path / "company")
    publish_all(paths)
    write_warehouse(paths, [*CHARGES, ("c4", "5.0000", "2026-04-01")])
    return paths


def try_to_publish(paths: Paths, results: list[dict[str, Any]]) -> list[str]:
    """Reasons given for refusing a candidate with these results."""
    record = audit(paths, build(paths, "r2"), results, required())
    with pytest.raises(PublishRefused) as refused:
        publish(paths, record, required())
    return refused.value.reasons


def test_a_failing_check_leaves_the_live_file_and_says_which_check_which_rows_and_what_to_do(paths: Paths) -> None:
    before = sha256(paths.published)
    check = not_null_amount()
    bad = result(check, "failed", rows=[{"amount": "7.0000"}], message="1 rows of fct_charges have charge_id without a value: follow them")
    reasons = try_to_publish(paths, [*(each for each in passing() if each["column"] != "charge_id"), bad])
    assert sha256(paths.published) == before
    assert reasons == [
        "to_publish/fct_charges.charge_id/not_null failed: 1 rows of fct_charges have charge_id without a value: follow them. "
        'Rows: [{"amount": "7.0000"}].'
    ]


@pytest.mark.parametrize(("status", "severity"), [("failed", "error"), ("crashed", "warn"), ("skipped", "warn"), ("odd", "warn")])
def test_whatever_is_not_a_pass_or_a_told_failure_is_refused(paths: Paths, status: str, severity: str) -> None:
    before = sha256(paths.published)
    reasons = try_to_publish(paths, [*passing(), result(not_null_amount(), status, severity)])
    assert len(reasons) == 1
    assert reasons[0].startswith("to_publish/fct_charges.charge_id/not_null ")
    assert sha256(paths.published) == before


def test_a_failure_that_only_tells_is_published(paths: Paths) -> None:
    told = [result(check, "failed", "warn") for check in required() if check.check == "volume"]
    record = audit(paths, build(paths, "r2"), [*(each for each in passing() if each["check"] != "volume"), *told], required())
    assert publish(paths, record, required()).version == 2


def test_a_check_that_did_not_run_is_missed_even_if_the_record_does_not_ask_for_it(paths: Paths) -> None:
    results = [each for each in passing() if each["check"] != "freshness"]
    record = audit(paths, build(paths, "r2"), results, [])
    with pytest.raises(PublishRefused, match=r"landed/billing\.charges/freshness did not run"):
        publish(paths, record, required())


def test_an_unasked_failing_check_stops_too(paths: Paths) -> None:
    extra = result(RequiredCheck("warehouse", "fct_charges", "", "something_new"), "failed")
    assert "something_new failed" in try_to_publish(paths, [*passing(), extra])[0]


def test_publishing_alone_is_refused(paths: Paths) -> None:
    before = sha256(paths.published)
    assert newest_record(paths) is None
    with pytest.raises(PublishRefused, match="no audit record"):
        publish(paths, newest_record(paths), required())
    build(paths, "r2")
    with pytest.raises(PublishRefused, match="no audit record"):
        publish(paths, newest_record(paths), required())
    assert sha256(paths.published) == before


def test_the_record_of_a_published_candidate_proves_nothing_more(paths: Paths) -> None:
    (record,) = paths.audits.glob("*.json")
    with pytest.raises(PublishRefused, match="is gone"):
        publish(paths, record, required())


def test_an_empty_list_of_required_checks_is_refused(paths: Paths) -> None:
    record = audit(paths, build(paths, "r2"), passing(), required())
    with pytest.raises(PublishRefused, match="list of required checks is empty"):
        publish(paths, record, [])


def test_a_candidate_changed_after_its_audit_is_refused(paths: Paths) -> None:
    before = sha256(paths.published)
    candidate = build(paths, "r2")
    record = audit(paths, candidate, passing(), required())
    with duckdb.connect(str(candidate.path)) as connection:
        connection.execute("update published.fct_charges set amount = amount * 2")
    assert newest_record(paths) is None
    with pytest.raises(PublishRefused, match="its hash differs"):
        publish(paths, record, required())
    assert sha256(paths.published) == before


def test_a_candidate_changed_between_its_checks_and_its_audit_is_refused(paths: Paths) -> None:
    candidate = build(paths, "r2")
    with duckdb.connect(str(candidate.path)) as connection:
        connection.execute("delete from published.fct_charges")
    with pytest.raises(CandidateError, match="not what was built"):
        audit(paths, candidate, passing(), required())


def test_a_candidate_with_a_write_ahead_log_is_refused(paths: Paths) -> None:
    candidate = build(paths, "r2")
    record = audit(paths, candidate, passing(), required())
    candidate.path.with_name(candidate.path.name + ".wal").write_bytes(b"unsaved")
    with pytest.raises(PublishRefused, match=r"\.candidate-r2\.duckdb\.wal lies beside"):
        publish(paths, record, required())


def test_a_live_file_that_changed_since_the_comparison_is_refused(paths: Paths) -> None:
    stale = build(paths, "r2")
    stale_copy = stale.path.read_bytes()
    publish_all(paths, "r3")
    stale.path.write_bytes(stale_copy)
    record = audit(paths, stale, passing(), required())
    with pytest.raises(PublishRefused, match="the live file changed since"):
        publish(paths, record, required())


def test_a_table_that_is_not_in_the_warehouse_stops_the_build_and_leaves_nothing(paths: Paths) -> None:
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute("drop table revenue.dim_days")
    with pytest.raises(CandidateError, match=r"revenue\.dim_days is to be published and the warehouse has no such table"):
        build(paths, "r2")
    assert list(paths.published.parent.glob(".candidate*")) == []


def test_a_full_disk_is_seen_before_anything_is_written(paths: Paths) -> None:
    before = sha256(paths.published)
    with pytest.raises(NotEnoughSpace, match=r"need up to \d+ MB and the disk has 1 MB; nothing was written"):
        build(paths, "r2", free_space=lambda folder: 1_000_000)
    assert sha256(paths.published) == before
    assert list(paths.published.parent.glob(".candidate*")) == []


def test_personal_data_is_not_published(paths: Paths) -> None:
    poisoned = manifest()
    poisoned["nodes"]["model.scalehouse.dim_days"]["columns"]["day_on"]["config"] = {"meta": {"personal": True}}
    with pytest.raises(CandidateError, match=r"personal data may not be published: dim_days\.day_on"):
        build(paths, "r2", manifest=poisoned)


def test_the_file_is_written_for_old_clients(paths: Paths, tmp_path: Path) -> None:
    """Clients of 1.1 open a file whose header holds number 64. What the running version would write by another setting is told apart."""
    assert storage_number(paths.published) == STORAGE_NUMBER == 64
    newer = tmp_path / "newer.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{newer}' as newer (storage_version 'v1.2.0')")
        connection.execute("create table newer.t as select 1 as one")
    assert storage_number(newer) == 65
    assert storage_number(paths.warehouse) is not None
    text = tmp_path / "text.duckdb"
    text.write_text("no database at all, just text")
    assert storage_number(text) is None


def test_the_record_names_what_was_proven(paths: Paths) -> None:
    candidate = build(paths, "r2")
    record = json.loads(audit(paths, candidate, passing(), required()).read_text())
    assert record["sha256"] == sha256(candidate.path)
    assert record["version"] == 2
    assert record["as_of"] == "2026-03-31"
    assert record["loads"] == [{"table": "billing.charges", "load_id": "000001-00000001", "sha256": f"{1:064x}"}]
    assert record["tables"]["fct_charges"]["rows"] == 4
    assert set(record["checks"]) == {str(check) for check in required()}
    assert {each["status"] for each in record["checks"].values()} == {"passed"}


def test_the_required_list_follows_the_contracts() -> None:
    names = {str(check) for check in required()}
    assert "landed/billing.charges.id/not_null" in names
    assert "landed/billing.charges.amount/not_null" not in names
    assert "warehouse/fct_charges.amount/not_null_fct_charges_amount" in names
    assert "to_publish/fct_charges/unique_key" in names
    assert "to_publish/metrics/restatements" in names
    without_key = manifest()
    without_key["nodes"]["model.scalehouse.fct_charges"]["constraints"] = []
    from orchestration.publish import required_checks

    assert "to_publish/fct_charges/unique_key" not in {str(check) for check in required_checks(without_key, [])}
    assert not any(check.boundary == "landed" for check in required_checks(without_key, []))


def test_a_candidate_cleaned_away_by_another_run_cannot_be_audited(paths: Paths) -> None:
    first = build(paths, "r2")
    build(paths, "r3")
    with pytest.raises(CandidateError, match=r"\.candidate-r2\.duckdb is gone"):
        audit(paths, first, passing(), required())
    assert dataclasses.is_dataclass(first)
