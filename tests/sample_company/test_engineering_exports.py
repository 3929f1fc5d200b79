"""The engineering exports: shapes, sizes, references, increments; and nothing of what was there before is another byte."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from sample_company.changes import ChangeLog
from sample_company.clock import ENDS_ON
from sample_company.engineering.rows import HEADERS as ENGINEERING
from sample_company.engineering.rows import RETAINED
from sample_company.engineering.world import build_engineering
from sample_company.exports import HEADERS, write_exports
from sample_company.growth.rows import log_world
from sample_company.growth.states import World
from sample_company.growth.world import build_world
from sample_company.shop_rows import log_shopper
from sample_company.stripe_rows import log_account, log_catalogue
from sample_company.write import simulate_accounts, simulate_shoppers, write
from tests.sample_company.conftest import Company
from tests.sample_company.growth_files import export

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    ("github", "pull_requests"): ("number",),
    ("github", "commits"): ("sha",),
    ("github", "release_commits"): ("release_id", "sha"),
    ("github", "issues"): ("number",),
    ("pagerduty", "services"): ("service",),
    ("slo", "counts"): ("slo_id", "plan_group", "timestamp"),
    ("flags", "flags"): ("key",),
    ("decisions", "releases"): ("release_tag",),
    ("decisions", "rollouts"): ("release_tag", "ring"),
    ("decisions", "evidence"): ("release_tag", "window_hours"),
    ("cloud_costs", "focus"): ("x_ChargeId",),
    ("metering", "usage"): ("account_id", "used_on", "driver"),
    ("plans_limits", "limits"): ("plan", "limit_name", "valid_from"),
}
# Columns of time, by how they end; the others are dates.
TIMES = re.compile(r"((?<!^warn)_at|^timestamp|^ChargePeriod(Start|End))$")
DATES = frozenset({"used_on", "valid_from", "ends_on"})


def test_what_was_there_before_is_the_same_to_the_byte(written: Path, company: Company, world: World, tmp_path: Path) -> None:
    log = ChangeLog()
    log_catalogue(log)
    for account in company.accounts:
        log_account(log, account)
    for shopper in company.shoppers:
        log_shopper(log, shopper)
    log_world(log, world)
    exports = write_exports(log, tmp_path / "inbox", ENDS_ON)
    assert len(exports) > 100
    assert not {name.partition("/")[0] for name in exports} & {source for source, _ in ENGINEERING}
    for name in exports:
        assert (
            hashlib.sha256((tmp_path / "inbox" / name).read_bytes()).digest()
            == hashlib.sha256((written / "inbox" / name).read_bytes()).digest()
        ), name


@pytest.mark.parametrize("table", sorted(ENGINEERING))
def test_every_table_has_its_header_and_one_row_per_key(table: tuple[str, str], written: Path) -> None:
    rows = export(written, *table)
    assert tuple(rows[0]) == HEADERS[table]
    keys = [tuple(row[name] for name in KEYS.get(table, ("id",))) for row in rows]
    assert len(set(keys)) == len(keys)
    assert all(all(key) for key in keys)
    for name in HEADERS[table]:
        pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ" if TIMES.search(name) else r"\d{4}-\d\d-\d\d" if name in DATES else ""
        assert not pattern or all(re.fullmatch(pattern, row[name]) for row in rows if row[name]), name


def test_the_default_company_stays_light(written: Path, tmp_path: Path) -> None:
    """Two hundred thousand rows were promised for these sources and those of support together."""
    counts = {table: len(export(written, *table)) for table in ENGINEERING}
    assert 80_000 < sum(counts.values()) < 120_000
    assert counts["slo", "counts"] == 35 * 288 * 4
    assert 24_000 < counts["metering", "usage"] < 32_000
    assert counts["jobs", "runs"] < 16_000
    write(tmp_path / "inbox", scale=0.25)
    small = {name: len(export(tmp_path, *name)) for name in ENGINEERING}
    for table in (("metering", "usage"), ("jobs", "runs"), ("webhooks", "attempts"), ("plans_limits", "events")):
        assert 0.15 < small[table] / counts[table] < 0.35, table


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"),
    [
        (("github", "commits"), "pull_number", ("github", "pull_requests"), "number"),
        (("github", "release_commits"), "release_id", ("github", "releases"), "id"),
        (("github", "release_commits"), "sha", ("github", "commits"), "sha"),
        (("github", "deployment_statuses"), "deployment_id", ("github", "deployments"), "id"),
        (("pagerduty", "incidents"), "deployment_id", ("github", "deployments"), "id"),
        (("pagerduty", "incidents"), "service", ("pagerduty", "services"), "service"),
        (("pagerduty", "log_entries"), "incident_id", ("pagerduty", "incidents"), "id"),
        (("slo", "counts"), "slo_id", ("slo", "objectives"), "id"),
        (("slo", "objectives"), "service", ("pagerduty", "services"), "service"),
        (("jobs", "runs"), "account_id", ("stripe", "customers"), "id"),
        (("jobs", "runs"), "release_tag", ("github", "releases"), "tag_name"),
        (("webhooks", "attempts"), "account_id", ("stripe", "customers"), "id"),
        (("flags", "flags"), "release_tag", ("github", "releases"), "tag_name"),
        (("flags", "exposures"), "flag_key", ("flags", "flags"), "key"),
        (("flags", "exposures"), "user_id", ("segment", "users"), "id"),
        (("flags", "exposures"), "account_id", ("stripe", "customers"), "id"),
        (("decisions", "decisions"), "signal_id", ("decisions", "signals"), "id"),
        (("decisions", "releases"), "decision_id", ("decisions", "decisions"), "id"),
        (("decisions", "releases"), "mends_release_tag", ("github", "releases"), "tag_name"),
        (("decisions", "rollouts"), "release_tag", ("github", "releases"), "tag_name"),
        (("decisions", "changelog"), "release_tag", ("github", "releases"), "tag_name"),
        (("decisions", "evidence"), "release_tag", ("github", "releases"), "tag_name"),
        (("metering", "usage"), "account_id", ("stripe", "customers"), "id"),
        (("plans_limits", "limits"), "plan", ("stripe", "products"), "name"),
        (("plans_limits", "events"), "account_id", ("stripe", "customers"), "id"),
        (("plans_limits", "events"), "limit_name", ("plans_limits", "limits"), "limit_name"),
        (("plans_limits", "exceptions"), "account_id", ("stripe", "customers"), "id"),
    ],
)
def test_every_reference_has_its_row(child: tuple[str, str], column: str, parent: tuple[str, str], key: str, written: Path) -> None:
    named = {row[column] for row in export(written, *child)} - {""}
    assert named
    assert named <= {row[key] for row in export(written, *parent)}


def test_a_deployment_is_of_a_tag_or_of_a_commit(written: Path) -> None:
    named = {row["ref"] for row in export(written, "github", "deployments")}
    bare = {row["sha"] for row in export(written, "github", "commits") if not row["pull_number"]} & named
    assert len(bare) == 2
    assert named - bare <= {row["tag_name"] for row in export(written, "github", "releases")}


def test_labels_name_decisions_and_releases(written: Path) -> None:
    decisions = {row["id"] for row in export(written, "decisions", "decisions")}
    tags = {row["tag_name"] for row in export(written, "github", "releases")}
    named = {part for row in export(written, "github", "pull_requests") for part in row["labels"].split(",")}
    assert {part.removeprefix("decision:") for part in named if part.startswith("decision:")} <= decisions
    brought = {part for row in export(written, "github", "issues") for part in row["labels"].split(",")}
    assert {part.removeprefix("release:") for part in brought if part.startswith("release:")} <= tags


def test_releases_come_on_tuesdays_and_are_named_by_their_day(written: Path) -> None:
    plain = [row for row in export(written, "github", "releases") if "-" not in row["tag_name"]]
    days = [date.fromisoformat(row["published_at"][:10]) for row in plain]
    assert days[0] == date(2023, 7, 4)
    assert days[-1] == date(2026, 6, 30)
    assert all((after - before).days == 7 for before, after in pairwise(days))
    assert all(
        row["tag_name"] == f"v{day:%Y.%m.%d}" and row["published_at"][10:] == "T15:00:00Z" for row, day in zip(plain, days, strict=True)
    )
    fixes = [row for row in export(written, "github", "releases") if row["tag_name"].endswith("-hotfix1")]
    assert fixes
    for row in fixes:
        tuesday = date.fromisoformat(row["tag_name"][1:11].replace(".", "-"))
        assert (date.fromisoformat(row["published_at"][:10]) - tuesday).days == 2
        assert row["published_at"][10:] == "T10:00:00Z"


def test_charges_are_whole_days_with_four_digits(written: Path) -> None:
    for row in export(written, "cloud_costs", "focus"):
        begin, end = (date.fromisoformat(row[name][:10]) for name in ("ChargePeriodStart", "ChargePeriodEnd"))
        assert (end - begin).days == 1
        assert all(re.fullmatch(r"-?\d+\.\d{4}", row[name]) for name in ("BilledCost", "EffectiveCost"))
        assert (Decimal(row["BilledCost"]) < 0) <= (row["ChargeCategory"] == "Credit")
        assert (row["ConsumedQuantity"] == "") == (row["ConsumedUnit"] == "")


@pytest.mark.parametrize("day", [date(2024, 3, 10), date(2025, 2, 19)])
def test_an_export_and_an_increment_land_as_the_later_export(day: date, tmp_path: Path) -> None:
    following, later = date.fromordinal(day.toordinal() + 1), date.fromordinal(day.toordinal() + 40)
    write(tmp_path / "stepwise" / "inbox", scale=0.1, until=day)
    increment = write(tmp_path / "stepwise" / "inbox", scale=0.1, since=following, until=later)
    write(tmp_path / "whole" / "inbox", scale=0.1, until=later)
    for table in sorted(ENGINEERING):
        key = KEYS.get(table, ("id",))
        stepwise, whole = (
            {tuple(row[name] for name in key): row for row in export(tmp_path / name, *table)} for name in ("stepwise", "whole")
        )
        if table in RETAINED:
            # What is no longer kept stays where it has landed.
            assert len(stepwise) > len(whole)
            assert stepwise.items() >= whole.items()
        else:
            assert stepwise == whole, table
    kept = {f"{source}/{table}" for source, table in ENGINEERING} - {f"{source}/{table}" for source, table in RETAINED}
    assert 0 < sum(rows for name, rows in increment.exports.items() if name.rpartition("/")[0] in kept) < 2000


def test_an_earlier_export_does_not_know_what_came_later(tmp_path: Path) -> None:
    write(tmp_path / "inbox", scale=0.1, until=date(2025, 3, 31))
    for source, table in ENGINEERING:
        for row in export(tmp_path, source, table):
            # Midnight in New York; a charge's period ends with the UTC day, an exception may end when it likes.
            moments = [value for name, value in row.items() if TIMES.search(name) and not name.startswith("Charge")]
            assert max(moments, default="") < "2025-04-01T04:00:00Z", (source, table)
    incidents = export(tmp_path, "pagerduty", "incidents")
    assert [row["service"] for row in incidents if not row["resolved_at"]] == ["search"]
    assert max(row["used_on"] for row in export(tmp_path, "metering", "usage")) == "2025-03-31"
    assert min(row["used_on"] for row in export(tmp_path, "metering", "usage")) == "2025-01-01"


def test_scale_adds_accounts_and_changes_none() -> None:
    small, large = (
        build_engineering(accounts, build_world(accounts, shoppers, scale, 7), scale, 7)
        for scale, accounts, shoppers in ((s, list(simulate_accounts(s, 7)), list(simulate_shoppers(0.01, 7))) for s in (0.1, 0.2))
    )
    for part in ("runs", "attempts", "limit_events", "exceptions"):
        rows = {one.id: one for one in getattr(large, part)}
        assert rows.items() >= {one.id: one for one in getattr(small, part)}.items(), part
        assert len(rows) > len(getattr(small, part)), part
    assert set(small.usage) < set(large.usage)
    for part in ("decisions", "signals", "flags", "issues", "pages"):
        assert getattr(small, part) == getattr(large, part), part
    assert [(one.tag, one.id, one.states) for one in small.deployments] == [(one.tag, one.id, one.states) for one in large.deployments]


def test_the_same_seed_writes_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    found = []
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        command = [sys.executable, "-m", "sample_company", "write", "--inbox", str(folder / "inbox"), "--truth", str(folder / "truth")]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([*command, "--scale", "0.1"], check=True, env=environment, cwd=tmp_path, capture_output=True)
        files = sorted(path for path in folder.rglob("*.csv"))
        found.append({path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    assert len(found[0]) > 100
    assert found[0] == found[1]
