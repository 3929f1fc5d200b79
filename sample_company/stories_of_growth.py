"""Stories of joining and growing: trials, seats, tiers, plans, intervals, prices, second subscriptions, add-ons.

Belongs here: why and when a customer buys more, less or something else. Each story gives the subscription it leaves running.
Does not belong here: discounts, trouble and leaving (`stories_of_change`); what an act does to states and bills (`machine`).
"""

from __future__ import annotations

from sample_company.catalogue import price_of
from sample_company.life import Life
from sample_company.machine import Machine

PAID = ("starter", "team", "business")


def seats(life: Life) -> int:
    """A small team."""
    return life.rng.randint(3, 14)


def steady(life: Life) -> Machine:
    product = life.rng.choice(("starter", "starter", "team", "team", "business"))
    return life.subscribe(product, life.rng.choice(("month", "month", "year")), seats(life) if product != "starter" else 1)


def seats_up_and_down(life: Life) -> Machine:
    life.begin_by(400)
    sub = life.subscribe("team", "month", seats(life))
    for change in (3, -2, 5):
        life.wait(25, 70)
        sub.change_quantity(life.now, (sub.item().quantity or 1) + change)
    return sub


def crosses_tiers_business(life: Life) -> Machine:
    life.begin_by(420)
    sub = life.subscribe("business", life.rng.choice(("month", "month", "year")), life.rng.randint(4, 9))
    for quantity in (life.rng.randint(12, 40), life.rng.randint(55, 120), life.rng.randint(20, 48)):
        life.wait(40, 90)
        sub.change_quantity(life.now, quantity)
    return sub


def crosses_tiers_enterprise(life: Life) -> Machine:
    life.begin_by(420)
    sub = life.subscribe("enterprise", "year", life.rng.randint(60, 95))
    for quantity in (life.rng.randint(120, 400), life.rng.randint(520, 900)):
        life.wait(70, 160)
        sub.change_quantity(life.now, quantity)
    return sub


def free_for_ever(life: Life) -> Machine:
    return life.subscribe("free")


def free_then_pays(life: Life) -> Machine:
    life.begin_by(200)
    sub = life.subscribe("free")
    life.wait(10, 120)
    sub.change_product(life.now, life.rng.choice(("starter", "team")), 1)
    return sub


def trial_converts(life: Life) -> Machine:
    life.begin_by(60)
    return life.subscribe("team", life.rng.choice(("month", "year")), seats(life), trial_days=life.rng.choice((14, 30)))


def trial_is_lost(life: Life) -> Machine:
    life.begin_by(60)
    sub = life.subscribe("starter", trial_days=14)
    life.wait(2, 12)
    if life.rng.random() < 0.5:
        sub.cancel_at_period_end(life.now)
    else:
        sub.cancel_now(life.now)
    life.wait(15, 20)
    return sub


def trial_without_card(life: Life) -> Machine:
    life.begin_by(120)
    sub = life.subscribe("team", "month", seats(life), trial_days=14)
    sub.next_payment = "no_card"
    life.wait(18, 70)
    if life.rng.random() < 0.6:
        sub.resume(life.now)
    else:
        sub.cancel_now(life.now)
    return sub


def upgrades(life: Life) -> Machine:
    life.begin_by(300)
    sub = life.subscribe("starter")
    life.wait(30, 100)
    sub.change_product(life.now, "team", seats(life))
    life.wait(40, 120)
    sub.change_product(life.now, "business", life.rng.randint(10, 30))
    return sub


def downgrades(life: Life) -> Machine:
    life.begin_by(300)
    sub = life.subscribe("business", "month", life.rng.randint(8, 25))
    life.wait(40, 110)
    sub.change_product(life.now, "team", seats(life))
    life.wait(40, 110)
    sub.change_product(life.now, "starter", 1)
    return sub


def downgrades_to_free(life: Life) -> Machine:
    life.begin_by(300)
    sub = life.subscribe("starter")
    life.wait(50, 160)
    sub.change_product(life.now, "free", 1)
    return sub


def monthly_to_annual(life: Life) -> Machine:
    life.begin_by(300)
    product = life.rng.choice(PAID)
    sub = life.subscribe(product, "month", 1 if product == "starter" else seats(life), addons=(("support", 1),))
    life.wait(40, 150)
    sub.change_interval(life.now, "year")
    return sub


def annual_to_monthly(life: Life) -> Machine:
    life.begin_by(400)
    product = life.rng.choice(("starter", "team"))
    sub = life.subscribe(product, "year", 1 if product == "starter" else seats(life))
    life.wait(90, 250)
    sub.change_interval(life.now, "month")
    return sub


def quarterly(life: Life) -> Machine:
    product = life.rng.choice(("starter", "team"))
    return life.subscribe(product, "quarter", 1 if product == "starter" else seats(life), addons=(("storage", 2),))


def weekly(life: Life) -> Machine:
    life.begin_by(120)
    sub = life.subscribe("team", "week", seats(life))
    life.wait(60, 200)
    sub.cancel_at_period_end(life.now)
    life.wait(20, 60)
    return life.subscribe("team", "month", seats(life))


def kiosk(life: Life) -> Machine:
    life.begin_by(130)
    for interval in life.rng.sample(("day", "days30", "week", "weeks2"), 2):
        sub = life.subscribe("kiosk", interval, life.rng.randint(1, 4))
        life.wait(40, 110)
        sub.cancel_now(life.now)
    life.wait(5, 40)
    return life.subscribe("kiosk", "days30", life.rng.randint(1, 4))


def price_rises(life: Life) -> Machine:
    life.begin_at(life.now.replace(year=2023, month=life.rng.randint(7, 12), day=life.rng.randint(2, 28)))
    product = life.rng.choice(("starter", "team"))
    sub = life.subscribe(product, "month", 1 if product == "starter" else seats(life))
    sub.migrate_from = sub.migrate_from or sub.state.at.replace(year=2025, month=2, day=1)
    while sub.migrate_from > life.now:
        life.wait(25, 40)
    return sub


def second_subscription(life: Life) -> Machine:
    life.begin_by(250)
    sub = life.subscribe("team", "month", seats(life))
    life.wait(40, 120)
    life.subscribe("starter")
    life.wait(60, 120)
    return sub


def addon_comes_and_goes(life: Life) -> Machine:
    life.begin_by(300)
    sub = life.subscribe(life.rng.choice(PAID), "month", 2)
    life.wait(30, 90)
    position = sub.add_item(life.now, "support", 1)
    life.wait(10, 60)
    sub.add_item(life.now, "storage", life.rng.randint(1, 6))
    life.wait(30, 90)
    sub.remove_item(life.now, position)
    return sub


def metered_and_one_off(life: Life) -> Machine:
    sub = life.subscribe("business", life.rng.choice(("month", "month", "year")), seats(life), addons=(("overage", None),))
    sub.bill_one_off(life.now, price_of("onboarding", "once", life.currency))
    return sub
