"""The service exports: shapes, sizes, references, increments; the truth follows from the rows; nothing of before is another byte."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import pytest

from sample_company.changes import ChangeLog
from sample_company.clock import ENDS_ON, day_begins
from sample_company.excluded import ACCOUNT_NUMBERS
from sample_company.exports import write_exports
from sample_company.growth.rows import log_world
from sample_company.growth.states import World
from sample_company.service.hours import HOLIDAYS, SCHEDULES
from sample_company.service.plain_rows import iso
from sample_company.service.rows import HEADERS, log_service
from sample_company.service.world import build_service
from sample_company.shop_rows import log_shopper
from sample_company.stripe_rows import log_account, log_catalogue
from sample_company.truth.growth_tables import write_growth_truth
from sample_company.truth.service_tables import write_service_truth
from sample_company.write import write
from tests.sample_company.conftest import Company
from tests.sample_company.growth_files import Rows, export, truth
from tests.sample_company.service_lives import key_of, lives

# Half of what the service and the engineering side may add together.
MOST_ROWS = 100_000


def test_what_was_there_before_is_the_same_to_the_byte(written: Path, company: Company, world: World, tmp_path: Path) -> None:
    log = ChangeLog()
    log_catalogue(log)
    for account in company.accounts:
        log_account(log, account)
    for shopper in company.shoppers:
        log_shopper(log, shopper)
    log_world(log, world)
    exports = write_exports(log, tmp_path / "inbox", ENDS_ON)
    files = write_growth_truth(tmp_path / "truth", world, company.accounts, ENDS_ON)
    assert len(exports) > 100
    assert not any(name.startswith("zendesk") for name in exports)
    for path in (*(Path("inbox") / name for name in exports), *(Path("truth") / name for name in files)):
        assert hashlib.sha256((tmp_path / path).read_bytes()).digest() == hashlib.sha256((written / path).read_bytes()).digest(), path


@pytest.mark.parametrize("table", sorted(HEADERS))
def test_every_table_has_its_header_and_one_row_per_key(table: tuple[str, str], written: Path) -> None:
    rows = export(written, *table)
    assert tuple(rows[0]) == HEADERS[table]
    keys = [key_of(table, row) for row in rows]
    assert len(set(keys)) == len(keys)


def test_the_rows_stay_within_their_half(written: Path) -> None:
    counts = {table: len(export(written, *table)) for table in HEADERS}
    assert 60_000 < sum(counts.values()) <= MOST_ROWS
    assert 3_000 < counts["zendesk", "tickets"] < 5_000
    assert 500 < counts["intercom", "conversations"] < 2_000
    assert counts["helpcenter", "article_views"] < 15_000


def test_the_service_side_takes_little_time(world: World, company: Company, tmp_path: Path) -> None:
    """All of it in processor time; half of the 12 seconds that both new sides may take."""
    begin = time.process_time()
    service = build_service(company.accounts, world, 7)
    log = ChangeLog()
    log_service(log, service)
    write_exports(log, tmp_path / "inbox", ENDS_ON)
    write_service_truth(tmp_path / "truth", service, world, company.accounts, ENDS_ON)
    assert time.process_time() - begin < 6


def test_scale_adds_rows_and_changes_none() -> None:
    small, large = (build_service(lives(scale).accounts, lives(scale).world, 7) for scale in (0.1, 0.25))
    for part in ("organisations", "people", "tickets", "help_events", "feedback", "interventions", "runs"):
        few, many = ({(getattr(one, "system", ""), one.id): one for one in getattr(side, part)} for side in (small, large))
        assert many.items() >= few.items(), part
        assert len(many) > len(few), part


def test_the_truth_leaves_out_the_excluded_only(written: Path) -> None:
    left_out = {f"stripe:cus_{number:06d}" for number in ACCOUNT_NUMBERS}
    told = {row["id"]: f"stripe:{row['external_id']}" for row in export(written, "zendesk", "organizations")}
    known = {row["ticket_id"] for row in truth(written, "tickets")}
    missing = {row["organization_id"] for row in export(written, "zendesk", "tickets") if f"zendesk:{row['id']}" not in known} - {""}
    assert missing
    assert {told[one] for one in missing} - {"stripe:"} <= left_out
    assert not left_out & {row["account_id"] for row in truth(written, "tickets")}


@pytest.mark.parametrize(
    ("child", "column", "parent"),
    [
        (("zendesk", "organizations"), "external_id", ("stripe", "customers")),
        (("zendesk", "users"), "organization_id", ("zendesk", "organizations")),
        (("zendesk", "tickets"), "organization_id", ("zendesk", "organizations")),
        (("zendesk", "tickets"), "requester_id", ("zendesk", "users")),
        (("zendesk", "tickets"), "submitter_id", ("zendesk", "users")),
        (("zendesk", "ticket_events"), "ticket_id", ("zendesk", "tickets")),
        (("zendesk", "satisfaction_ratings"), "ticket_id", ("zendesk", "tickets")),
        (("intercom", "companies"), "company_id", ("stripe", "customers")),
        (("intercom", "contacts"), "company_id", ("intercom", "companies")),
        (("intercom", "contacts"), "external_id", ("segment", "users")),
        (("intercom", "conversations"), "contact_id", ("intercom", "contacts")),
        (("intercom", "conversations"), "team_assignee_id", ("intercom", "teams")),
        (("intercom", "conversation_parts"), "conversation_id", ("intercom", "conversations")),
        (("helpcenter", "article_views"), "article_id", ("helpcenter", "articles")),
        (("helpcenter", "searches"), "user_id", ("segment", "users")),
        (("feedback", "items"), "user_id", ("segment", "users")),
        (("feedback", "items"), "account_id", ("stripe", "customers")),
        (("feedback", "items"), "cluster_id", ("feedback", "clusters")),
        (("feedback", "items"), "ticket_id", ("zendesk", "tickets")),
        (("manual_work", "interventions"), "account_id", ("stripe", "customers")),
        (("manual_work", "interventions"), "sop_id", ("sops", "register")),
        (("sops", "versions"), "sop_id", ("sops", "register")),
        (("sops", "runs"), "sop_id", ("sops", "register")),
        (("sops", "runs"), "account_id", ("stripe", "customers")),
    ],
)
def test_every_reference_has_its_row(child: tuple[str, str], column: str, parent: tuple[str, str], written: Path) -> None:
    named = {row[column] for row in export(written, *child)} - {""}
    assert named
    assert named <= {row["id"] for row in export(written, *parent)}


def test_values_are_those_of_the_vendors(written: Path) -> None:
    events = export(written, "zendesk", "ticket_events")
    shapes = {(row["event_type"], bool(row["public"]), row["field_name"], bool(row["value"])) for row in events}
    assert shapes == {
        ("Comment", True, "", False),
        ("TimeSpent", False, "", True),
        *(("Change", False, field, True) for field in ("status", "group_id", "schedule_id")),
    }
    assert {row["via"] for row in events} == {"user", "api", "rule"}
    assert all(row["via"] == "rule" for row in events if row["author_id"] == "-1")
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["created_at"]) for row in events)
    tickets = export(written, "zendesk", "tickets")
    assert {row["via_channel"] for row in tickets} == {"email", "web", "phone", "api", "mobile"}
    assert {row["status"] for row in tickets} == {"new", "open", "pending", "hold", "solved", "closed"}
    assert {row["part_type"] for row in export(written, "intercom", "conversation_parts")} == {
        "comment", "note", "close", "open", "assignment",
    }  # fmt: skip
    assert {row["author_type"] for row in export(written, "intercom", "conversation_parts")} == {"user", "lead", "admin", "bot"}
    tagged = [row for row in tickets if "release:" in row["tags"]]
    assert 1 / 16 < len(tagged) / len(tickets) < 1 / 9


def test_a_ticket_begins_with_its_first_comment_and_settings(written: Path) -> None:
    events: dict[str, Rows] = defaultdict(list)
    for row in sorted(export(written, "zendesk", "ticket_events"), key=lambda row: int(row["id"])):
        events[row["ticket_id"]].append(row)
    for ticket in export(written, "zendesk", "tickets"):
        own = events[ticket["id"]]
        first = [row for row in own if row["created_at"] == ticket["created_at"]]
        assert (first[0]["event_type"], first[0]["author_id"]) == ("Comment", ticket["submitter_id"])
        assert (first[1]["field_name"], first[1]["value"]) == ("status", "new")
        assert [row["value"] for row in first if row["field_name"] == "schedule_id"] == (
            [ticket["schedule_id"]] if ticket["schedule_id"] else []
        )
        statuses = [row["value"] for row in own if row["field_name"] == "status"]
        assert statuses[-1] == ticket["status"]
        assert own[-1]["created_at"] == ticket["updated_at"]
        assert [row["created_at"] for row in own] == sorted(row["created_at"] for row in own)


def test_schedules_are_minutes_since_sunday(written: Path) -> None:
    """Monday 9 to 17 is 1440 + 540 to 1440 + 1020; an interval stays inside its day."""
    rows = export(written, "zendesk", "schedules")
    spans = {(row["schedule_id"], row["valid_from"], int(row["interval_start"]), int(row["interval_end"])) for row in rows}
    assert ("9100000001", "2023-07-01", 1980, 2460) in spans
    assert all(begin // 1440 == (end - 1) // 1440 for _, _, begin, end in spans)
    assert len(spans) == sum(len(version.intervals) for schedule in SCHEDULES for version in schedule.versions)
    assert {name for name, _, _ in HOLIDAYS} < {schedule.name for schedule in SCHEDULES}


def test_monthly_truth_adds_up_to_the_rows(written: Path) -> None:
    months = truth(written, "support_monthly")
    tickets = truth(written, "tickets")
    assert sum(int(row["ticket_count"]) for row in months) == len(tickets)
    ids = {row["ticket_id"] for row in tickets}
    rated = [row["score"] == "good" for row in export(written, "zendesk", "satisfaction_ratings") if f"zendesk:{row['ticket_id']}" in ids]
    chats = [row for row in export(written, "intercom", "conversations") if row["rating"] and f"intercom:{row['id']}" in ids]
    rated += [row["rating"] in ("4", "5") for row in chats]
    assert (len(rated), sum(rated)) == tuple(sum(int(row[name]) for row in months) for name in ("rating_count", "satisfied_count"))
    left_out = {f"cus_{number:06d}" for number in ACCOUNT_NUMBERS}
    work = [row for row in export(written, "manual_work", "interventions") if row["account_id"] not in left_out]
    hand = truth(written, "manual_monthly")
    assert (len(work), sum(int(row["minutes"]) for row in work)) == tuple(
        sum(int(row[name]) for row in hand) for name in ("intervention_count", "minute_count")
    )
    assert {row["feedback_id"] for row in truth(written, "feedback")} < {
        f"feedback:{row['id']}" for row in export(written, "feedback", "items")
    }
    verdicts = Counter((row["is_in_sla"], row["is_escalated_on_time"]) for row in truth(written, "sop_runs"))
    assert {("true", ""), ("false", ""), ("", ""), ("true", "true"), ("true", "false"), ("false", "false")} <= set(verdicts)


@pytest.mark.parametrize("day", [date(2024, 11, 3), date(2025, 4, 14)])
def test_an_export_and_an_increment_say_what_the_later_export_says(day: date, tmp_path: Path) -> None:
    following, later = date.fromordinal(day.toordinal() + 1), date.fromordinal(day.toordinal() + 40)
    write(tmp_path / "stepwise" / "inbox", scale=0.1, until=day)
    increment = write(tmp_path / "stepwise" / "inbox", scale=0.1, since=following, until=later)
    write(tmp_path / "whole" / "inbox", tmp_path / "whole" / "truth", scale=0.1, until=later)
    for table in HEADERS:
        merged = []
        for name in ("stepwise", "whole"):
            merged.append({key_of(table, row): row for row in export(tmp_path / name, *table)})
        assert merged[0] == merged[1], table
    assert any(name.startswith("zendesk/tickets/") for name in increment.exports)
    end = iso(day_begins(date.fromordinal(later.toordinal() + 1)))
    for table in (("zendesk", "tickets"), ("feedback", "items"), ("sops", "runs")):
        assert max(row["updated_at"] for row in export(tmp_path / "whole", *table)) < end
    for row in export(tmp_path / "whole", "feedback", "items"):
        assert all(row[name] <= row["updated_at"] for name in ("closed_at", "notified_at"))
    created = [datetime.fromisoformat(row["created_at"]) for row in truth(tmp_path / "whole", "tickets")]
    assert created == sorted(created)
