"""What moved recurring revenue from one period's end to the next, by account, in total and by segment.

Belongs here: the five movements, the counts, retention, reasons of churn, transfers between segments.
Does not belong here: why an account expanded (`drivers`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import pairwise

from sample_company.clock import STARTS_ON, local_day, periods
from sample_company.states import Subscription
from sample_company.truth.mrr import ATTRIBUTES, Day, Timeline

GRAINS = ("day", "week", "month", "quarter", "trailing_12m")
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


@dataclass(frozen=True)
class Movement:
    """One account in one period; exactly one of the five kinds is not 0, or none."""

    account_id: str
    period_on: date
    period_ends_on: date
    opening: Day
    closing: Day
    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    churn_reason: str = ""


@dataclass
class Totals:
    """Sums of movements over accounts; money in ten-thousandths of the reporting currency."""

    opening: int = 0
    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    transfer_in: int = 0
    transfer_out: int = 0
    closing: int = 0
    voluntary_churn: int = 0
    involuntary_churn: int = 0
    opening_accounts: int = 0
    new_accounts: int = 0
    reactivated_accounts: int = 0
    churned_accounts: int = 0
    closing_accounts: int = 0
    free_accounts: int = 0

    @property
    def retained(self) -> int:
        """What the accounts that paid at the start pay at the end."""
        return self.opening + self.expansion - self.contraction - self.churn

    @property
    def retained_capped(self) -> int:
        """The same, no account above what it paid at the start."""
        return self.opening - self.contraction - self.churn

    def add(self, other: Totals) -> None:
        for column in fields(self):
            setattr(self, column.name, getattr(self, column.name) + getattr(other, column.name))


def movement(timeline: Timeline, period_on: date, first: date, last: date, as_of: date) -> Movement:
    """The net movement of an account over the days first..last; a period that is not over ends at `as_of`."""
    opening, closing = timeline.at(first - timedelta(days=1)), timeline.at(min(last, as_of))
    account_id = timeline.account.id
    change = closing.mrr - opening.mrr
    if opening.is_paying and closing.is_paying:
        kinds = {"expansion": max(change, 0), "contraction": max(-change, 0)}
        return Movement(account_id, period_on, last, opening, closing, **kinds)
    if opening.is_paying:
        reason = churn_reason(timeline, min(last, as_of))
        return Movement(account_id, period_on, last, opening, closing, churn=opening.mrr, churn_reason=reason)
    if closing.is_paying:
        paid_before = timeline.first_paid_on is not None and timeline.first_paid_on < first
        kind = "reactivation" if paid_before else "new"
        return Movement(account_id, period_on, last, opening, closing, **{kind: closing.mrr})
    return Movement(account_id, period_on, last, opening, closing)


def churn_reason(timeline: Timeline, day: date) -> str:
    """Why an account that pays nothing on `day` stopped: `involuntary` when, on the day it stopped, a subscription left paid
    service because a payment had failed; else `voluntary` (cancelled, paused, moved to a free plan, discounted away)."""
    stopped_on = None
    for before, after in pairwise(timeline.days):
        if before.is_paying and not after.is_paying and after.first <= day:
            stopped_on = after.first
    failed = stopped_on is not None and any(_failed_on(subscription, stopped_on) for subscription in timeline.account.subscriptions)
    return "involuntary" if failed else "voluntary"


def _failed_on(subscription: Subscription, day: date) -> bool:
    for before, after in pairwise(subscription.states):
        if local_day(after.at) == day and before.counts and not after.counts:
            return after.status == "unpaid" or after.reason == "payment_failed"
    return False


def account_movements(timeline: Timeline, grain: str, as_of: date) -> Iterator[Movement]:
    """Movements of an account for every period in which it has an item in force at either end or any change; days only when
    something changed."""
    if not timeline.days:
        return
    if grain == "day":
        for day in timeline.days:
            yield movement(timeline, day.first, day.first, day.first, as_of)
        return
    begins = timeline.days[0].first
    for period_on, first, last in periods(grain, as_of):
        if last >= begins:
            found = movement(timeline, period_on, first, last, as_of)
            if found.opening.items or found.closing.items or found.opening.mrr or found.closing.mrr:
                yield found


def totals_of(move: Movement) -> Totals:
    """A movement as a row to be summed."""
    reason = move.churn_reason
    return Totals(
        opening=move.opening.mrr,
        **{kind: getattr(move, kind) for kind in KINDS},
        closing=move.closing.mrr,
        voluntary_churn=move.churn if reason == "voluntary" else 0,
        involuntary_churn=move.churn if reason == "involuntary" else 0,
        opening_accounts=int(move.opening.is_paying),
        new_accounts=int(move.new > 0),
        reactivated_accounts=int(move.reactivation > 0),
        churned_accounts=int(move.churn > 0),
        closing_accounts=int(move.closing.is_paying),
        free_accounts=int(move.closing.is_free),
    )


def totals(timelines: Iterable[Timeline], grain: str, as_of: date) -> dict[date, Totals]:
    """Totals of every period of a grain by period_on."""
    table = {period_on: Totals() for period_on, _, _ in periods(grain, as_of)}
    if grain != "day":
        for timeline in timelines:
            for move in account_movements(timeline, grain, as_of):
                table[move.period_on].add(totals_of(move))
        return table
    # Between its changes an account only stays: levels are running sums of the changes.
    for timeline in timelines:
        for move in account_movements(timeline, grain, as_of):
            row = totals_of(move)
            row.closing -= row.opening
            row.closing_accounts -= row.opening_accounts
            row.free_accounts -= int(move.opening.is_free)
            row.opening = row.opening_accounts = 0
            table[max(move.period_on, STARTS_ON)].add(row)
    before = Totals()
    for row in table.values():
        row.opening, row.opening_accounts = before.closing, before.closing_accounts
        row.closing += before.closing
        row.closing_accounts += before.closing_accounts
        row.free_accounts += before.free_accounts
        before = row
    return table


def segment_totals(timelines: Iterable[Timeline], grain: str, as_of: date) -> dict[tuple[date, str, str], Totals]:
    """Totals by (period_on, segment kind, segment). An account that pays at both ends and changed its segment leaves the old one
    by transfer_out with its opening amount and enters the new one by transfer_in; a churned account stays in the segment it opened
    in. Segment kinds are the attributes of an account and acquisition_month."""
    table: dict[tuple[date, str, str], Totals] = defaultdict(Totals)
    for timeline in timelines:
        for move in account_movements(timeline, grain, as_of):
            if not move.opening.is_paying and not move.closing.is_paying:
                continue
            row = totals_of(move)
            row.free_accounts = 0
            acquired = f"{timeline.first_paid_on:%Y-%m}"
            table[move.period_on, "acquisition_month", acquired].add(row)
            for kind in ATTRIBUTES:
                old, new = move.opening.attribute(kind), move.closing.attribute(kind)
                if move.opening.is_paying and move.closing.is_paying and old != new:
                    opening = move.opening.mrr
                    table[move.period_on, kind, old].add(Totals(opening=opening, transfer_out=opening, opening_accounts=1))
                    arrived = totals_of(move)
                    arrived.opening, arrived.opening_accounts, arrived.transfer_in = 0, 0, opening
                    table[move.period_on, kind, new].add(arrived)
                else:
                    table[move.period_on, kind, old if move.opening.is_paying else new].add(row)
    return dict(sorted(table.items()))


def new_and_churned(timelines: Iterable[Timeline], as_of: date) -> list[tuple[str, date, int, bool]]:
    """Accounts that paid at the end of some day inside a month and at neither end of it: (account, month, highest MRR inside,
    whether it had paid before the month)."""
    found = []
    for timeline in timelines:
        for period_on, first, last in periods("month", as_of):
            last = min(last, as_of)
            if timeline.at(first - timedelta(days=1)).is_paying or timeline.at(last).is_paying:
                continue
            inside = max((day.mrr for day in timeline.days if first <= day.first <= last), default=0)
            if inside and timeline.first_paid_on is not None:
                found.append((timeline.account.id, period_on, inside, timeline.first_paid_on < first))
    return sorted(found, key=lambda row: (row[1], row[0]))
