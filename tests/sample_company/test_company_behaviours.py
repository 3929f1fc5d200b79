"""Everything that the company is said to do happens in it, often enough to be measured; and the truth of it holds together."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from sample_company import excluded
from sample_company.clock import ENDS_ON, local_day
from sample_company.states import Account, Subscription
from sample_company.truth.mrr import Timeline
from sample_company.write import simulate_accounts, write

ROOT = Path(__file__).resolve().parents[2]


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def subscriptions(accounts: list[Account]) -> list[Subscription]:
    return [subscription for account in accounts for subscription in account.subscriptions]


def count_behaviours(accounts: list[Account]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for account in accounts:
        seen["second subscription"] += any(
            other.created < (one.states[-1].ended_at or other.created + timedelta(1)) and one.created < other.created
            for one in account.subscriptions
            for other in account.subscriptions
        )
        seen["country moved"] += len({version.country for version in account.versions}) > 1
        seen["segment changed"] += len({version.segment for version in account.versions}) > 1
        seen["currency changed"] += len({subscription.currency for subscription in account.subscriptions}) > 1
        seen["deleted"] += account.versions[-1].deleted
        seen["delinquent"] += any(version.delinquent for version in account.versions)
        seen["refund"] += len(account.refunds)
        seen["refund failed"] += sum(refund.status == "failed" for refund in account.refunds)
        seen["dispute"] += len(account.disputes)
        for discount in account.discounts:
            coupon = discount.coupon
            seen[f"discount {'percent' if coupon.percent_off else 'amount'} {coupon.duration}"] += 1
            seen["discount of the customer"] += not discount.subscription_id
            seen["discount taken away"] += discount.ended_early_at is not None and coupon.duration == "forever"
        for invoice in account.invoices:
            seen[f"invoice {invoice.versions[-1].status}"] += 1
            seen["taxed"] += invoice.tax > 0
            seen["proration credit"] += any(line.proration and line.amount < 0 for line in invoice.lines)
            seen["metered usage"] += any("API overage" in line.text for line in invoice.lines)
            seen["one-off"] += any(line.text == "Onboarding" for line in invoice.lines)
            seen["paid from credit"] += invoice.due < max(invoice.subtotal + invoice.tax, 0)
    for subscription in subscriptions(accounts):
        statuses = [state.status for state in subscription.states]
        seen["trial"] += "trialing" in statuses
        seen["trial converted"] += "trialing" in statuses and "active" in statuses
        seen["trial lost"] += "trialing" in statuses and "active" not in statuses and statuses[-1] == "canceled"
        seen["first payment failed"] += "incomplete_expired" in statuses
        seen["recovered"] += any(pair == ("past_due", "active") for pair in pairwise(statuses))
        seen["unpaid"] += "unpaid" in statuses
        seen["paused"] += any(pair == ("active", "paused") for pair in pairwise(statuses))
        seen["collection paused"] += any(state.pause_collection for state in subscription.states)
        seen[f"ended {subscription.states[-1].reason}"] += 1
        seen["ended at period end"] += any(state.cancel_at_period_end for state in subscription.states)
        for item in subscription.items:
            first = item.states[0]
            seen[f"interval {first.price.unit} {first.price.count}"] += 1
            seen[f"tiers {first.price.tiers_mode}"] += bool(first.price.tiers)
            seen["item removed"] += item.states[-1].deleted
            for before, after in pairwise(item.states):
                if before.price.product != after.price.product:
                    seen["from free"] += before.price.product.name == "Free"
                    seen["to free"] += after.price.product.name == "Free"
                    seen["plan changed"] += 1
                elif before.price.unit != after.price.unit:
                    seen[f"{before.price.unit} to {after.price.unit}"] += 1
                elif before.price.generation < after.price.generation:
                    seen["price raised"] += 1
                elif not after.deleted:
                    seen["seats up" if (after.quantity or 0) > (before.quantity or 0) else "seats down"] += 1
    return seen


BEHAVIOURS = (
    "second subscription", "country moved", "segment changed", "currency changed", "deleted", "delinquent", "refund", "refund failed",
    "dispute", "discount percent forever", "discount percent repeating", "discount percent once", "discount amount forever",
    "discount amount repeating", "discount of the customer", "discount taken away", "invoice paid", "invoice uncollectible", "invoice void",
    "taxed", "proration credit", "metered usage", "one-off", "paid from credit", "trial", "trial converted", "trial lost",
    "first payment failed", "recovered", "unpaid", "paused", "collection paused", "ended cancellation_requested", "ended payment_failed",
    "ended at period end", "interval day 1", "interval day 30", "interval week 1", "interval week 2", "interval month 1",
    "interval month 3", "interval year 1", "tiers graduated", "tiers volume", "item removed", "from free", "to free", "plan changed",
    "month to year", "year to month", "price raised", "seats up", "seats down",
)  # fmt: skip


def test_every_behaviour_occurs_at_least_five_times(company) -> None:
    seen = count_behaviours(company.accounts)
    assert {name: seen[name] for name in BEHAVIOURS if seen[name] < 5} == {}


def test_five_currencies_are_paid_in(company) -> None:
    paid = Counter(charge.currency for account in company.accounts for charge in account.charges if charge.status == "succeeded")
    assert set(paid) == {"USD", "EUR", "GBP", "JPY", "KWD"}
    assert min(paid.values()) >= 100
    orders = Counter(order.currency for shopper in company.shoppers for order in shopper.orders)
    assert set(orders) == set(paid)


def test_the_local_day_is_often_not_the_utc_day(company) -> None:
    moments = [state.at for subscription in subscriptions(company.accounts) for state in subscription.states]
    share = sum(local_day(moment) != moment.date() for moment in moments) / len(moments)
    assert 0.1 < share < 0.3


def test_states_follow_each_other_in_time_and_nothing_follows_the_end(company) -> None:
    for subscription in subscriptions(company.accounts):
        times = [state.at for state in subscription.states]
        assert times == sorted(set(times))
        assert all(state.status not in ("canceled", "incomplete_expired") for state in subscription.states[:-1])
        for item in subscription.items:
            moments = [state.at for state in item.states]
            assert moments == sorted(set(moments))
            assert subscription.created <= moments[0]
            assert all(state.quantity is None or state.quantity > 0 for state in item.states)


def test_bills_follow_the_periods(company) -> None:
    for account in company.accounts:
        for subscription in account.subscriptions:
            cycles = [i for i in account.invoices if i.subscription_id == subscription.id and i.reason == "subscription_cycle"]
            for before, after in pairwise(cycles):
                assert after.created >= before.period_end or any(
                    i.reason == "subscription_update" and before.created < i.created < after.created for i in account.invoices
                )


def test_the_identity_holds_to_the_smallest_unit_everywhere(written: Path) -> None:
    for name in ("totals.csv", "segments.csv"):
        table = rows(written, name)
        assert len(table) > 1000
        for row in table:
            gained = sum(Decimal(row[column]) for column in ("opening", "new", "reactivation", "expansion", "transfer_in"))
            lost = sum(Decimal(row[column]) for column in ("contraction", "churn", "transfer_out"))
            assert gained - lost == Decimal(row["closing"]), row


def test_periods_join_and_segments_sum_to_the_total(written: Path) -> None:
    totals = {(row["period_grain"], row["period_on"]): row for row in rows(written, "totals.csv")}
    for grain in ("day", "week", "month", "quarter"):
        line = [row for (name, _), row in totals.items() if name == grain]
        assert all(before["closing"] == after["opening"] for before, after in pairwise(line))
        assert line[-1]["closing"] == totals["day", "2026-06-30"]["closing"]
    columns = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")
    sums: dict[tuple[str, str, str], Counter] = defaultdict(Counter)
    for row in rows(written, "segments.csv"):
        place = sums[row["period_grain"], row["period_on"], row["segment_kind"]]
        for column in columns:
            place[column] += Decimal(row[column])
        place["transfers"] += Decimal(row["transfer_in"]) - Decimal(row["transfer_out"])
    assert len(sums) > 200
    for (grain, period_on, _), place in sums.items():
        assert place["transfers"] == 0
        assert all(place[column] == Decimal(totals[grain, period_on][column]) for column in columns)


def test_a_segment_opens_with_what_it_closed_with(written: Path) -> None:
    closing: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    table = [row for row in rows(written, "segments.csv") if row["period_grain"] == "month" and Decimal(row["closing"]) > 0]
    for row in table:
        closing[row["segment_kind"], row["segment"]][row["period_on"]] = row["closing"]
    opened = [row for row in rows(written, "segments.csv") if row["period_grain"] == "month" and Decimal(row["opening"]) > 0]
    assert len(opened) > 500
    for row in opened:
        month = date.fromisoformat(row["period_on"])
        before = (month - timedelta(days=1)).replace(day=1).isoformat()
        assert closing[row["segment_kind"], row["segment"]][before] == row["opening"]


def test_intervals_account_for_every_day_of_the_total(written: Path) -> None:
    change: Counter[str] = Counter()
    for row in rows(written, "account_mrr_intervals.csv"):
        change[row["from_on"]] += Decimal(row["mrr"])
        change[(date.fromisoformat(row["to_on"]) + timedelta(days=1)).isoformat()] -= Decimal(row["mrr"])
    level = Decimal(0)
    days = [row for row in rows(written, "totals.csv") if row["period_grain"] == "day"]
    assert len(days) == 1096
    for row in days:
        level += change[row["period_on"]]
        assert level == Decimal(row["closing"])


def test_drivers_sum_to_expansion_less_contraction(written: Path) -> None:
    sums: Counter = Counter()
    seen: Counter[str] = Counter()
    for row in rows(written, "drivers_month.csv"):
        sums[row["account_id"], row["period_on"]] += Decimal(row["change_mrr"])
        seen[row["driver"]] += 1
    for row in rows(written, "account_movements_month.csv"):
        key = row["account_id"], row["period_on"]
        assert sums.pop(key, Decimal(0)) == Decimal(row["expansion"]) - Decimal(row["contraction"])
    assert not sums
    assert set(seen) == {"seats", "plan", "price", "usage_tier", "added_product", "removed_product", "discount"}
    assert min(seen.values()) >= 5


def test_truth_has_cases_of_everything_it_measures(written: Path) -> None:
    months = [row for row in rows(written, "totals.csv") if row["period_grain"] == "month"]
    assert len(months) == 36
    for column in ("reactivation", "contraction", "voluntary_churn", "involuntary_churn"):
        assert sum(Decimal(row[column]) > 0 for row in months) >= 10, column
    assert all(Decimal(row["churn"]) == Decimal(row["voluntary_churn"]) + Decimal(row["involuntary_churn"]) for row in months)
    inside = rows(written, "new_and_churned.csv")
    assert {row["paid_before"] for row in inside} == {"true", "false"}
    assert len(inside) >= 10
    outcomes = Counter((row["converted"], row["mature"]) for row in rows(written, "trials.csv"))
    assert outcomes["true", "true"] >= 5
    assert outcomes["false", "true"] >= 5


def test_closed_periods_do_not_move_when_more_becomes_known(written: Path, tmp_path: Path) -> None:
    write(tmp_path / "inbox", tmp_path / "truth", until=date(2025, 2, 14))
    late = {(row["period_grain"], row["period_on"]): row for row in rows(written, "totals.csv")}
    early = rows(tmp_path, "totals.csv")
    assert sum(row["is_complete"] == "true" for row in early) > 700
    for row in early:
        if row["is_complete"] == "true":
            assert row == late[row["period_grain"], row["period_on"]]
    running = [row["period_on"] for row in early if row["is_complete"] == "false"]
    assert running == ["2025-02-10", "2025-02-01", "2025-01-01", "2025-02-01"]  # week, month, quarter, trailing twelve months


def test_the_excluded_are_in_the_exports_and_not_in_the_truth(written: Path, company) -> None:
    for name, key, bad in (
        ("account_mrr_intervals.csv", "account_id", {f"stripe:cus_{number:06d}" for number in excluded.ACCOUNT_NUMBERS}),
        ("orders.csv", "customer_id", {f"shop:{number:08d}" for number in excluded.SHOPPER_NUMBERS}),
    ):
        assert not bad & {row[key] for row in rows(written, name)}
    paying = {account.number for account in company.accounts if account.charges}
    assert set(excluded.ACCOUNT_NUMBERS) <= paying
    buying = {shopper.number for shopper in company.shoppers if shopper.orders and not shopper.is_guest}
    assert set(excluded.SHOPPER_NUMBERS) <= buying


def test_the_committed_exclusion_list_is_the_simulators(written: Path) -> None:
    committed = (ROOT / "sample_company" / "excluded_accounts.csv").read_text()
    assert committed == (written / "truth" / "excluded_accounts.csv").read_text()
    assert committed.splitlines()[0] == "company,kind,id,reason,excluded_on"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_seed_breaks_the_machine(seed: int) -> None:
    for account in simulate_accounts(0.2, seed):
        timeline = Timeline(account, ENDS_ON)
        assert all(day.mrr >= 0 for day in timeline.days)
        assert all(invoice.versions for invoice in account.invoices)
