"""Robust slopes of noisy weekly series: what the next customer costs, whether a cost drifts, how much a rate varies.

Belongs here: the maths, over arrays in the order of time. Does not belong here: which weeks or channels are in them (SQL), floors and
verdicts (seeds/thresholds.csv, the marts).
"""

from __future__ import annotations

from math import fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFAULT_CONFIDENCE = 0.95
#: Changes of independent values have a correlation of -1/2 with their neighbours; of two such series, 1 + 2 (-1/2)(-1/2).
CHANGES_VARIANCE = 1.5


class Slope(NamedTuple):
    """A slope in y per x with both bounds, and the points behind it; NaN where it cannot be known."""

    value: float
    low: float
    high: float
    points: int


def theil_sen(x: ArrayLike, y: ArrayLike, confidence: float = DEFAULT_CONFIDENCE, variance_factor: float = 1.0) -> Slope:
    """Median of the slopes of all pairs of points with different x, and the interval that inverts Kendall's test.

    Shapes: two arrays of one length n, with n >= 0. A third of the points may be wild without moving it much. NaN, with the number
    of points, where fewer than 3 points or fewer than 2 different x are there. The variance of Kendall's statistic is that for ties
    on both sides, because weekly counts of customers are mostly ties; scipy.stats.theilslopes, which gives the same bounds without
    ties, subtracts both kinds and may leave less than nothing. `variance_factor` widens it for points that are not independent.

    Source: Sen, P. K. (1968), Estimates of the regression coefficient based on Kendall's tau, JASA 63, 1379-1389; the variance
    with ties in Kendall, M. G. (1970), Rank Correlation Methods, 4th ed., equation 4.3.

    Raises ValueError when the lengths differ, a value is not finite, or `confidence` is not inside (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a share inside (0, 1), got {confidence!r}")
    given_x, given_y = _columns(x, y)
    count = len(given_x)
    if count < 3 or len(np.unique(given_x)) < 2:
        return Slope(np.nan, np.nan, np.nan, count)
    first, second = np.triu_indices(count, 1)
    steps = given_x[second] - given_x[first]
    slopes = np.sort((given_y[second] - given_y[first])[steps != 0] / steps[steps != 0])
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * sqrt(variance_factor * _kendall_variance(given_x, given_y))
    low = max(round((len(slopes) - half) / 2) - 1, 0)
    high = min(round((len(slopes) + half) / 2), len(slopes) - 1)
    return Slope(float(np.median(slopes)), float(slopes[low]), float(slopes[high]), count)


def marginal_cost(spend: ArrayLike, customers: ArrayLike, confidence: float = DEFAULT_CONFIDENCE) -> Slope:
    """Spend for one more customer, from the changes between consecutive periods: 1 / slope of customers' changes over spend's.

    Shapes: two arrays of one length, a value for every period in the order of time, none left out. Units: the spend's, per customer;
    `points` are the changes. The slope is that of customers over spend, because spend is what was decided and customers are what
    chance then made of it; a slope the other way round would be pulled to 0 by that chance. Changes, not levels, so that a trend
    which both share is no effect. Where the slope's lower bound is not above 0 the cost has no upper bound (infinity); where the slope
    itself is not, there is no value (NaN), and the lower bound is what even the upper one of the slope would cost. A change has a
    period in common with its neighbour, so the variance is CHANGES_VARIANCE of that of independent points, or less.

    Source: the slope and its interval as in `theil_sen`; the factor for two series with serial correlation is that of Bartlett,
    M. S. (1935), Some aspects of the time-correlation problem, JRSS 98, 536-543; bounds of a reciprocal are reciprocals.

    Raises ValueError as `theil_sen` does.
    """
    given_spend, given_customers = _columns(spend, customers)
    slope = theil_sen(np.diff(given_spend), np.diff(given_customers), confidence, CHANGES_VARIANCE)
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
    mean = fsum(given) / len(given) if len(given) else 0.0
    if len(given) < 2 or mean == 0:
        return np.nan
    away = given - mean
    return sqrt(fsum(away * away) / (len(given) - 1)) / mean


def _kendall_variance(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Variance of the number of concordant less discordant pairs when x says nothing of y; ties on either side leave less of it."""
    n = len(x)
    ties = [np.unique(column, return_counts=True)[1].astype(np.float64) for column in (x, y)]
    pairs = [float(np.sum(t * (t - 1))) for t in ties]
    triples = [float(np.sum(t * (t - 1) * (t - 2))) for t in ties]
    plain = n * (n - 1) * (2 * n + 5) - sum(float(np.sum(t * (t - 1) * (2 * t + 5))) for t in ties)
    found = plain / 18 + pairs[0] * pairs[1] / (2 * n * (n - 1)) + triples[0] * triples[1] / (9 * n * (n - 1) * (n - 2))
    # With every y the same it is 0, of which the subtraction may leave a residue below.
    return max(found, 0.0)


def _columns(*values: ArrayLike) -> list[NDArray[np.float64]]:
    columns = [np.asarray(value, dtype=np.float64) for value in values]
    if len({column.shape for column in columns}) != 1:
        raise ValueError(f"slope: expected arrays of one length, got {', '.join(str(column.shape) for column in columns)}")
    if not all(np.isfinite(column).all() for column in columns):
        raise ValueError("slope: expected finite values; leave out the periods that have none")
    return columns
