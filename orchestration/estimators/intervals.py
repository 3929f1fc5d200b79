"""Confidence intervals of proportions and of ratios of means, for whole columns at once.

Belongs here: closed-form intervals from counts and from sums. Does not belong here: which metric uses which interval (its
`meta.interval` says), minimum samples (a seed), resampling.

Every function takes numbers, numpy arrays or Polars series of one length (or broadcastable) and returns two float arrays,
lower and upper bound, of the broadcast shape. An element that has no interval is NaN in both.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]

DEFAULT_CONFIDENCE = 0.95


def wilson(successes: ArrayLike, trials: ArrayLike, confidence: float = DEFAULT_CONFIDENCE) -> Bounds:
    """Score interval of a proportion: two arrays of shares (0-1), NaN where `trials` is 0.

    `successes` and `trials` are counts with 0 <= successes <= trials. The interval is the set of proportions that a two-sided
    score test would not reject; it stays inside 0-1 and does not collapse at 0 or at all successes.

    Source: Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212;
    written as method 3 of Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872.

    Raises ValueError when a count is negative, when successes exceed trials, or when `confidence` is not inside (0, 1).
    """
    x, n = _columns(successes, trials)
    z = _quantile(confidence)
    if np.any(x < 0) or np.any(n < 0) or np.any(x > n):
        raise ValueError("wilson: expected 0 <= successes <= trials in every element; check which counts were passed")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        scale = 1 + z * z / n
        centre = (share + z * z / (2 * n)) / scale
        half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
        # At 0 and at n successes the bound is exactly 0 or 1; the subtraction above leaves a rounding residue there.
        low = np.where(x == 0, 0.0, np.maximum(centre - half, 0.0))
        high = np.where(x == n, 1.0, np.minimum(centre + half, 1.0))
    return _blank(low, high, n == 0)


def ratio_of_means(
    n: ArrayLike,
    sum_x: ArrayLike,
    sum_y: ArrayLike,
    sum_xx: ArrayLike,
    sum_xy: ArrayLike,
    sum_yy: ArrayLike,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Bounds:
    """Delta-method interval of mean(x) / mean(y) over n independent units, from their sums.

    Shapes: six columns of one length. Units: x and y in any unit; the bounds are in x per y. With R = sum_x / sum_y the
    linearised residual of a unit is x - R y, their sum is 0, and

        var(R) = n / (n - 1) * sum((x - R y)^2) / sum_y^2
        sum((x - R y)^2) = sum_xx - 2 R sum_xy + R^2 sum_yy

    so units with x = y = 0 move nothing but n. NaN where n < 2 or sum_y = 0. The bounds are symmetric and not clipped: the
    caller knows whether a ratio may be negative.

    Source: Cochran, W. G. (1977), Sampling Techniques, 3rd ed., section 2.11 (variance of a ratio estimate, without the finite
    population factor); Deng, A., Knoblich, U. and Lu, J. (2018), Applying the delta method in metric analytics, KDD, section 3.

    Raises ValueError when n is negative or when `confidence` is not inside (0, 1).
    """
    count, x, y, xx, xy, yy = _columns(n, sum_x, sum_y, sum_xx, sum_xy, sum_yy)
    z = _quantile(confidence)
    if np.any(count < 0):
        raise ValueError("ratio_of_means: expected n >= 0 in every element")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = x / y
        # Cancellation can leave a tiny negative number where every residual is 0.
        residual = np.maximum(xx - 2 * ratio * xy + ratio * ratio * yy, 0.0)
        half = z * np.sqrt(count / (count - 1) * residual) / np.abs(y)
    return _blank(ratio - half, ratio + half, (count < 2) | (y == 0))


def _columns(*values: ArrayLike) -> list[NDArray[np.float64]]:
    return np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a share inside (0, 1), got {confidence!r}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _blank(low: NDArray[np.float64], high: NDArray[np.float64], without: NDArray[np.bool_]) -> Bounds:
    return np.where(without, np.nan, low), np.where(without, np.nan, high)
