"""Virality: invitations per user, their conversion, K with its interval, and where K leads.

Belongs here: the maths of K and of its projection, over sums. Does not belong here: which invitation counts, which is fraud, what
is old enough (SQL under models/intermediate/referral), bands and horizons (seeds/thresholds.csv).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFAULT_CONFIDENCE = 0.95


class KFactor(NamedTuple):
    """Columns of one length: i (invitations per user), c (0-1), K = i x c (users per user), and both bounds of K; NaN where unknown."""

    invitations_per_user: NDArray[np.float64]
    conversion: NDArray[np.float64]
    k: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Projection(NamedTuple):
    """One element per cycle, from cycle 0: its number, the day on which it ends, the users then, and those who came in it."""

    cycle: NDArray[np.int64]
    day: NDArray[np.float64]
    users: NDArray[np.float64]
    new_users: NDArray[np.float64]


def k_factor(
    users: ArrayLike,
    sent: ArrayLike,
    matured: ArrayLike,
    converted: ArrayLike,
    sent_sent: ArrayLike,
    sent_matured: ArrayLike,
    sent_converted: ArrayLike,
    matured_matured: ArrayLike,
    matured_converted: ArrayLike,
    converted_converted: ArrayLike,
    confidence: float = DEFAULT_CONFIDENCE,
) -> KFactor:
    """K of cohorts of users from their sums; users are the independent units, because one user's invitations are not.

    Shapes: ten columns of one length. Each user has n invitations sent, m of them old enough to be judged, c of those converted;
    `sent` is the sum of n over the cohort, `sent_matured` the sum of n x m, and so on. A user without invitations adds to `users`
    alone. With means over the U users, K = mean(n) mean(c) / mean(m), whose linearised value for one user is

        psi = mean(c)/mean(m) (n - mean(n)) + mean(n)/mean(m) (c - mean(c)/mean(m) m)
        var(K) = sum(psi^2) / (U (U - 1))

    Where every invitation is old enough, n = m, this is the interval of the plain mean of c. The lower bound is not below 0.
    NaN: i where no users; c, K where nothing matured (K is 0 where nothing was sent); bounds also where U < 2.

    Source: delta method for a function of means, Oehlert, G. W. (1992), A note on the delta method, The American Statistician 46,
    27-29; K = i x c as in Skok, D. (2009), Lessons learned: viral marketing.

    Raises ValueError when a count is negative, when converted exceeds matured or matured exceeds sent, or when `confidence` is not
    inside (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a share inside (0, 1), got {confidence!r}")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    given = (users, sent, matured, converted, sent_sent, sent_matured, sent_converted, matured_matured, matured_converted)
    columns = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (*given, converted_converted)))
    u, n, m, c, nn, nm, nc, mm, mc, cc = columns
    if np.any(u < 0) or np.any(c < 0) or np.any(c > m) or np.any(m > n):
        raise ValueError("k_factor: expected users >= 0 and 0 <= converted <= matured <= sent in every element; check the sums passed")
    with np.errstate(divide="ignore", invalid="ignore"):
        i = n / u
        conversion = c / m
        # One division of whole numbers: 50 x 10 / (10 x 50) is 1 and nothing beside it.
        k = np.where((u > 0) & (n == 0), 0.0, n * c / (u * m))
        ratio = n / m
        # psi = a n + b c - d m - e, by its sums; what cancels exactly on paper may leave a tiny negative number here.
        a, b, d, e = conversion, ratio, conversion * ratio, conversion * i
        squares = a * a * nn + b * b * cc + d * d * mm + e * e * u
        crossed = a * b * nc - a * d * nm - b * d * mc - e * (a * n + b * c - d * m)
        variance = np.maximum(squares + 2 * crossed, 0.0) / (u * (u - 1))
        half = np.where((u > 0) & (n == 0), 0.0, z * np.sqrt(variance))
        low, high = np.maximum(k - half, 0.0), k + half
    unknown = (u < 2) | np.isnan(k)
    return KFactor(i, conversion, k, np.where(unknown, np.nan, low), np.where(unknown, np.nan, high))


def project_users(
    users_at_start: float,
    invitations_per_user: float,
    conversion: float,
    cycle_days: float,
    horizon_days: float,
    ceiling: float | None = None,
) -> Projection:
    """Users after each whole cycle of `cycle_days` up to `horizon_days`, starting with `users_at_start` in cycle 0.

    After n cycles there are N0 (K^(n+1) - 1) / (K - 1) users, N0 (n + 1) at K = 1, with K = `invitations_per_user` x `conversion`
    (metric definitions, virality). The formula is summed as N0 (1 + K + ... + K^n), the same number without a division that
    loses its digits near K = 1. `ceiling`, in users, is the market: growth stops there. Units: users and days, fractions of users
    are kept. Shapes: 1 + floor(horizon_days / cycle_days) elements in each column.

    Raises ValueError when a number is negative or not finite, `cycle_days` is not above 0, `conversion` is above 1, or the
    ceiling is below the start.
    """
    given = {
        "users_at_start": users_at_start,
        "invitations_per_user": invitations_per_user,
        "conversion": conversion,
        "cycle_days": cycle_days,
        "horizon_days": horizon_days,
    }
    for name, value in given.items():
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"project_users: {name} is {value!r}; expected a number of at least 0")
    if cycle_days == 0:
        raise ValueError("project_users: cycle_days is 0; expected the days from a user's activation to that of the users invited")
    if conversion > 1:
        raise ValueError(f"project_users: conversion is {conversion!r}; expected a share (0-1) of invitations")
    if ceiling is not None and not ceiling >= users_at_start:
        raise ValueError(f"project_users: ceiling {ceiling!r} is below users_at_start {users_at_start!r}; raise it or leave it out")
    cycle = np.arange(int(horizon_days // cycle_days) + 1, dtype=np.int64)
    # Products, not powers: a power is by way of logarithms, whose last bit depends on the processor.
    steps = np.full(len(cycle), invitations_per_user * conversion)
    steps[0] = 1.0
    with np.errstate(over="ignore"):
        users = users_at_start * np.cumsum(np.cumprod(steps))
    if ceiling is not None:
        users = np.minimum(users, ceiling)
    elif not np.isfinite(users[-1]):
        raise ValueError(f"project_users: the users of {cycle[-1]} cycles are past any number; give a ceiling or a shorter horizon")
    return Projection(cycle, cycle * float(cycle_days), users, np.diff(users, prepend=0.0))
