"""Why accounts that pay at both ends of a month expanded or contracted.

Belongs here: the change of every item between two day ends, given to one driver each, and the change of discounts apart.
Does not belong here: new, reactivated and churned accounts, which have no drivers.
"""

from __future__ import annotations

from collections import defaultdict

from sample_company.truth.movements import Movement
from sample_company.truth.mrr import ItemValue

DRIVERS = ("seats", "plan", "price", "usage_tier", "added_product", "removed_product", "discount")


def driver_of(before: ItemValue | None, after: ItemValue | None) -> str:
    """The driver of an item's change: appeared, gone, another product, another price, else another quantity."""
    if before is None:
        return "added_product"
    if after is None:
        return "removed_product"
    if before.price.product != after.price.product:
        return "plan"
    if before.price.id != after.price.id:
        return "price"
    if after.price.tiers and before.tier != after.tier:
        return "usage_tier"
    return "seats"


def drivers(move: Movement) -> dict[str, int]:
    """Signed change of gross amounts by driver, and of discounts, in ten-thousandths of the reporting currency.

    Sums to expansion - contraction; empty unless the account pays at both ends.
    """
    changes: dict[str, int] = defaultdict(int)
    if not (move.opening.is_paying and move.closing.is_paying):
        return {}
    before, after = move.opening.items, move.closing.items
    for item_id in sorted(before.keys() | after.keys()):
        old, new = before.get(item_id), after.get(item_id)
        gross = (new.gross if new else 0) - (old.gross if old else 0)
        net = (new.net if new else 0) - (old.net if old else 0)
        changes[driver_of(old, new)] += gross
        changes["discount"] += net - gross
    return {driver: changes[driver] for driver in DRIVERS if changes.get(driver)}
