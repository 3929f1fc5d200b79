"""What the company sells: products, prices in five currencies, tiers, coupons; and what a price costs.

Belongs here: the price list and the amount of one billing period. Amounts are minor units.
Does not belong here: who buys. Monthly amounts are the truth's business.
"""

from __future__ import annotations

from fractions import Fraction

from sample_company.clock import instant
from sample_company.states import Coupon, Price, Product, Tier

OPENED = instant(2023, 6, 1, 14, 0, 0)
NEW_PRICES = instant(2024, 10, 1, 15, 30, 0)

_PRODUCTS = (
    ("free", "Free", "plan"),
    ("starter", "Starter", "plan"),
    ("team", "Team", "plan"),
    ("business", "Business", "plan"),
    ("enterprise", "Enterprise", "plan"),
    ("kiosk", "Kiosk", "plan"),
    ("support", "Priority support", "addon"),
    ("storage", "Extra storage", "addon"),
    ("overage", "API overage", "addon"),
    ("onboarding", "Onboarding", "addon"),
)
PRODUCTS = {key: Product(f"prod_{key}", name, kind, OPENED) for key, name, kind in _PRODUCTS}

# A US cent in each currency's minor units; odd on purpose, so that monthly amounts need rounding.
_PER_CENT = {"USD": Fraction(1), "EUR": Fraction(93, 100), "GBP": Fraction(79, 100), "JPY": Fraction(3, 2), "KWD": Fraction(307, 100)}

# product -> interval -> US cents of one unit and period
_UNIT_CENTS = {
    "free": {"month": 0},
    "starter": {"month": 2900, "quarter": 8100, "year": 29000},
    "team": {"month": 1500, "quarter": 4200, "year": 15500, "week": 400},
    "kiosk": {"day": 150, "days30": 3900, "week": 950, "weeks2": 1790},
    "support": {"month": 4900, "quarter": 13900, "year": 49900, "week": 1250},
    "storage": {"month": 700, "quarter": 1990, "year": 7300},
}
_RAISED_CENTS = {
    "starter": {"month": 3500, "quarter": 9900, "year": 35000},
    "team": {"month": 1700, "quarter": 4800, "year": 17900, "week": 450},
}
# (up to, cents a unit, flat cents) of one month; a year costs ten months
_BUSINESS_TIERS = ((10, 2000, 5000), (50, 1500, 0), (200, 1200, 10000), (None, 900, 0))
# (up to, cents a unit, flat cents) of one year
_ENTERPRISE_TIERS = ((100, 18000, 100000), (500, 15000, 100000), (2000, 12000, 0), (None, 10000, 500000))

INTERVALS = {
    "day": ("day", 1),
    "days30": ("day", 30),
    "week": ("week", 1),
    "weeks2": ("week", 2),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("year", 1),
}


def _local_amount(cents: int, currency: str) -> int:
    return int(cents * _PER_CENT[currency])


def _tiers(rows: tuple[tuple[int | None, int, int], ...], currency: str, times: int = 1) -> tuple[Tier, ...]:
    return tuple(Tier(up_to, _local_amount(unit * times, currency), _local_amount(flat * times, currency)) for up_to, unit, flat in rows)


def _build_prices() -> dict[str, Price]:
    prices: list[Price] = []
    for currency in _PER_CENT:
        for generation, sheet, created in ((1, _UNIT_CENTS, OPENED), (2, _RAISED_CENTS, NEW_PRICES)):
            for key, intervals in sheet.items():
                for interval, cents in intervals.items():
                    unit, count = INTERVALS[interval]
                    price_id = f"price_{key}_{interval}_{currency.lower()}_v{generation}"
                    retired = NEW_PRICES if generation == 1 and key in _RAISED_CENTS else None
                    amount = _local_amount(cents, currency)
                    price = Price(price_id, PRODUCTS[key], currency, unit, count, amount, created, generation=generation, retired=retired)
                    prices.append(price)
        for interval, times in (("month", 1), ("year", 10)):
            unit, count = INTERVALS[interval]
            tiers = _tiers(_BUSINESS_TIERS, currency, times)
            price_id = f"price_business_{interval}_{currency.lower()}_v1"
            prices.append(Price(price_id, PRODUCTS["business"], currency, unit, count, None, OPENED, tiers, "graduated"))
            amount = _local_amount(30, currency)
            price_id = f"price_overage_{interval}_{currency.lower()}_v1"
            prices.append(Price(price_id, PRODUCTS["overage"], currency, unit, count, amount, OPENED, metered=True))
        tiers = _tiers(_ENTERPRISE_TIERS, currency)
        price_id = f"price_enterprise_year_{currency.lower()}_v1"
        prices.append(Price(price_id, PRODUCTS["enterprise"], currency, "year", 1, None, OPENED, tiers, "volume"))
        price_id = f"price_onboarding_once_{currency.lower()}_v1"
        prices.append(Price(price_id, PRODUCTS["onboarding"], currency, "", 0, _local_amount(75000, currency), OPENED))
    return {price.id: price for price in prices}


PRICES = _build_prices()


def price_of(product: str, interval: str, currency: str, generation: int = 1) -> Price:
    """The price of a product by its short key ('team'), interval key (`INTERVALS`, or 'once') and currency.

    Raises KeyError when the company does not sell that combination; a generation that does not exist gives the first.
    """
    prefix = f"price_{product}_{interval}_{currency.lower()}_v"
    return PRICES.get(f"{prefix}{generation}") or PRICES[f"{prefix}1"]


def _build_coupons() -> dict[str, Coupon]:
    coupons = [
        Coupon("PARTNER20", "forever", Fraction(20), None, "", None, OPENED),
        Coupon("LAUNCH125", "repeating", Fraction("12.5"), None, "", 6, OPENED),
        Coupon("WINBACK33", "repeating", Fraction("33.3333"), None, "", 3, OPENED),
        Coupon("TWOFREE", "repeating", Fraction(100), None, "", 2, OPENED),
        Coupon("HELLO50", "once", Fraction(50), None, "", None, OPENED),
    ]
    for currency in _PER_CENT:
        coupons.append(Coupon(f"OFF5_{currency}", "forever", None, _local_amount(500, currency), currency, None, OPENED))
        coupons.append(Coupon(f"OFF9_{currency}", "repeating", None, _local_amount(900, currency), currency, 9, OPENED))
    return {coupon.id: coupon for coupon in coupons}


COUPONS = _build_coupons()


def tier_number(price: Price, quantity: int) -> int:
    """1-based number of the tier that holds `quantity` (0 units are held by the first); 0 for a price without tiers."""
    for number, tier in enumerate(price.tiers, start=1):
        if tier.up_to is None or quantity <= tier.up_to:
            return number
    return 0


def period_amount(price: Price, quantity: int) -> int:
    """Minor units of one billing period for `quantity` units.

    Per unit: unit amount x quantity. Volume: every unit at the tier that holds the quantity, and that tier's fee. Graduated:
    each unit at its own tier, and the fee of every tier entered. Nothing is entered by 0 units.
    """
    if not price.tiers:
        return (price.unit_amount or 0) * quantity
    if quantity <= 0:
        return 0
    if price.tiers_mode == "volume":
        tier = price.tiers[tier_number(price, quantity) - 1]
        return tier.unit_amount * quantity + tier.flat_amount
    amount, below = 0, 0
    for tier in price.tiers:
        if quantity <= below:
            break
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        amount += (top - below) * tier.unit_amount + tier.flat_amount
        below = top
    return amount
