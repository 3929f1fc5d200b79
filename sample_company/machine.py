"""The state machine of a subscription: trial, active, past due, unpaid, paused, canceled, and its items.

Belongs here: which state follows which, and the bill that goes with it. Every change appends a state; nothing is overwritten
but two changes in the same second.
Does not belong here: why a customer does it (`personas`), and amounts (`billing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from sample_company.billing import Ledger, PendingLine
from sample_company.catalogue import period_amount, price_of
from sample_company.clock import add_interval
from sample_company.money import round_half_away
from sample_company.states import Invoice, Item, ItemState, Price, Subscription, SubscriptionState

HOLD_STATUS = {"keep_as_draft": "draft", "mark_uncollectible": "uncollectible", "void": "void"}
RETRY_DAYS = {"day": (), "week": (1, 3, 5), "month": (3, 8, 15), "year": (3, 8, 15)}
SLIP_CHANCE = 0.015


class Machine:
    """One subscription in motion. `now` is always the instant at which the caller acts."""

    def __init__(self, record: Subscription, ledger: Ledger, rng: Random, interval: str) -> None:
        self.record = record
        self.ledger = ledger
        self.interval = interval
        self.next_payment = ""  # recover, lose or unpaid: how the next bill goes; empty: mostly well
        self.migrate_from: datetime | None = None  # from then on, new prices come into force at a renewal
        self._rng = rng
        self._pending: list[PendingLine] = []
        self._retries: list[datetime] = []
        self._anchor_day = 1  # day of the month on which periods begin, kept through shorter months
        self._fate = ""
        self._owed: Invoice | None = None

    # -- what stands -------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> SubscriptionState:
        return self.record.states[-1]

    @property
    def is_alive(self) -> bool:
        return self.state.status in ("trialing", "active", "past_due", "paused") and not self.state.cancel_at_period_end

    @property
    def due(self) -> datetime | None:
        """When the machine next acts by itself."""
        if self._retries:
            return self._retries[0]
        if self.state.status in ("trialing", "active", "past_due"):
            return self.state.period_end
        return None

    def item(self, position: int = 0) -> ItemState:
        return self.record.items[position].states[-1]

    # -- starting and time -------------------------------------------------------------------------------------------------

    def start(self, at: datetime, items: Sequence[tuple[Price, int | None]], trial_days: int, first_payment: str) -> None:
        """Begin with items of (price, quantity); `first_payment` is '', 'late' (paid hours later) or 'fail' (expires)."""
        for price, quantity in items:
            self._new_item(at, price, quantity)
        self._anchor_day = at.day
        if trial_days:
            end = at + timedelta(days=trial_days)
            self.record.trial_start, self.record.trial_end = at, end
            self.record.states.append(SubscriptionState(at, "trialing", at, end))
            return
        end = self._period_end(at)
        if not first_payment:
            self.record.states.append(SubscriptionState(at, "active", at, end))
            self._collect(self.ledger.bill(self.record, "subscription_create", at, end), at)
            return
        self.record.states.append(SubscriptionState(at, "incomplete", at, end))
        invoice = self.ledger.bill(self.record, "subscription_create", at, end)
        self.ledger.fail(invoice, at + timedelta(seconds=2))
        if first_payment == "late":
            later = at + timedelta(hours=self._rng.randint(2, 20))
            self.ledger.pay(invoice, later)
            self._set(later, status="active")
        else:
            later = at + timedelta(hours=23)
            self.ledger.write_off(invoice, later, "void")
            self._set(later, status="incomplete_expired", ended_at=later)

    def act(self) -> None:
        """Do what is due: a retry, the end of a trial, the end of a period."""
        if self._retries:
            self._retry(self._retries.pop(0))
        elif self.state.status == "trialing":
            self._end_trial(self.state.period_end)
        elif self.state.cancel_at_period_end:
            self._end(self.state.period_end, "cancellation_requested")
        elif self.state.status == "past_due":
            self._end(self.state.period_end, "payment_failed")
        else:
            self._renew(self.state.period_end, "subscription_cycle")

    def _period_end(self, start: datetime) -> datetime:
        price = self.record.items[0].states[-1].price
        return add_interval(start, price.unit, price.count, self._anchor_day)

    def _set(self, at: datetime, **changes: object) -> None:
        at = max(at, self.state.at)
        state = replace(self.state, at=at, **changes)
        if at == self.state.at:
            self.record.states[-1] = state
        else:
            self.record.states.append(state)

    def _renew(self, at: datetime, reason: str) -> None:
        if self.migrate_from and at >= self.migrate_from:
            self._move_to_new_prices(at)
        if reason == "subscription_update":
            self._anchor_day = at.day
        end = self._period_end(at)
        used_from = self.state.period_start
        self._set(at, period_start=at, period_end=end)
        pending, self._pending = self._pending, []
        invoice = self.ledger.bill(self.record, reason, at, end, pending=pending, usage_until=used_from)
        self._collect(invoice, at)

    def _end_trial(self, at: datetime) -> None:
        if self.state.cancel_at_period_end:
            self._end(at, "cancellation_requested")
        elif self.next_payment == "no_card":
            self.next_payment = ""
            self._set(at, status="paused")
        else:
            self._anchor_day = at.day
            self._set(at, status="active")
            self._renew(at, "subscription_cycle")

    # -- money -------------------------------------------------------------------------------------------------------------

    def _collect(self, invoice: Invoice, at: datetime) -> None:
        if self.state.pause_collection:
            self.ledger.hold(invoice, HOLD_STATUS[self.state.pause_collection])
            return
        paid_at = at + timedelta(seconds=self._rng.randint(1, 3600))
        fate, self.next_payment = self.next_payment, ""
        retries = RETRY_DAYS[self.item().price.unit]
        if not retries or invoice.due == 0:
            fate = ""
        elif not fate and invoice.reason == "subscription_cycle" and self._rng.random() < SLIP_CHANCE:
            fate = "recover"
        if not fate:
            self.ledger.pay(invoice, paid_at)
            return
        self.ledger.fail(invoice, paid_at)
        self._set(paid_at, status="past_due")
        self._fate, self._owed = fate, invoice
        self._retries = [paid_at + timedelta(days=days) for days in retries]
        if fate == "recover":
            self._retries = self._retries[: self._rng.randint(1, len(retries))]

    def _retry(self, at: datetime) -> None:
        invoice = self._owed
        if self.state.status == "unpaid":
            self._end(at, "payment_failed")
        elif self._retries or self._fate != "recover":
            self.ledger.fail(invoice, at)
            if not self._retries and self._fate == "lose":
                self._end(at + timedelta(seconds=1), "payment_failed")
            elif not self._retries and self._fate == "unpaid":
                self._set(at + timedelta(seconds=1), status="unpaid")
                self._retries = [at + timedelta(days=self._rng.randint(9, 50))]
        else:
            self.ledger.pay(invoice, at)
            self._owed = None
            self._set(at + timedelta(seconds=1), status="active")

    # -- what a customer does ------------------------------------------------------------------------------------------------

    def cancel_at_period_end(self, now: datetime) -> None:
        """Ask for the end; service goes on until the period is over."""
        self._set(now, cancel_at_period_end=True, canceled_at=now)

    def cancel_now(self, now: datetime, reason: str = "cancellation_requested") -> None:
        self._end(now, reason)

    def _end(self, at: datetime, reason: str) -> None:
        asked = self.state.canceled_at or at
        self._retries, self._pending = [], []
        if self._owed is not None:
            self.ledger.write_off(self._owed, at)
            self._owed = None
        self._set(at, status="canceled", canceled_at=asked, ended_at=at, reason=reason, pause_collection="")

    def pause_collection(self, now: datetime, behavior: str) -> None:
        """Stop collecting while periods go on; `behavior` is keep_as_draft, mark_uncollectible or void."""
        self._set(now, pause_collection=behavior)

    def resume_collection(self, now: datetime) -> None:
        self._set(now, pause_collection="")

    def pause(self, now: datetime) -> None:
        """Status paused: no periods and no bills until resumed."""
        self._set(now, status="paused")

    def resume(self, now: datetime) -> None:
        """From paused to active; a new period begins."""
        self._set(now, status="active")
        self._renew(now, "subscription_update")

    def change_quantity(self, now: datetime, quantity: int, position: int = 0) -> None:
        self._change(now, position, self.item(position).price, max(quantity, 1))

    def change_product(self, now: datetime, product: str, quantity: int) -> None:
        """Another plan in the same interval. From a plan that costs nothing, a new period begins and is billed at once."""
        was_free = period_amount(self.item().price, self.item().quantity or 0) == 0
        price = price_of(product, self.interval, self.record.currency, self._generation(now))
        self._change(now, 0, price, quantity)
        if was_free and self.state.status == "active":
            self._renew(now, "subscription_update")

    def change_interval(self, now: datetime, interval: str) -> None:
        """All items to the prices of another interval; the unused rest is credited and a new period begins."""
        self.interval = interval
        for position, item in enumerate(self.record.items):
            state = item.states[-1]
            if not state.deleted:
                key = state.price.id.split("_")[1]
                price = price_of(key, interval, self.record.currency, state.price.generation)
                self._credit_rest(now, position)
                self._put(now, item, ItemState(now, price, state.quantity))
        self._renew(now, "subscription_update")

    def add_item(self, now: datetime, product: str, quantity: int | None) -> int:
        """Add an add-on; gives its position."""
        price = price_of(product, self.interval, self.record.currency, 1)
        position = self._new_item(now, price, quantity)
        self._charge_rest(now, position)
        return position

    def remove_item(self, now: datetime, position: int) -> None:
        self._credit_rest(now, position)
        item = self.record.items[position]
        self._put(now, item, replace(item.states[-1], at=now, deleted=True))

    def bill_one_off(self, now: datetime, price: Price) -> None:
        """A bill for something bought once."""
        invoice = self.ledger.bill(self.record, "manual", now, now, recurring=False, one_off=price)
        self.ledger.pay(invoice, now + timedelta(seconds=60))

    # -- items ---------------------------------------------------------------------------------------------------------------

    def _generation(self, now: datetime) -> int:
        state = self.item()
        return state.price.generation if state.price.retired else 1

    def _new_item(self, at: datetime, price: Price, quantity: int | None) -> int:
        position = len(self.record.items)
        item = Item(f"si_{self.record.id[4:]}_{position + 1:02d}")
        item.states.append(ItemState(at, price, quantity))
        self.record.items.append(item)
        return position

    def _put(self, at: datetime, item: Item, state: ItemState) -> None:
        if item.states[-1].at == at:
            item.states[-1] = state
        else:
            item.states.append(state)

    def _change(self, now: datetime, position: int, price: Price, quantity: int) -> None:
        self._credit_rest(now, position)
        self._put(now, self.record.items[position], ItemState(now, price, quantity))
        self._charge_rest(now, position)

    def _move_to_new_prices(self, at: datetime) -> None:
        for item in self.record.items:
            state = item.states[-1]
            if state.price.retired and not state.deleted:
                price = price_of(state.price.id.split("_")[1], self.interval, self.record.currency, 2)
                self._put(at, item, ItemState(at, price, state.quantity))

    def _credit_rest(self, now: datetime, position: int) -> None:
        self._prorate(now, position, -1, "Unused time on")

    def _charge_rest(self, now: datetime, position: int) -> None:
        self._prorate(now, position, 1, "Remaining time on")

    def _prorate(self, now: datetime, position: int, sign: int, text: str) -> None:
        item, state = self.record.items[position], self.state
        current = item.states[-1]
        if state.status not in ("active", "past_due") or state.pause_collection or not current.price.is_licensed or current.deleted:
            return
        seconds = int((state.period_end - state.period_start).total_seconds())
        left = int((state.period_end - now).total_seconds())
        amount = round_half_away(Fraction(period_amount(current.price, current.quantity or 0) * left, seconds))
        if amount:
            label = f"{text} {current.quantity} x {current.price.product.name}"
            self._pending.append(PendingLine(item.id, current.price, current.quantity or 0, sign * amount, label, now, state.period_end))
