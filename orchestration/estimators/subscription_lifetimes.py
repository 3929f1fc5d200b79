"""Lifetimes of customers whose loss is seen: the shifted-beta-geometric model, for many fits at once.

Belongs here: likelihood, maximum likelihood, survival and expected paid periods with their intervals. Does not belong here:
customers whose loss is not seen (order_lifetimes.py), money, tables, which customers make a fit.

A customer renews at the end of every period with a probability of its own; those probabilities are beta distributed. The hazard
at age t is alpha / (alpha + beta + t - 1), which falls with age because who leaves easily leaves first.

Source of every formula: Fader, P. S. and Hardie, B. G. S. (2007), How to project customer retention, Journal of Interactive
Marketing 21(1), 76-90.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln

from orchestration.estimators.newton import DETERMINED

Floats = NDArray[np.float64]

#: alpha + beta from which customers are alike for any practical purpose: hazards of the first 100 periods differ by under 1 %.
_ALIKE = 1e4
_STEPS = 200
#: What a sum of logarithms may lose by rounding, as a share of itself.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class SubscriptionFits:
    """Maximum likelihood of n fits. Arrays of n: parameters and log-likelihood (NaN where not converged), `converged`, `reason`
    (empty, or what a reader must know); `covariance` is n x 2 x 2 of (alpha, beta)."""

    alpha: Floats
    beta: Floats
    covariance: Floats
    log_likelihood: Floats
    converged: NDArray[np.bool_]
    reason: tuple[str, ...]


def counts_of_survivors(survivors: ArrayLike) -> tuple[Floats, Floats]:
    """Customers at risk and lost per age 1..k, from survivors at ages 0..k (any number of leading axes, one row per cohort).

    A cohort too young for an age has NaN there, and counts nothing. Raises ValueError when survivors are negative or rise.
    """
    kept = np.asarray(survivors, dtype=np.float64)
    if np.any(kept < 0) or np.any(np.diff(kept, axis=-1) > 0):
        raise ValueError("survivors: expected counts >= 0 that never rise with age; check the order of the ages")
    seen = ~np.isnan(kept[..., 1:])
    return np.where(seen, kept[..., :-1], 0.0), np.where(seen, kept[..., :-1] - kept[..., 1:], 0.0)


def log_likelihood(alpha: ArrayLike, beta: ArrayLike, at_risk: ArrayLike, lost: ArrayLike) -> Floats:
    """Log-likelihood of each fit. Shapes: alpha and beta n; at_risk and lost n x k, column t - 1 for age t.

    Written with hazards, which is the paper's likelihood with its censored last term, and lets cohorts of different ages be
    added age by age: a customer is at risk at every age that is seen in full, and lost at one of them or censored.
    """
    a, b = (np.asarray(value, dtype=np.float64)[..., None] for value in (alpha, beta))
    n, d = np.asarray(at_risk, dtype=np.float64), np.asarray(lost, dtype=np.float64)
    before = np.arange(n.shape[-1])
    return (d * np.log(a) + (n - d) * np.log(b + before) - n * np.log(a + b + before)).sum(axis=-1)


def fit_lifetimes(at_risk: ArrayLike, lost: ArrayLike) -> SubscriptionFits:
    """Maximum likelihood for n fits at once: at_risk and lost are n x k counts, column t - 1 for age t; add cohorts up first.

    Converged where the Newton step that is left moves no parameter by 1e-9 of itself. Where the hazard does not fall with age, the
    likelihood rises towards customers who are all alike; the fit is that limit, a geometric lifetime with its own variance, and
    `reason` says so; so it is where the fall is too slight for the parameters to be determined to 1e-9. Not converged, with the
    reason: no loss seen, every customer lost at age 1, nobody seen, losses at age 1 alone, or no step that helps. Raises ValueError
    for counts that cannot be.
    """
    n, d = np.atleast_2d(np.asarray(at_risk, dtype=np.float64)), np.atleast_2d(np.asarray(lost, dtype=np.float64))
    if n.shape != d.shape or np.any(d < 0) or np.any(d > n):
        raise ValueError("fit_lifetimes: expected 0 <= lost <= at_risk in arrays of one shape, fits x ages")
    later = (n[:, 1:].sum(axis=1), d[:, 1:].sum(axis=1))
    refusal = np.select(
        [n.sum(axis=1) == 0, d.sum(axis=1) == 0, (n - d).sum(axis=1) == 0, (later[0] > 0) & (later[1] == 0)],
        [
            "nobody was seen for a whole period",
            "no loss was seen: survival has no finite estimate",
            "everybody was lost at age 1: nobody's later ages were seen",
            "every loss was at age 1: later losses have no estimate",
        ],
        default="",
    ).astype(object)
    theta, left, flat = _climb(n, d, refusal == "")
    alpha, beta = np.exp(theta).T
    hazard = np.divide(d.sum(axis=1), n.sum(axis=1), out=np.full(len(n), np.nan), where=n.sum(axis=1) > 0)
    # A hazard that every refused fit can be written with, so that no logarithm of 0 is taken; it is blanked below.
    hazard = np.where(refusal == "", hazard, 0.5)
    one_hazard = log_likelihood(hazard * _ALIKE, (1 - hazard) * _ALIKE, n, d)
    equal = (alpha + beta > _ALIKE) | (one_hazard >= log_likelihood(alpha, beta, n, d))
    alike = (refusal == "") & (equal | flat)
    alpha, beta = np.where(alike, hazard * _ALIKE, alpha), np.where(alike, (1 - hazard) * _ALIKE, beta)
    refusal[(refusal == "") & ~alike & ~(left < DETERMINED)] = "the likelihood was still rising after the last step"
    covariance = _covariance(alpha, beta, n, d)
    spread = hazard * (1 - hazard) / np.maximum(n.sum(axis=1), 1) * _ALIKE**2
    covariance[alike] = spread[alike, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    peakless = ~(np.isfinite(covariance).all(axis=(1, 2)) & (covariance[:, [0, 1], [0, 1]] > 0).all(axis=1))
    refusal[(refusal == "") & ~alike & peakless] = "the likelihood has no single peak"
    converged = refusal == ""
    why = np.where(equal, "the hazard does not fall with age", "the hazard falls too little with age to be told from a constant one")
    reason = np.where(alike, np.char.add(why, ": fitted with one hazard for all"), refusal)
    blank = np.where(converged, 1.0, np.nan)
    return SubscriptionFits(
        alpha * blank,
        beta * blank,
        covariance * blank[:, None, None],
        log_likelihood(alpha, beta, n, d) * blank,
        converged,
        tuple(map(str, reason)),
    )


def survival(fits: SubscriptionFits, ages: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Share (0-1) still there after each of m ages, and its lower and upper bound: three arrays n x m, NaN where not converged.

    The interval is the delta method's on the logit, so it stays inside 0-1; at age 0 all three are 1.
    """
    t = np.asarray(ages, dtype=np.float64)[None, :]
    share, slope = _survival_and_slopes(fits, t)
    with np.errstate(divide="ignore", invalid="ignore"):
        # d logit(S) = dS / (S (1 - S)) = d log S / (1 - S)
        half = _quantile(confidence) * _deviation(slope, fits.covariance) / (1 - share)
        low, high = (1 / (1 + (1 - share) / share * np.exp(sign * half)) for sign in (1, -1))
    return share, np.where(t == 0, share, low), np.where(t == 0, share, high)


def expected_periods(
    fits: SubscriptionFits, horizon: int, discount: float = 0.0, survived: int = 0, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Discounted paid periods of a customer, and its lower and upper bound: three arrays of n, NaN where not converged.

    Sums `horizon` payments, the first one now and certain: sum over j = 0..horizon-1 of S(survived + j) / S(survived) / (1 +
    discount)^j, `discount` a rate per period. With discount 0 that is the expected lifetime capped at the horizon. The interval
    is the delta method's on the logarithm, so it is above 0.

    Source: discounted expected (residual) lifetime of Fader, P. S. and Hardie, B. G. S. (2010), Customer-base valuation in a
    contractual setting, Marketing Science 29(1), 85-93, with a horizon. Raises ValueError for a horizon below 1.
    """
    if horizon < 1 or discount < 0 or survived < 0:
        raise ValueError(f"expected_periods: expected horizon >= 1, discount >= 0, survived >= 0; got {horizon}, {discount}, {survived}")
    later = np.arange(horizon, dtype=np.float64)[None, :]
    share, slope = _survival_and_slopes(fits, survived + later)
    share_now, slope_now = _survival_and_slopes(fits, np.full((1, 1), float(survived)))
    payments = share / share_now * (1 + discount) ** -later
    total = payments.sum(axis=1)
    pull = (payments[..., None] * (slope - slope_now)).sum(axis=1) / total[:, None]
    half = _quantile(confidence) * _deviation(pull, fits.covariance)
    # Never more than every payment of the horizon, as the estimate itself.
    most = ((1 + discount) ** -later).sum()
    return total, np.maximum(total * np.exp(-half), 1.0), np.minimum(total * np.exp(half), most)


def _survival_and_slopes(fits: SubscriptionFits, t: Floats) -> tuple[Floats, Floats]:
    """S(t) as n x m, and d log S / d (alpha, beta) as n x m x 2."""
    a, b = fits.alpha[:, None], fits.beta[:, None]
    share = np.exp(gammaln(b + t) - gammaln(b) + gammaln(a + b) - gammaln(a + b + t))
    both = digamma(a + b) - digamma(a + b + t)
    return share, np.stack([both, both + digamma(b + t) - digamma(b)], axis=-1)


def _deviation(slope: Floats, covariance: Floats) -> Floats:
    shape = (len(covariance),) + (1,) * (slope.ndim - 2) + (2, 2)
    variance = (slope[..., None, :] @ covariance.reshape(shape) @ slope[..., :, None])[..., 0, 0]
    return np.sqrt(np.maximum(variance, 0.0))


def _climb(n: Floats, d: Floats, wanted: NDArray[np.bool_]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """log(alpha), log(beta) of each fit by damped Newton steps from the geometric hazard, the largest move that is left, and whether
    the top is too flat: eight roundings of each customer and age would move a parameter by DETERMINED."""
    hazard = np.clip(d.sum(axis=1) / np.maximum(n.sum(axis=1), 1), 1e-6, 1 - 1e-6)
    theta = np.log(np.stack([hazard * 5, (1 - hazard) * 5], axis=1))
    damping = np.full(len(n), 1e-3)
    scale = np.maximum(n.max(axis=1, initial=1.0), 1.0)
    here = log_likelihood(*np.exp(theta).T, n, d)
    for _ in range(_STEPS):
        slope, curve = _slopes(theta, n, d)
        values, vectors = np.linalg.eigh(curve)
        pulled = (vectors.transpose(0, 2, 1) @ slope[..., None])[..., 0]
        size = np.maximum(np.abs(values), 1e-12)
        left = np.where(values.max(axis=1) < 0, np.abs((vectors @ (pulled / size)[..., None])[..., 0]).max(axis=1), np.inf)
        moving = wanted & (left > DETERMINED * 1e-2) & (np.exp(theta).sum(axis=1) < 10 * _ALIKE)
        if not moving.any():
            break
        # Steps uphill whatever the curvature: the Hessian's absolute eigenvalues, damped.
        damped = size * (1 + damping[:, None]) + damping[:, None] * 1e-6 * scale[:, None]
        tried = theta + np.clip((vectors @ (pulled / damped)[..., None])[..., 0], -2, 2)
        there = log_likelihood(*np.exp(tried).T, n, d)
        better = moving & (there >= here - _ROUNDING * np.abs(here))
        theta, here = np.where(better[:, None], tried, theta), np.where(better, there, here)
        damping = np.where(better, np.where(damping > 1e-14, damping / 5, 0.0), np.maximum(damping, 1e-8) * 5)
    flat = 8 * np.finfo(np.float64).eps * n.sum(axis=1) > DETERMINED * -values.max(axis=1)
    return theta, left, flat


def _slopes(theta: Floats, n: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Gradient (n x 2) and Hessian (n x 2 x 2) of the log-likelihood in log(alpha), log(beta)."""
    a, b = np.exp(theta).T
    gradient, hessian = _derivatives(a, b, n, d)
    point = np.stack([a, b], axis=1)
    curve = hessian * point[:, :, None] * point[:, None, :]
    curve[:, [0, 1], [0, 1]] += gradient * point
    return gradient * point, curve


def _derivatives(a: Floats, b: Floats, n: Floats, d: Floats) -> tuple[Floats, Floats]:
    before = np.arange(n.shape[1])
    renewing, everyone = b[:, None] + before, (a + b)[:, None] + before
    shared, bend = (n / everyone).sum(axis=1), (n / everyone**2).sum(axis=1)
    gradient = np.stack([d.sum(axis=1) / a - shared, ((n - d) / renewing).sum(axis=1) - shared], axis=1)
    hessian = np.empty((len(a), 2, 2))
    hessian[:, 0, 0] = bend - d.sum(axis=1) / a**2
    hessian[:, 1, 1] = bend - ((n - d) / renewing**2).sum(axis=1)
    hessian[:, 0, 1] = hessian[:, 1, 0] = bend
    return gradient, hessian


def _covariance(a: Floats, b: Floats, n: Floats, d: Floats) -> Floats:
    _, h = _derivatives(a, b, n, d)
    size = h[:, 0, 0] * h[:, 1, 1] - h[:, 0, 1] ** 2
    inverse = np.empty_like(h)
    inverse[:, 0, 0], inverse[:, 1, 1] = h[:, 1, 1], h[:, 0, 0]
    inverse[:, 0, 1] = inverse[:, 1, 0] = -h[:, 0, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return -inverse / size[:, None, None]


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a share inside (0, 1), got {confidence!r}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)
