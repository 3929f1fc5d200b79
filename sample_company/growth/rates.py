"""Exchange rates: a daily walk around the reference rates, on weekdays.

Belongs here: rates as published, and the rate that holds on a day.
Does not belong here: conversion of recurring revenue, which uses the reference rates alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from math import exp
from random import Random

from sample_company.clock import ENDS_ON
from sample_company.growth.states import Rate
from sample_company.money import RATES, REPORTING_CURRENCY

# The first two days of the company's life have no rate: they fall back on the reference.
FIRST_RATE_ON = date(2023, 7, 3)
RATE_UNITS = 10**8
MAX_AGE_DAYS = 10
_PULL, _STEP = 0.02, 0.004


def daily_rates(seed: int) -> list[Rate]:
    """One rate per weekday and foreign currency, but none on 25 December and 1 January, in order of day."""
    rates = []
    for base, reference in RATES.items():
        if base == REPORTING_CURRENCY:
            continue
        rng, drift, day = Random(f"{seed}/growth/rates/{base}"), 0.0, FIRST_RATE_ON
        while day <= ENDS_ON:
            if day.weekday() < 5 and (day.month, day.day) not in ((12, 25), (1, 1)):
                drift += rng.gauss(-_PULL * drift, _STEP)
                rates.append(Rate(day, base, round(float(reference) * exp(drift) * RATE_UNITS)))
            day += timedelta(days=1)
    return sorted(rates, key=lambda rate: (rate.day, rate.base))


class DayRates:
    """Hundred-millionths of the reporting currency for one unit on any day: the last published rate that is at most ten days old, else
    the reference rate."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._published = {(rate.base, rate.day): rate.units for rate in rates}
        self._known: dict[tuple[str, date], int] = {}

    def on(self, currency: str, day: date) -> int:
        if currency == REPORTING_CURRENCY:
            return RATE_UNITS
        if (currency, day) not in self._known:
            ages = (self._published.get((currency, day - timedelta(days=age))) for age in range(MAX_AGE_DAYS + 1))
            found = next((units for units in ages if units is not None), None)
            self._known[currency, day] = int(RATES[currency] * RATE_UNITS) if found is None else found
        return self._known[currency, day]

    def to_reporting(self, ten_thousandths: int, currency: str, day: date) -> int:
        """Ten-thousandths in `currency` as ten-thousandths of the reporting currency at the day's rate, halves away from zero."""
        product = abs(ten_thousandths) * self.on(currency, day)
        rounded = (2 * product + RATE_UNITS) // (2 * RATE_UNITS)
        return rounded if ten_thousandths >= 0 else -rounded
