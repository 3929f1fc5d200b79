"""Every story of jobs, costs and limits is in the exports, at every scale, and the truth comes back by plain counting."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median

from sample_company.clock import ENDS_ON, instant, local_day
from sample_company.excluded import ACCOUNT_NUMBERS
from sample_company.truth.mrr import Timeline
from sample_company.write import simulate_accounts
from tests.sample_company.engineering_files import by, when
from tests.sample_company.growth_files import export, truth

END = instant(2026, 7, 1, 4)  # midnight in New York
EXCLUDED = {f"cus_{number:06d}" for number in ACCOUNT_NUMBERS}


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
