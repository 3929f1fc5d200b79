"""Which story each account lives, and how it goes on after that.

Belongs here: the order in which stories are dealt out, and the small chances of everyday life.
Does not belong here: the stories (`stories_of_growth`, `stories_of_change`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sample_company import stories_of_change as change
from sample_company import stories_of_growth as growth
from sample_company.life import EndOfData, Life
from sample_company.machine import Machine

Persona = Callable[[Life], Machine]
PERSONAS: tuple[Persona, ...] = (
    growth.steady,
    growth.seats_up_and_down,
    growth.trial_converts,
    growth.crosses_tiers_business,
    growth.free_for_ever,
    growth.upgrades,
    change.in_and_out_in_a_month,
    growth.crosses_tiers_enterprise,
    change.recovers,
    growth.free_then_pays,
    growth.trial_is_lost,
    growth.downgrades,
    growth.second_subscription,
    growth.steady,
    change.fails_to_pay,
    growth.monthly_to_annual,
    growth.annual_to_monthly,
    growth.quarterly,
    growth.trial_without_card,
    growth.weekly,
    growth.kiosk,
    growth.price_rises,
    growth.addon_comes_and_goes,
    change.percent_for_ever,
    change.percent_repeating_on_customer,
    change.amount_for_ever,
    growth.steady,
    change.amount_repeating,
    change.once_off,
    change.discount_taken_away,
    change.two_months_free,
    change.pauses_collection,
    change.pauses,
    change.becomes_unpaid,
    change.first_payment_fails,
    change.leaves_at_period_end,
    growth.steady,
    change.leaves_at_once_with_refund,
    change.comes_back,
    change.back_for_a_moment,
    change.moves_country,
    change.grows_up,
    change.changes_currency,
    growth.metered_and_one_off,
    change.is_deleted,
    change.is_disputed,
    growth.downgrades_to_free,
)


def live(number: int, seed: int) -> Life:
    """The whole life of account `number` (from 1): its persona's story, then whatever chance brings until the end."""
    life = Life(number, seed)
    with suppress(EndOfData):
        settle(life, PERSONAS[(number - 1) % len(PERSONAS)](life))
    return life


def settle(life: Life, sub: Machine, leave: float = 0.014) -> None:
    """Live on until the end or until the customer leaves; one leaver in four comes back. Raises EndOfData."""
    while True:
        while sub.is_alive:
            life.wait(24, 38)
            _drift(life, sub, leave)
        if sub.state.status not in ("canceled", "incomplete_expired"):
            life.wait(1, 30)
            continue
        if life.rng.random() > 0.25:
            life.wait(2000, 2000)
        life.wait(20, 190)
        sub = life.subscribe(life.rng.choice(growth.PAID), quantity=life.rng.randint(1, 20))


def _drift(life: Life, sub: Machine, leave: float) -> None:
    if sub.state.status != "active":
        return
    roll, plan = life.rng.random(), sub.item()
    if roll < leave * 0.6:
        sub.cancel_at_period_end(life.now)
    elif roll < leave * 0.8:
        sub.cancel_now(life.now)
    elif roll < leave:
        sub.next_payment = "lose"
    elif roll < leave + 0.10 and plan.price.product.name in ("Team", "Business", "Enterprise"):
        quantity = plan.quantity or 1
        sub.change_quantity(life.now, quantity + life.rng.randint(-max(quantity // 4, 1), max(quantity // 2, 2)))
