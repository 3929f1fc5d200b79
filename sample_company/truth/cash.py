"""Trials, charges given back or disputed, and payments that failed at first.

Belongs here: cohorts by month of the reporting time zone, amounts in ten-thousandths of the reporting currency, as known at
the end of `as_of`. Each amount is converted and rounded by itself at the reference rate.
Does not belong here: recurring revenue (`mrr`, `movements`), shop orders (`orders`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sample_company.clock import local_day, month_start
from sample_company.money import minor_to_reporting
from sample_company.states import Account, Charge
from sample_company.truth.mrr import Timeline, subscription_items

CONVERSION_DAYS = 30


@dataclass(frozen=True)
class Trial:
    """One trial. It converted when its subscription had MRR at the end of a day not later than 30 days after the trial's end; it
    is mature once those days are over."""

    account_id: str
    subscription_id: str
    started_on: date
    ended_on: date
    first_paid_on: date | None
    converted: bool
    mature: bool


def trials(timelines: Iterable[Timeline], as_of: date) -> list[Trial]:
    """Every trial begun by `as_of`, in order of its subscription's id."""
    found = []
    for timeline in timelines:
        account = timeline.account
        for subscription in account.subscriptions:
            if subscription.trial_start is None or subscription.trial_end is None or local_day(subscription.trial_start) > as_of:
                continue
            days = sorted({local_day(state.at) for state in subscription.states} | {day.first for day in timeline.days})
            paid_on = None
            for day in days:
                if day <= as_of and sum(v.net for v in subscription_items(subscription, account.discounts, day).values()) > 0:
                    paid_on = day
                    break
            ended_on = local_day(subscription.trial_end)
            last = ended_on + timedelta(days=CONVERSION_DAYS)
            converted = paid_on is not None and paid_on <= last
            started_on = local_day(subscription.trial_start)
            found.append(Trial(account.id, subscription.id, started_on, ended_on, paid_on, converted, last <= as_of))
    return sorted(found, key=lambda trial: trial.subscription_id)


@dataclass
class ChargeMonth:
    """Succeeded charges of a month, and what was later refunded or disputed of them."""

    charged: int = 0
    charges: int = 0
    refunded: int = 0
    refunded_charges: int = 0
    disputed: int = 0
    disputed_charges: int = 0


def charge_months(accounts: Iterable[Account], as_of: date) -> dict[date, ChargeMonth]:
    """By month of the charge. Refunds count when they succeeded, disputes whatever became of them."""
    table: dict[date, ChargeMonth] = defaultdict(ChargeMonth)
    for account in accounts:
        for charge in account.charges:
            if charge.status == "succeeded" and local_day(charge.created) <= as_of:
                month = table[month_start(local_day(charge.created))]
                month.charged += minor_to_reporting(charge.amount, charge.currency)
                month.charges += 1
        refunded, disputed = set(), set()
        for refund in account.refunds:
            if refund.status == "succeeded" and local_day(refund.created) <= as_of:
                month = table[month_start(local_day(refund.charge.created))]
                month.refunded += minor_to_reporting(refund.amount, refund.charge.currency)
                month.refunded_charges += refund.charge.id not in refunded
                refunded.add(refund.charge.id)
        for dispute in account.disputes:
            if local_day(dispute.statuses[0][0]) <= as_of:
                month = table[month_start(local_day(dispute.charge.created))]
                month.disputed += minor_to_reporting(dispute.amount, dispute.charge.currency)
                month.disputed_charges += dispute.charge.id not in disputed
                disputed.add(dispute.charge.id)
    return dict(sorted(table.items()))


@dataclass
class CollectionMonth:
    """Invoices whose first payment attempt failed, and what a later attempt brought in."""

    failed: int = 0
    failed_invoices: int = 0
    recovered: int = 0
    recovered_invoices: int = 0


def collection_months(accounts: Iterable[Account], as_of: date) -> dict[date, CollectionMonth]:
    """By month of the first failed attempt."""
    table: dict[date, CollectionMonth] = defaultdict(CollectionMonth)
    for account in accounts:
        attempts: dict[str, list[Charge]] = defaultdict(list)
        for charge in account.charges:
            if local_day(charge.created) <= as_of:
                attempts[charge.invoice_id].append(charge)
        for charges in attempts.values():
            charges.sort(key=lambda charge: charge.created)
            first = charges[0]
            if first.status != "failed":
                continue
            month = table[month_start(local_day(first.created))]
            month.failed += minor_to_reporting(first.amount, first.currency)
            month.failed_invoices += 1
            paid = [charge for charge in charges if charge.status == "succeeded"]
            month.recovered += sum(minor_to_reporting(charge.amount, charge.currency) for charge in paid)
            month.recovered_invoices += bool(paid)
    return dict(sorted(table.items()))
