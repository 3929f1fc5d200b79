"""Slopes over time with their intervals: does retention level off, do sales cycles shorten.

Belongs here: the maths of a slope, over sums or points. Does not belong here: which weeks, users or deals are in it (SQL), floors
and verdicts (seeds/thresholds.csv, models/scorecards).
"""

from __future__ import annotations

from math import fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

DEFAULT_CONFIDENCE = 0.95


class Plateau(NamedTuple):
    """Columns of one length: slope in retained share per week and level as a share (0-1), each with both bounds; NaN where unknown."""

    slope: NDArray[np.float64]
    slope_low: NDArray[np.float64]
    slope_high: NDArray[np.float64]
    level: NDArray[np.float64]
    level_low: NDArray[np.float64]
    level_high: NDArray[np.float64]


class Trend(NamedTuple):
    """A fitted line's slope in y per x with both bounds, and its points; NaN where it cannot be known."""

    slope: float
    low: float
    high: float
    points: int


def plateau(
    users: ArrayLike,
    active: ArrayLike,
    active_active: ArrayLike,
    score: ArrayLike,
    score_score: ArrayLike,
    first_week: int,
    last_week: int,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Plateau:
    """Slope and level of the retention curve between two weeks, with users as the independent units.

    Shapes: five columns of one length. All `users` are seen in every week from `first_week` to `last_week`. A user's `active` is
    the number of those weeks with the core action; its `score` is the sum over its active weeks of (week - middle week). The
    columns are sums over users of these and of their squares. The least-squares slope of the pooled curve is the mean over users
    of score / sum((week - middle)^2), so that its error is that of a mean of independent users: the same users stand behind
    every point, and the residuals of the pooled points would understate it.

    Source: least squares as a weighted mean, and the two-stage (summary measures) analysis of repeated measurements, Matthews,
    J. N. S. et al. (1990), Analysis of serial measurements in medical research, BMJ 300, 230-235.

    Raises ValueError when `last_week` is not above `first_week`, a count is negative, or `confidence` is not inside (0, 1).
    """
    if last_week <= first_week:
        raise ValueError(f"plateau: expected last_week above first_week, got {first_week} to {last_week}")
    z = _normal(confidence)
    columns = (np.asarray(value, dtype=np.float64) for value in (users, active, active_active, score, score_score))
    u, a, aa, s, ss = np.broadcast_arrays(*columns)
    if np.any(u < 0) or np.any(a < 0):
        raise ValueError("plateau: expected users >= 0 and active >= 0 in every element")
    weeks = np.arange(first_week, last_week + 1)
    spread = float(np.sum((weeks - weeks.mean()) ** 2))
    slope, slope_half = _mean(u, s / spread, ss / spread**2, z)
    level, level_half = _mean(u, a / len(weeks), aa / len(weeks) ** 2, z)
    return Plateau(
        slope, slope - slope_half, slope + slope_half, level, np.maximum(level - level_half, 0), np.minimum(level + level_half, 1)
    )


def linear_trend(x: ArrayLike, y: ArrayLike, confidence: float = DEFAULT_CONFIDENCE) -> Trend:
    """Least-squares slope of y over x, with the interval of Student's t on n - 2 degrees of freedom.

    Shapes: two columns of one length. Units: y per x. NaN slope where fewer than two different x; NaN bounds where n < 3.

    Source: Draper, N. R. and Smith, H. (1998), Applied Regression Analysis, 3rd ed., section 1.4.

    Raises ValueError when the columns differ in length or hold a value that is not finite, or `confidence` is not inside (0, 1).
    """
    _normal(confidence)
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.shape != ys.shape or xs.ndim != 1:
        raise ValueError(f"linear_trend: expected two columns of one length, got shapes {xs.shape} and {ys.shape}")
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        raise ValueError("linear_trend: a value is missing or not finite; filter it where the points are made")
    n = len(xs)
    if n < 2 or np.ptp(xs) == 0:
        return Trend(np.nan, np.nan, np.nan, n)
    # Sums without a rounding of their own: a matrix library adds in an order that depends on the processor.
    centred = xs - fsum(xs) / n
    spread = fsum(centred * centred)
    slope = fsum(centred * ys) / spread
    if n < 3:
        return Trend(slope, np.nan, np.nan, n)
    residuals = ys - fsum(ys) / n - slope * centred
    half = float(stats.t.ppf(0.5 + confidence / 2, n - 2)) * sqrt(fsum(residuals * residuals) / (n - 2) / spread)
    return Trend(slope, slope - half, slope + half, n)


def _mean(n: NDArray[np.float64], total: NDArray[np.float64], squares: NDArray[np.float64], z: float) -> tuple[NDArray, NDArray]:
    """Mean of n independent values and half its interval; NaN where n is 0 (mean) or below 2 (interval)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / n
        half = z * np.sqrt(np.maximum(squares - n * mean * mean, 0.0) / (n - 1) / n)
    return np.where(n > 0, mean, np.nan), np.where(n > 1, half, np.nan)


def _normal(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a share inside (0, 1), got {confidence!r}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)
