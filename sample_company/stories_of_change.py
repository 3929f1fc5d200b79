"""Stories of discounts, pauses, failed payments, leaving, coming back, and of customers who become somebody else.

Belongs here: why and when such a thing happens. Each story gives the subscription it leaves running.
Does not belong here: growth (`stories_of_growth`); what an act does to states and bills (`machine`).
"""

from __future__ import annotations

from datetime import timedelta

from sample_company.life import CURRENCY_OF, EndOfData, Life
from sample_company.machine import Machine
from sample_company.stories_of_growth import PAID, seats


def percent_for_ever(life: Life) -> Machine:
    return life.subscribe("team", life.rng.choice(("month", "year")), seats(life), coupon="PARTNER20")


def percent_repeating_on_customer(life: Life) -> Machine:
    life.begin_by(260)
    life.discount(life.rng.choice(("LAUNCH125", "WINBACK33")))
    return life.subscribe("business", "month", seats(life), addons=(("support", 1),))


def amount_for_ever(life: Life) -> Machine:
    return life.subscribe("team", life.rng.choice(("month", "quarter")), seats(life), addons=(("storage", 1),), coupon="OFF5")


def amount_repeating(life: Life) -> Machine:
    life.begin_by(350)
    return life.subscribe("starter", "month", 1, addons=(("storage", 2),), coupon="OFF9")


def once_off(life: Life) -> Machine:
    return life.subscribe("team", "month", seats(life), coupon="HELLO50")


def discount_taken_away(life: Life) -> Machine:
    life.begin_by(300)
    discount = life.discount("PARTNER20")
    sub = life.subscribe("team", "month", seats(life))
    life.wait(50, 100)
    life.discount("LAUNCH125", sub.record.id)
    life.wait(60, 120)
    life.end_discount(discount)
    return sub


def two_months_free(life: Life) -> Machine:
    life.begin_by(150)
    return life.subscribe("starter", "month", 1, coupon="TWOFREE")


def pauses_collection(life: Life) -> Machine:
    life.begin_by(300)
    sub = life.subscribe("team", "month", seats(life))
    life.wait(40, 120)
    sub.pause_collection(life.now, life.rng.choice(("void", "keep_as_draft", "mark_uncollectible")))
    life.wait(35, 100)
    sub.resume_collection(life.now)
    return sub


def pauses(life: Life) -> Machine:
    life.begin_by(300)
    sub = life.subscribe(life.rng.choice(PAID), "month", seats(life))
    life.wait(40, 120)
    sub.pause(life.now)
    life.wait(35, 100)
    if life.rng.random() < 0.7:
        sub.resume(life.now)
    else:
        sub.cancel_now(life.now)
    return sub


def recovers(life: Life) -> Machine:
    life.begin_by(250)
    sub = life.subscribe(life.rng.choice(PAID), "month", seats(life))
    life.wait(40, 120)
    sub.next_payment = "recover"
    life.wait(45, 60)
    return sub


def fails_to_pay(life: Life) -> Machine:
    life.begin_by(250)
    sub = life.subscribe("team", life.rng.choice(("month", "quarter")), seats(life))
    life.wait(30, 100)
    sub.next_payment = "lose"
    life.wait(110, 120)
    return sub


def becomes_unpaid(life: Life) -> Machine:
    life.begin_by(280)
    sub = life.subscribe("team", "month", seats(life))
    life.wait(30, 100)
    sub.next_payment = "unpaid"
    life.wait(110, 120)
    return sub


def first_payment_fails(life: Life) -> Machine:
    life.begin_by(60)
    life.subscribe("starter", first_payment="fail")
    life.wait(2, 9)
    return life.subscribe("starter", first_payment="late")


def leaves_at_period_end(life: Life) -> Machine:
    life.begin_by(420)
    sub = life.subscribe("team", life.rng.choice(("month", "month", "year")), seats(life))
    life.wait(30, 200)
    sub.cancel_at_period_end(life.now)
    return sub


def leaves_at_once_with_refund(life: Life) -> Machine:
    life.begin_by(250)
    sub = life.subscribe("business", "month", seats(life))
    life.wait(40, 150)
    sub.cancel_now(life.now)
    paid = [charge for charge in life.account.charges if charge.status == "succeeded"]
    life.ledger.refund(paid[-1], life.now + timedelta(minutes=9), 60)
    life.ledger.refund(paid[-1], life.now + timedelta(minutes=12), 40, "failed")
    return sub


def comes_back(life: Life) -> Machine:
    life.begin_by(400)
    sub = life.subscribe("starter")
    for _ in range(life.rng.randint(1, 2)):
        life.wait(40, 90)
        sub.cancel_now(life.now)
        life.wait(40, 80)
        sub = life.subscribe(life.rng.choice(PAID), "month", seats(life))
    return sub


def in_and_out_in_a_month(life: Life) -> Machine:
    life.begin_on_day(2, 8)
    sub = life.subscribe("starter")
    life.wait(4, 15)
    sub.cancel_now(life.now)
    return sub


def back_for_a_moment(life: Life) -> Machine:
    life.begin_by(200)
    sub = life.subscribe("starter")
    life.wait(20, 50)
    sub.cancel_now(life.now)
    life.wait(40, 60)
    life.advance((life.now + timedelta(days=31)).replace(day=3, hour=15))
    sub = life.subscribe("starter")
    life.wait(3, 18)
    sub.cancel_now(life.now)
    return sub


def moves_country(life: Life) -> Machine:
    life.begin_by(200)
    sub = life.subscribe("team", "month", seats(life))
    life.wait(40, 140)
    life.change_customer(life.now, country="IE" if life.account.country != "US" else "CA")
    return sub


def grows_up(life: Life) -> Machine:
    life.begin_by(200)
    sub = life.subscribe("business", "month", seats(life))
    life.wait(40, 140)
    segment = {"smb": "mid_market", "mid_market": "enterprise", "enterprise": "mid_market"}[life.account.versions[-1].segment]
    life.change_customer(life.now, segment=segment)
    return sub


def changes_currency(life: Life) -> Machine:
    life.begin_by(200)
    old = life.subscribe("team", "month", seats(life))
    life.wait(40, 140)
    currency = {"USD": "EUR", "EUR": "USD", "GBP": "EUR", "JPY": "USD", "KWD": "USD"}[life.currency]
    country = next(country for country, code in CURRENCY_OF.items() if code == currency)
    life.change_customer(life.now, currency=currency, country=country)
    sub = life.subscribe("team", "month", old.item().quantity or 1)
    old.cancel_now(life.now)
    return sub


def is_deleted(life: Life) -> Machine:
    life.begin_by(250)
    sub = life.subscribe("starter")
    life.wait(50, 150)
    sub.cancel_now(life.now)
    life.wait(1, 20)
    life.change_customer(life.now, deleted=True)
    raise EndOfData


def is_disputed(life: Life) -> Machine:
    life.begin_by(200)
    sub = life.subscribe("starter")
    life.wait(40, 100)
    paid = [charge for charge in life.account.charges if charge.status == "succeeded"]
    life.ledger.dispute(paid[-1], life.now, "lost")
    return sub
