"""Money of the simulated company: integers only.

Belongs here: currencies, their minor units (ISO 4217), the reference rates to the reporting currency, and rounding.
Amounts are integers of minor units; monthly amounts are integers of one ten-thousandth of a major unit.
Does not belong here: prices.
"""

from __future__ import annotations

from fractions import Fraction

REPORTING_CURRENCY = "USD"
EXPONENTS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}
RATES = {"USD": Fraction(1), "EUR": Fraction("1.08"), "GBP": Fraction("1.27"), "JPY": Fraction("0.0067"), "KWD": Fraction("3.25")}
SCALE = 10_000


def round_half_away(value: Fraction) -> int:
    """Nearest integer, halves away from zero."""
    numerator, denominator = abs(value.numerator), value.denominator
    rounded = (2 * numerator + denominator) // (2 * denominator)
    return rounded if value >= 0 else -rounded


def minor_to_native(minor: int | Fraction, currency: str) -> Fraction:
    """Minor units as exact ten-thousandths of a major unit, not yet rounded."""
    return Fraction(minor) * SCALE / 10 ** EXPONENTS[currency]


def to_reporting(native: int, currency: str) -> int:
    """Ten-thousandths in `currency` as ten-thousandths in the reporting currency at the reference rate."""
    return round_half_away(native * RATES[currency] / RATES[REPORTING_CURRENCY])


def minor_to_reporting(minor: int, currency: str) -> int:
    """An amount of cash in minor units as ten-thousandths in the reporting currency."""
    return to_reporting(round_half_away(minor_to_native(minor, currency)), currency)


def text(units: int) -> str:
    """Ten-thousandths as decimal text with four digits."""
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), SCALE)
    return f"{sign}{whole}.{rest:04d}"


def major_text(minor: int, currency: str) -> str:
    """Minor units as the decimal text of major units, with as many digits as the currency has."""
    digits = EXPONENTS[currency]
    if digits == 0:
        return str(minor)
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"


def ratio_text(numerator: int, denominator: int) -> str:
    """A ratio with ten digits, halves away from zero; empty when the denominator is 0."""
    if denominator == 0:
        return ""
    units = round_half_away(Fraction(numerator * 10**10, denominator))
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), 10**10)
    return f"{sign}{whole}.{rest:010d}"
