"""Every engineering story is in the exports, at every scale, and the truth comes back from the rows by plain counting."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from sample_company.clock import ENDS_ON, instant, local_day
from sample_company.engineering.states import ROLLBACK, SEQUENCE, SHIP, UNIT
from sample_company.excluded import ACCOUNT_NUMBERS
from sample_company.truth.mrr import Timeline
from sample_company.write import simulate_accounts, write
from tests.sample_company.growth_files import Rows, export, truth

END = instant(2026, 7, 1, 4)  # midnight in New York
EXCLUDED = {f"cus_{number:06d}" for number in ACCOUNT_NUMBERS}


@pytest.fixture(scope="module", params=[1.0, 0.25])
def folder(request: pytest.FixtureRequest, written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default company, and a quarter of it."""
    if request.param == 1.0:
        return written
    small = tmp_path_factory.mktemp("quarter")
    write(small / "inbox", small / "truth", scale=request.param)
    return small


def when(value: str) -> datetime:
    return datetime.fromisoformat(value.removesuffix("Z"))


def by(rows: Rows, column: str) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def one_by(rows: Rows, column: str) -> dict[str, dict[str, str]]:
    return {row[column]: row for row in rows}


class Deliveries:
    """Production deployments that succeeded, as the rows have them: tag and first success by id."""

    def __init__(self, folder: Path) -> None:
        self.states = by(export(folder, "github", "deployment_statuses"), "deployment_id")
        self.rows = one_by(export(folder, "github", "deployments"), "id")
        self.at: dict[str, datetime] = {}
        for key, row in self.rows.items():
            successes = [when(one["created_at"]) for one in self.states[key] if one["state"] == "success"]
            if row["environment"].lower() == "production" and successes:
                self.at[key] = min(successes)
        self.records = export(folder, "decisions", "releases", "release_tag")
        self.incidents = export(folder, "pagerduty", "incidents", "id")
        self.mended = {row["mends_release_tag"] for row in self.records if row["release_kind"] in ("hotfix", "rollback")}
        self.broken = {row["deployment_id"] for row in self.incidents} - {""}


@pytest.fixture(scope="module")
def deliveries(folder: Path) -> Deliveries:
    return Deliveries(folder)


def test_deployments_and_their_failures_come_back(folder: Path, deliveries: Deliveries) -> None:
    expected = {
        (
            f"github:{key}",
            deliveries.rows[key]["ref"],
            str(at),
            str(key in deliveries.broken or deliveries.rows[key]["ref"] in deliveries.mended).lower(),
        )
        for key, at in deliveries.at.items()
    }
    assert {tuple(row.values()) for row in truth(folder, "deployments")} == expected
    assert 20 < sum(row[3] == "true" for row in expected) < 40


def test_the_four_figures_come_back(folder: Path, deliveries: Deliveries) -> None:
    first: dict[str, datetime] = {}
    for key, at in sorted(deliveries.at.items(), key=lambda one: one[1]):
        first.setdefault(deliveries.rows[key]["ref"], at)
    tags = {row["id"]: row["tag_name"] for row in export(folder, "github", "releases")}
    commits = one_by(export(folder, "github", "commits"), "sha")
    begun = {
        number: min(when(row["authored_at"]) for row in rows)
        for number, rows in by(list(commits.values()), "pull_number").items()
        if number
    }
    arrived: dict[str, datetime] = {}
    for row in export(folder, "github", "release_commits"):
        at, number = first.get(tags[row["release_id"]]), commits[row["sha"]]["pull_number"]
        if at is not None and number:
            arrived[number] = min(at, arrived.get(number, at))
    leads: dict[str, list[int]] = defaultdict(list)
    for number, at in arrived.items():
        leads[str(local_day(at))[:7]].append(int((at - begun[number]).total_seconds()) // 60)
    restores: dict[str, list[int]] = defaultdict(list)
    for row in deliveries.incidents:
        if row["deployment_id"] and row["resolved_at"]:
            begin, end = when(row["created_at"]), when(row["resolved_at"])
            # Whatever day one counts it on, the month is the same.
            assert begin.month == end.month == deliveries.at[row["deployment_id"]].month
            restores[str(local_day(end))[:7]].append(int((end - begin).total_seconds()) // 60)
    counted = Counter(str(local_day(at))[:7] for at in deliveries.at.values())
    for row in truth(folder, "dora_monthly"):
        month = row["month"][:7]
        assert int(row["deployment_count"]) == counted.pop(month)
        assert Decimal(row["median_lead_minutes"]) == Decimal(str(median(leads[month])))
        assert (row["median_restore_minutes"] == "") == (month not in restores)
        if month in restores:
            assert Decimal(row["median_restore_minutes"]) == Decimal(str(median(restores[month])))
    assert not counted


def test_every_way_to_fail_and_not_to_fail_is_there(folder: Path, deliveries: Deliveries) -> None:
    kinds = by(deliveries.records, "mends_release_tag")
    caused = Counter(row["deployment_id"] for row in deliveries.incidents if row["deployment_id"])
    ways = Counter()
    for key in deliveries.at:
        tag = deliveries.rows[key]["ref"]
        mended = {row["release_kind"] for row in kinds.get(tag, [])} if tag else set()
        ways[min(caused[key], 2), *sorted(mended)] += 1
    assert set(ways) == {(0,), (1,), (2,), (0, "hotfix"), (0, "rollback"), (1, "hotfix")}
    assert min(ways.values()) > 2
    # A rollback deploys what ran before once more; nothing that was mended is ever deployed a second time.
    deployed = Counter(deliveries.rows[key]["ref"] for key in deliveries.at)
    assert sum(count == 2 for tag, count in deployed.items() if tag) > 8
    assert all(deployed[tag] == 1 for tag in deliveries.mended)
    assert deployed[""] == 2
    assert not any(tag.endswith("-rollback") for tag in deployed)


def test_statuses_environments_and_hands(folder: Path, deliveries: Deliveries) -> None:
    histories = Counter()
    for key, row in deliveries.rows.items():
        states = tuple(
            one["state"] for one in sorted(deliveries.states[key], key=lambda one: one["created_at"]) if one["state"] != "inactive"
        )
        histories[row["environment"].lower(), states] += 1
    failed_once = ("queued", "in_progress", "failure", "in_progress", "success")
    assert histories["production", failed_once] > 3
    assert histories["production", ("queued", "in_progress", "error")] > 3
    assert histories["staging", ("queued", "in_progress", "success")] > 150
    assert {row["environment"] for row in deliveries.rows.values()} == {"production", "Production", "staging"}
    assert Counter(deliveries.rows[key]["creator_type"] for key in deliveries.at)["User"] > 15
    live = sorted(deliveries.at, key=lambda key: deliveries.at[key])
    inactive = [any(one["state"] == "inactive" for one in deliveries.states[key]) for key in live if deliveries.rows[key]["ref"]]
    assert all(inactive[:-1])
    assert not inactive[-1]


def test_every_kind_of_change_is_there(folder: Path, deliveries: Deliveries) -> None:
    pulls = one_by(export(folder, "github", "pull_requests", "number"), "number")
    commits = one_by(export(folder, "github", "commits"), "sha")
    releases = one_by(export(folder, "github", "releases"), "id")
    assert sum(row["pull_number"] == "" for row in commits.values()) > 20
    states = Counter((bool(row["merged_at"]), bool(row["closed_at"])) for row in pulls.values())
    assert states[False, True] > 20
    assert states[False, False] > 8
    assert set(states) == {(True, True), (False, True), (False, False)}
    in_releases: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in export(folder, "github", "release_commits"):
        release = releases[row["release_id"]]
        if release["prerelease"] == "false":
            in_releases[commits[row["sha"]]["pull_number"]].add(release["tag_name"])
            holders[row["sha"]].add(release["tag_name"])
    unmerged = {number for number, row in pulls.items() if not row["merged_at"]}
    assert not unmerged & set(in_releases)
    # A request whose commits come in two releases, and commits that the release after a held one has again.
    assert sum(len(tags) > 1 for number, tags in in_releases.items() if number) > 20
    assert sum(len(tags) > 1 for tags in holders.values()) > 10
    early = [row["tag_name"] for row in releases.values() if row["prerelease"] == "true"]
    assert len(early) > 20
    assert {row["environment"] for row in deliveries.rows.values() if row["ref"] in early} == {"staging"}
    labels = [set(row["labels"].split(",")) for row in pulls.values()]
    assert sum(any(label.startswith("decision:D-") for label in found) for found in labels) > 100
    assert sum(sum(label.startswith("team:") for label in found) == 2 for found in labels) > 20
    issues = [set(row["labels"].split(",")) for row in export(folder, "github", "issues", "number")]
    for label in ("bug", "feature", "debt", "chore", "planned", "unplanned", "points:3"):
        assert sum(label in found for found in issues) > 20
    assert sum(any(label.startswith("release:v") for label in found) for found in issues) > 60
    assert sum(not found & {"bug", "feature", "debt", "chore"} for found in issues) > 20


def test_every_answer_is_missing_somewhere(folder: Path, deliveries: Deliveries) -> None:
    expected = []
    ordinary = [row for row in deliveries.records if row["release_kind"] in ("feature", "fix")]
    missing = Counter()
    for row in deliveries.records:
        steps = [f"sequence_{step}_at" for step in SEQUENCE]
        counts = [sum(row[name] != "" for name in names) for names in (UNIT, ROLLBACK, steps, SHIP)]
        triple = {"billing", "permissions", "user_data"} <= set(row["areas"].split(",")) and row["has_migration_plan"] == "false"
        expected.append((row["release_tag"], *map(str, counts), str(triple).lower(), str(row["owner"] != "").lower()))
        if row in ordinary:
            missing.update(name for name in (*UNIT, *ROLLBACK, *SHIP, *steps) if not row[name])
    assert sorted(expected) == [tuple(row.values()) for row in truth(folder, "releases")]
    assert set(missing) == {*UNIT, *ROLLBACK, *SHIP, *steps}
    assert Counter(row[5] for row in expected)["true"] == 3
    areas = [set(row["areas"].split(",")) for row in ordinary if row["has_migration_plan"] == "true"]
    assert sum({"billing", "permissions", "user_data"} <= found for found in areas) == 3
    assert sum(row[6] == "false" for row in expected) > 5
    calls = Counter(row["owner_call"] for row in deliveries.records)
    assert min(calls[call] for call in ("go", "hold", "rollback", "")) > 3
    tuesdays = {row["tag_name"] for row in export(folder, "github", "releases") if "-" not in row["tag_name"]}
    assert len(tuesdays - {row["release_tag"] for row in ordinary}) > 3
    held = {row["release_tag"] for row in ordinary if row["owner_call"] == "hold"}
    assert not held & {deliveries.rows[key]["ref"] for key in deliveries.at}


def test_rings_changelog_and_evidence_have_gaps(folder: Path, deliveries: Deliveries) -> None:
    deployed = {deliveries.rows[key]["ref"] for key in deliveries.at if not deliveries.rows[key]["ref"].endswith("hotfix1")} - {""}
    rings = {tag: {row["ring"] for row in rows} for tag, rows in by(export(folder, "decisions", "rollouts"), "release_tag").items()}
    names = {"internal", "beta", "small_percent", "plan_based", "everyone"}
    lacking = Counter(ring for tag in deployed for ring in names - rings.get(tag, set()))
    assert min(lacking[ring] for ring in names - {"internal"}) > 5
    assert lacking["internal"] > 2
    assert sum(rings.get(tag) == names for tag in deployed) > 100
    told = {row["release_tag"] for row in export(folder, "decisions", "changelog")}
    assert len(deployed - told) > 20
    evidence = by(export(folder, "decisions", "evidence"), "release_tag")
    windows = Counter(tuple(sorted(int(row["window_hours"]) for row in evidence.get(tag, []))) for tag in deployed)
    assert min(windows[found] for found in ((), (24,), (24, 72))) > 8
    assert {row["verdict"] for rows in evidence.values() for row in rows} == {"keep", "change", "fix", "stop"}


def test_decisions_stop_at_every_stage_and_loops_close_or_not(folder: Path) -> None:
    decisions = export(folder, "decisions", "decisions", "id")
    stages = ("opened", "decided", "shipped", "validated", "learned")
    reached = Counter(sum(row[f"{stage}_at"] != "" for stage in stages) for row in decisions)
    assert set(reached) == {1, 2, 3, 4, 5}
    months: dict[str, Counter[str]] = defaultdict(Counter)
    for row in decisions:
        moments = [when(row[f"{stage}_at"]) for stage in stages if row[f"{stage}_at"]]
        assert moments == sorted(moments)
        for stage in stages:
            if row[f"{stage}_at"]:
                months[f"{str(local_day(when(row[f'{stage}_at'])))[:7]}-01"][stage] += 1
    expected = {on: tuple(str(found[stage]) for stage in stages) for on, found in months.items()}
    assert {row["month"]: tuple(row[f"{stage}_count"] for stage in stages) for row in truth(folder, "decisions_monthly")} == expected
    learned = [row for row in decisions if row["learned_at"]]
    assert {row["outcome"] for row in learned} == {"keep", "change", "fix", "stop"}
    assert all(not row["outcome"] for row in decisions if not row["learned_at"])
    signals = {row["id"] for row in export(folder, "decisions", "signals")}
    assert signals - {row["signal_id"] for row in decisions}
    releases = by(export(folder, "decisions", "releases", "release_tag"), "decision_id")
    seen = {row["release_tag"] for row in export(folder, "decisions", "evidence")}
    loops = Counter(
        (
            row["signal_id"] in signals,
            row["id"] in releases,
            any(one["release_tag"] in seen for one in releases.get(row["id"], [])),
        )
        for row in learned
    )
    assert min(loops[kind] for kind in ((True, True, True), (False, True, True), (True, False, False), (True, True, False))) > 3
    assert sum(row["metric"] == "" for row in decisions) > 3
    assert sum(int(row["meetings"]) > 3 for row in decisions) > 3
    assert {row["made_by"] for row in decisions} == {"founder", "team"}


def test_flags_are_stale_in_both_ways(folder: Path) -> None:
    flags = export(folder, "flags", "flags", "key")
    limit = END - timedelta(days=60)
    kinds: dict[tuple[bool, bool], set[str]] = defaultdict(set)
    for row in flags:
        if not row["archived_at"]:
            on = row["rolled_out_at"] != "" and when(row["rolled_out_at"]) < limit
            kinds[on, when(row["last_evaluated_at"]) < limit].add(row["key"])
        for moment in filter(None, (row["rolled_out_at"], row["last_evaluated_at"])):
            # None is sixty days old within a day of it, so that days and hours say the same.
            assert abs(when(moment) - limit) > timedelta(days=1)
    assert min(len(kinds[kind]) for kind in ((True, False), (False, True), (True, True), (False, False))) > 1
    stale = {f"flags:{key}" for kind, keys in kinds.items() if any(kind) for key in keys}
    assert {row["flag_id"] for row in truth(folder, "stale_flags")} == stale
    assert {row["kind"] for row in flags} == {"release", "experiment", "operational", "permission"}
    assert sum(row["archived_at"] != "" for row in flags) > 10
    assert sum(row["owner"] == "" for row in flags) > 3
    core = {row["key"] for row in flags if row["core"] == "true"}
    exposures = export(folder, "flags", "exposures")
    experiments = {row["key"] for row in flags if row["experiment_id"]}
    assert {row["flag_key"] for row in exposures} >= experiments - {row["key"] for row in flags if row["created_at"] > "2026-06-20"}
    assert sum(row["flag_key"] in core & experiments for row in exposures) > 50
    arms = Counter(row["variation"] for row in exposures if row["flag_key"] in experiments)
    assert set(arms) == {"control", "treatment"}
    assert 0.8 < arms["control"] / arms["treatment"] < 1.25
    segments = {account.id: account.versions[0].segment for account in simulate_accounts(0.25, 7)}
    assert {segments[row["account_id"]] for row in exposures if row["account_id"] in segments} == {"smb", "mid_market", "enterprise"}
    assert any(row["account_id"] == "" for row in exposures)


def test_incidents_of_every_kind(folder: Path, deliveries: Deliveries) -> None:
    with_cause = [row for row in deliveries.incidents if row["deployment_id"]]
    assert len(with_cause) > 15
    assert len(deliveries.incidents) - len(with_cause) > 30
    assert all(deliveries.rows[row["deployment_id"]]["ref"] == row["release_tag"] for row in with_cause)
    assert sum(row["resolved_at"] == "" for row in deliveries.incidents) == 1
    assert sum(row["runbook"] == "" for row in deliveries.incidents) > 10
    assert {row["severity"] for row in deliveries.incidents} == {"sev1", "sev2", "sev3"}
    pages = export(folder, "pagerduty", "log_entries")
    assert {row["incident_id"] for row in pages} == {row["id"] for row in deliveries.incidents} | {""}
    services = export(folder, "pagerduty", "services")
    assert {row["service"] for row in deliveries.incidents} <= {row["service"] for row in services}
    assert [row["service"] for row in services if row["runbook"] == ""] == ["search"]
    for name in ("has_logs", "has_traces", "has_metrics"):
        assert {row[name] for row in services} == {"true", "false"}


def test_jobs_and_deliveries_come_back(folder: Path) -> None:
    months: dict[str, Counter[str]] = defaultdict(Counter)
    runs = export(folder, "jobs", "runs", "id")
    for row in runs:
        if row["finished_at"] and row["account_id"] not in EXCLUDED:
            month = months[str(local_day(when(row["finished_at"])))[:7]]
            month["run"] += 1
            month["failed"] += row["status"] in ("failed", "timed_out")
            month["retry"] += row["attempt"] != "1"
    last: dict[str, dict[str, str]] = {}
    for row in sorted(export(folder, "webhooks", "attempts"), key=lambda row: row["attempted_at"]):
        if row["account_id"] not in EXCLUDED:
            months[str(local_day(when(row["attempted_at"])))[:7]]["attempt"] += 1
            last[row["delivery_id"]] = row
    for row in last.values():
        months[str(local_day(when(row["attempted_at"])))[:7]]["failed_delivery"] += not row["status_code"].startswith("2")
    for row in truth(folder, "jobs_monthly"):
        month = months.pop(row["month"][:7])
        assert {name: int(row[f"{name}_count"]) for name in ("run", "failed", "retry", "attempt", "failed_delivery")} == {
            name: month[name] for name in ("run", "failed", "retry", "attempt", "failed_delivery")
        }
    assert not months


def test_workflows_stick_in_every_way(folder: Path) -> None:
    runs = export(folder, "jobs", "runs", "id")
    found = Counter()
    for rows in by(runs, "workflow_id").values():
        one = max(rows, key=lambda row: (row["queued_at"], int(row["attempt"])))
        old = when(one["finished_at"] or one["started_at"] or one["queued_at"]) < END - timedelta(hours=24)
        found[one["status"], old] += 1
    assert found["failed", True] + found["timed_out", True] > 2
    assert found["running", True] > 1
    # On the last day some failed and wait in the queue, not yet for a day.
    assert found["queued", False] > 0
    assert not found["queued", True]
    assert {row["status"] for row in runs} == {"queued", "running", "succeeded", "failed", "timed_out"}
    assert sum(int(row["attempt"]) > 1 for row in runs) > 100
    # Days after it had failed somebody ran it again.
    gaps = [
        when(after["queued_at"]) - when(before["queued_at"])
        for rows in by(runs, "workflow_id").values()
        for before, after in pairwise(sorted(rows, key=lambda row: row["queued_at"]))
    ]
    assert sum(gap >= timedelta(days=3) for gap in gaps) > 3
    assert any(row["account_id"] == "" for row in runs)
    tags = {row["tag_name"] for row in export(folder, "github", "releases")}
    assert {row["release_tag"] for row in runs} - {""} <= tags
    deliveries = by(export(folder, "webhooks", "attempts"), "delivery_id")
    ends = Counter((len(rows), rows[-1]["status_code"][:1]) for rows in deliveries.values())
    assert min(ends[1, "2"], ends[2, "2"]) > 30
    assert sum(count for (tried, code), count in ends.items() if code != "2") > 20
    assert ends[4, ""] > 0


def test_the_bill_has_every_kind_of_line(folder: Path) -> None:
    rows = export(folder, "cloud_costs", "focus")
    kinds = Counter((row["ChargeCategory"], row["ServiceName"]) for row in rows)
    assert {kind for kind, _ in kinds} == {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}
    assert all(kinds["Usage", name] > 1000 for name in ("Object Storage", "Compute Reserve", "Build Minutes"))
    assert {row["BillingCurrency"] for row in rows} == {"USD", "EUR"}
    assert {row["ServiceName"] for row in rows if row["BillingCurrency"] == "EUR"} == {"Mail Delivery"}
    credits = [Decimal(row["BilledCost"]) for row in rows if row["ChargeCategory"] == "Credit"]
    assert max(credits) < 0
    unused = [row for row in rows if "Unused" in (row["CommitmentDiscountStatus"], row["CapacityReservationStatus"])]
    assert {(row["CommitmentDiscountStatus"], row["CapacityReservationStatus"]) for row in unused} == {("Unused", ""), ("", "Unused")}
    idle: dict[str, Decimal] = defaultdict(Decimal)
    for row in unused:
        idle[row["ChargePeriodStart"][:7]] += Decimal(row["EffectiveCost"])
    assert {row["month"][:7]: Decimal(row["idle_amount"]) for row in truth(folder, "idle_monthly")} == idle
    once = Counter((row["ChargePeriodStart"], row["ServiceName"]) for row in rows if row["ChargeCategory"] == "Usage")
    assert set(once.values()) == {1}


def test_cost_to_serve_comes_back_to_the_ten_thousandth(folder: Path) -> None:
    prices: dict[tuple[str, str], set[Decimal]] = defaultdict(set)
    drivers = {"GPU Inference": "ai_calls", "Object Storage": "storage", "Job Runner": "jobs", "Event Gateway": "webhooks"}
    drivers["Analytics Store"] = "analytics_retention"
    for row in export(folder, "cloud_costs", "focus"):
        if row["ChargeCategory"] == "Usage" and row["ServiceName"] in drivers:
            price = Decimal(row["EffectiveCost"]) / Decimal(row["ConsumedQuantity"])
            prices[row["ChargePeriodStart"][:7], drivers[row["ServiceName"]]].add(price)
    # A price holds for a whole month, so that each account's cost is exact.
    assert all(len(found) == 1 for found in prices.values())
    used: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in export(folder, "metering", "usage"):
        used[row["used_on"][:7], f"stripe:{row['account_id']}", row["driver"]] += Decimal(row["quantity"])
    rows = truth(folder, "cost_monthly")
    assert {(row["month"][:7], row["account_id"], row["driver"]): Decimal(row["quantity"]) for row in rows} == used
    for row in rows:
        if (row["month"][:7], row["driver"]) in prices:
            (price,) = prices[row["month"][:7], row["driver"]]
            assert Decimal(row["cost_amount"]) == price * Decimal(row["quantity"])
    calls = [row for row in rows if row["driver"] == "third_party_apis"]
    for line in export(folder, "ledger", "journal_lines"):
        if line["account_number"] == "5010" and line["posting_date"] >= "2026-04-01":
            parts = [Decimal(row["cost_amount"]) for row in calls if row["month"][:7] == line["posting_date"][:7]]
            # Every part is rounded by itself.
            assert abs(sum(parts) - Decimal(line["debit"])) <= len(parts) * Decimal("0.00005")
    assert {row["driver"] for row in rows} == {*drivers.values(), "email", "third_party_apis"}
    assert {row["month"] for row in rows} == {"2026-04-01", "2026-05-01", "2026-06-01"}
    assert not {row["account_id"].removeprefix("stripe:") for row in rows} & EXCLUDED


def test_power_users_use_a_hundred_times_the_median(folder: Path) -> None:
    for month in ("2026-04-01", "2026-05-01", "2026-06-01"):
        cost: dict[str, Decimal] = defaultdict(Decimal)
        for row in truth(folder, "cost_monthly"):
            if row["month"] == month:
                cost[row["account_id"]] += Decimal(row["cost_amount"])
        ordered = sorted(cost.values())
        assert 100 < ordered[int((len(ordered) - 1) * 0.99)] / median(ordered) < 160


def test_limits_warn_surprise_and_force(folder: Path) -> None:
    limits = export(folder, "plans_limits", "limits")
    boundaries = {row["boundary"] for row in limits}
    assert boundaries == {"seats", "volume", "workspaces", "permissions", "automation", "support_level"}
    assert sum(row["valid_from"] == "2025-01-01" for row in limits) == 3
    for name in ("included_quantity", "overage_unit_amount", "warn_at", "driver"):
        assert 0 < sum(row[name] == "" for row in limits) < len(limits)
    bounded = {row["driver"] for row in limits} - {""}
    used = {row["driver"] for row in export(folder, "metering", "usage")}
    assert used - bounded == {"analytics_retention", "third_party_apis"}
    events = export(folder, "plans_limits", "events")
    assert {row["event"] for row in events} == {"warned", "reached", "blocked", "overage_billed"}
    assert all((row["amount"] != "") == (row["currency"] != "") == (row["event"] == "overage_billed") for row in events)
    found = truth(folder, "limits")
    kinds = Counter((row["kind"], row["days_of_warning"]) for row in found)
    assert min(kinds["surprise", ""], kinds["warned", "20"], kinds["warned", "10"], kinds["warned", "6"]) > 2
    accounts = {row["account_id"] for row in events}
    timelines = {account.id: Timeline(account, ENDS_ON) for account in simulate_accounts(1.0, 7) if account.id in accounts}
    forced, outside = 0, 0
    for account_id, rows in by(events, "account_id").items():
        walls = [local_day(when(row["occurred_at"])) for row in rows if row["event"] in ("reached", "blocked")]
        days = timelines[account_id].days
        grown = [after.first for before, after in pairwise(days) if before.is_paying and after.mrr > before.mrr]
        near = [day for day in grown if any(timedelta(0) <= day - wall <= timedelta(days=14) for wall in walls)]
        forced += bool(near)
        outside += bool(walls) and not near
        assert all(timelines[account_id].first_paid_on <= local_day(when(row["occurred_at"])) for row in rows)
    assert min(forced, outside) > 2
    # A plan without any limit, and a limit that nobody set.
    plans = {row["plan"] for row in limits}
    users = {row["account_id"] for row in export(folder, "metering", "usage")}
    everybody = {account.id: Timeline(account, ENDS_ON) for account in simulate_accounts(1.0, 7) if account.id in users}
    assert sum(timeline.at(date(2026, 6, 30)).plan not in plans for timeline in everybody.values()) > 0


def test_exceptions_of_every_kind(folder: Path) -> None:
    rows = export(folder, "plans_limits", "exceptions", "id")
    assert {row["kind"] for row in rows} == {"custom_price", "hidden_concept", "manual_approval", "custom_limit"}
    states = Counter((row["approved_at"] != "", row["ends_on"] != "") for row in rows)
    assert set(states) == {(True, True), (True, False), (False, False)}
