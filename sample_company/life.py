"""The life of one account: its clock, what it owns, and the draws that decide what happens to it.

Belongs here: the account's own generator of random numbers, so that an account is the same whichever others exist; waiting;
subscribing; changing who the customer is.
Does not belong here: the stories (`personas`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from sample_company.billing import Ledger
from sample_company.catalogue import COUPONS, price_of
from sample_company.clock import ENDS_ON, STARTS_ON, day_begins, instant
from sample_company.machine import Machine
from sample_company.states import Account, CustomerVersion, Discount, Subscription

BEGIN = day_begins(STARTS_ON)
END = day_begins(ENDS_ON) + timedelta(days=1)
CURRENCY_OF = {"US": "USD", "CA": "USD", "GB": "GBP", "DE": "EUR", "FR": "EUR", "NL": "EUR", "IE": "EUR", "JP": "JPY", "KW": "KWD"}
_COUNTRIES = ("US",) * 8 + ("CA", "GB", "GB", "GB", "DE", "DE", "FR", "NL", "JP", "JP", "KW")
_SEGMENTS = ("smb",) * 6 + ("mid_market",) * 3 + ("enterprise",)
_FIRST_WORDS = ("Harbour", "Copper", "Linden", "Quiet", "Orchard", "Signal", "Meridian", "Tallow", "Fathom", "Juniper", "Cobalt", "Prairie")
_LAST_WORDS = ("Works", "Labs", "Foods", "Logistics", "Studio", "Clinics", "Energy", "Press", "Robotics", "Supply", "Schools", "Travel")


class EndOfData(Exception):
    """The account reached the end of the simulated years; ends its story."""


class Life:
    """An account, its generator and its clock. `now` only moves through `wait` and `advance`."""

    def __init__(self, number: int, seed: int) -> None:
        self.rng = rng = Random(f"{seed}/account/{number}")
        country = rng.choice(_COUNTRIES)
        name = f"{rng.choice(_FIRST_WORDS)} {rng.choice(_LAST_WORDS)} {number}"
        email = f"billing@{name.lower().replace(' ', '-')}.example"
        # More accounts join later than earlier; the last months still see new ones.
        joined = BEGIN + (END - timedelta(days=20) - BEGIN) * rng.random() ** 0.85
        self.now = joined.replace(microsecond=0)
        self.account = Account(f"cus_{number:06d}", number, name, email, self.now)
        self.account.versions.append(CustomerVersion(self.now, country, rng.choice(_SEGMENTS), CURRENCY_OF[country]))
        self.ledger = Ledger(self.account, rng)
        self.machines: list[Machine] = []

    # -- time ----------------------------------------------------------------------------------------------------------------

    def begin_by(self, days_before_end: int) -> None:
        """Mostly join at least that many days before the end, so that the story has room; some stories are cut short."""
        latest = END - timedelta(days=days_before_end)
        if self.now > latest and self.rng.random() < 0.6:
            span = int((latest - BEGIN).total_seconds())
            self.begin_at(BEGIN + timedelta(seconds=self.rng.randint(0, span)))

    def begin_on_day(self, low: int, high: int) -> None:
        """Join on a day of the month between two, at an hour well inside the day in the reporting time zone."""
        day = self.rng.randint(low, high)
        self.begin_at(self.now.replace(day=day, hour=self.rng.randint(13, 23)))

    def begin_at(self, at: datetime) -> None:
        """Join at that instant, or at the beginning of the data when that is later."""
        self.now = self.account.created = max(at, BEGIN)
        self.account.versions = [replace(self.account.versions[0], at=self.now)]

    def wait(self, low: float, high: float) -> None:
        """Let between `low` and `high` days pass, and any dunning come to its end. Raises EndOfData."""
        self.advance(self.now + timedelta(seconds=self.rng.randint(int(low * 86_400), int(high * 86_400))))
        for machine in self.machines:
            while machine.state.status == "past_due" and machine.due is not None:
                self.advance(max(machine.due + timedelta(seconds=2), self.now))

    def advance(self, to: datetime) -> None:
        """Let every machine act until `to`. Raises EndOfData when that is past the end."""
        stop = min(to, END)
        while True:
            due = [(machine.due, position) for position, machine in enumerate(self.machines) if machine.due is not None]
            if not due or min(due)[0] >= stop:
                break
            moment, position = min(due)
            before = self.machines[position].state
            self.now = moment
            self.machines[position].act()
            self._note_delinquency(before.status, self.machines[position])
        self.now = stop
        if to >= END:
            raise EndOfData

    def _note_delinquency(self, before: str, machine: Machine) -> None:
        status = machine.state.status
        owing = status in ("past_due", "unpaid") or (status == "canceled" and machine.state.reason == "payment_failed")
        if owing != self.account.versions[-1].delinquent and before != status:
            self.change_customer(machine.state.at + timedelta(seconds=5), delinquent=owing)

    # -- owning --------------------------------------------------------------------------------------------------------------

    @property
    def currency(self) -> str:
        return self.account.versions[-1].currency

    def subscribe(
        self,
        product: str,
        interval: str = "month",
        quantity: int = 1,
        *,
        addons: tuple[tuple[str, int | None], ...] = (),
        trial_days: int = 0,
        first_payment: str = "",
        coupon: str = "",
        migrates: bool = True,
    ) -> Machine:
        """A new subscription of this account, a minute after the clock; add-ons are (product, quantity or None for metered)."""
        self.now += timedelta(seconds=self.rng.randint(20, 90))
        record = Subscription(f"sub_{self.account.number:06d}_{len(self.machines) + 1:02d}", self.currency, self.now, None, None)
        self.account.subscriptions.append(record)
        if coupon:
            self.discount(coupon, record.id, self.now)
        machine = Machine(record, self.ledger, self.rng, interval)
        self.machines.append(machine)
        generation = 2 if self.now >= price_of("team", "month", "USD", 2).created else 1
        prices = [(price_of(product, interval, self.currency, generation), quantity)]
        prices += [(price_of(key, interval, self.currency), units) for key, units in addons]
        if migrates and self.rng.random() < 0.6:
            machine.migrate_from = instant(2025, 1, 10) + timedelta(days=self.rng.randint(0, 60))
        machine.start(self.now, prices, trial_days, first_payment)
        return machine

    def discount(self, coupon_id: str, subscription_id: str = "", start: datetime | None = None) -> Discount:
        """Apply a coupon, to the customer when no subscription is named; an amount off is taken in the account's currency."""
        coupon = COUPONS.get(coupon_id) or COUPONS[f"{coupon_id}_{self.currency}"]
        start = start or self.now
        end = None
        if coupon.months is not None:
            end = start + timedelta(days=30 * coupon.months + self.rng.randint(0, 2))
        discount_id = f"di_{self.account.number:06d}_{len(self.account.discounts) + 1:02d}"
        discount = Discount(discount_id, coupon, self.account.id, subscription_id, start, end)
        self.account.discounts.append(discount)
        return discount

    def end_discount(self, discount: Discount) -> None:
        """Take a discount away before its time."""
        if discount.end is None or discount.end > self.now:
            discount.end = discount.ended_early_at = self.now

    def change_customer(self, at: datetime, **changes: object) -> None:
        """A new version of the customer: country, segment, currency, delinquent or deleted."""
        last = self.account.versions[-1]
        at = max(at, last.at + timedelta(seconds=1))
        self.account.versions.append(replace(last, at=at, **changes))
