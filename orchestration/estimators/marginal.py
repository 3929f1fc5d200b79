"""Robust slopes of noisy weekly series: what the next customer costs, whether a cost drifts, how much a rate varies.

Belongs here: the maths, over arrays in the order of time. Does not belong here: which weeks or channels are in them (SQL), floors and
verdicts (seeds/thresholds.csv, the marts).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

DEFAULT_CONFIDENCE = 0.95


class Slope(NamedTuple):
    """A slope in y per x with both bounds, and the points behind it; NaN where it cannot be known."""

    value: float
    low: float
    high: float
    points: int


def theil_sen(x: ArrayLike, y: ArrayLike, confidence: float = DEFAULT_CONFIDENCE) -> Slope:
    """Median of the slopes of all pairs of points with different x, and the interval that inverts Kendall's test.

    Shapes: two arrays of one length n, with n >= 0. A third of the points may be wild without moving it much. NaN, with the number
    of points, where fewer than 3 points or fewer than 2 different x are there.

    Source: Sen, P. K. (1968), Estimates of the regression coefficient based on Kendall's tau, JASA 63, 1379-1389, as
    scipy.stats.theilslopes has it.

    Raises ValueError when the lengths differ, a value is not finite, or `confidence` is not inside (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a share inside (0, 1), got {confidence!r}")
    given_x, given_y = _columns(x, y)
    if len(given_x) < 3 or len(np.unique(given_x)) < 2:
        return Slope(np.nan, np.nan, np.nan, len(given_x))
    found = stats.theilslopes(given_y, given_x, alpha=confidence)
    return Slope(float(found.slope), float(found.low_slope), float(found.high_slope), len(given_x))


def marginal_cost(spend: ArrayLike, customers: ArrayLike, confidence: float = DEFAULT_CONFIDENCE) -> Slope:
    """Spend for one more customer, from the changes between consecutive periods: 1 / slope of customers' changes over spend's.

    Shapes: two arrays of one length, a value for every period in the order of time, none left out. Units: the spend's, per customer;
    `points` are the changes. The slope is that of customers over spend, because spend is what was decided and customers are what
    chance then made of it; a slope the other way round would be pulled to 0 by that chance. Changes, not levels, so that a trend
    which both share is no effect. Where the slope's lower bound is not above 0 the cost has no upper bound (infinity); where the slope
    itself is not, there is no value (NaN), and the lower bound is what even the upper one of the slope would cost. A change has a
    period in common with its neighbour, so the interval is approximate.

    Source: the slope and its interval as in `theil_sen`; the reciprocal of an interval is that of the reciprocal.

    Raises ValueError as `theil_sen` does.
    """
    given_spend, given_customers = _columns(spend, customers)
    slope = theil_sen(np.diff(given_spend), np.diff(given_customers), confidence)
    if np.isnan(slope.value):
        return slope
    return Slope(
        1 / slope.value if slope.value > 0 else np.nan,
        1 / slope.high if slope.high > 0 else np.inf,
        1 / slope.low if slope.low > 0 else np.inf,
        slope.points,
    )


def variation(values: ArrayLike) -> float:
    """Coefficient of variation: the sample's standard deviation (n - 1) over its mean; NaN below 2 values or at a mean of 0.

    Shape: one array. Raises ValueError when a value is not finite.
    """
    given, _ = _columns(values, values)
    mean = float(np.mean(given)) if len(given) else 0.0
    return float(np.std(given, ddof=1)) / mean if len(given) > 1 and mean != 0 else np.nan


def _columns(*values: ArrayLike) -> list[NDArray[np.float64]]:
    columns = [np.asarray(value, dtype=np.float64) for value in values]
    if len({column.shape for column in columns}) != 1:
        raise ValueError(f"slope: expected arrays of one length, got {', '.join(str(column.shape) for column in columns)}")
    if not all(np.isfinite(column).all() for column in columns):
        raise ValueError("slope: expected finite values; leave out the periods that have none")
    return columns
