"""Accounts and shoppers that are nobody's customers: the firm's own tests.

Belongs here: which numbers they have, at every scale and seed, and the rows of the exclusion list.
Does not belong here: what exclusion does to a number.
"""

from __future__ import annotations

from collections.abc import Iterator

ACCOUNT_NUMBERS = {13: "internal test", 59: "demo for sales", 131: "internal test", 218: "load test", 305: "employee's own account"}
SHOPPER_NUMBERS = {7: "internal test", 402: "checkout monitor"}
EXCLUDED_ON = "2026-07-01"
HEADER = ("company", "kind", "id", "reason", "excluded_on")


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """Rows of `excluded_accounts.csv`; ids carry their source, as in the conformed tables."""
    for number, reason in ACCOUNT_NUMBERS.items():
        yield "sample", "account", f"stripe:cus_{number:06d}", reason, EXCLUDED_ON
    for number, reason in SHOPPER_NUMBERS.items():
        yield "sample", "customer", f"shop:{number:08d}", reason, EXCLUDED_ON
