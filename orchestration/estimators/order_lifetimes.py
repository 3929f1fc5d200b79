"""Orders of customers whose loss is not seen: the BG/NBD model of how many, the gamma-gamma model of how much each.

Belongs here: likelihoods, maximum likelihood, expected purchases, probability of being a customer still, discounted value.
Does not belong here: contracts, where a loss is seen (subscription_lifetimes.py), tables, currencies.

Throughout, x counts repeat purchases (the first one makes the customer and is not counted), t_x is the time of the last one and T
the end of the observation, both since the first purchase, in one unit; z is the mean value of the x repeat purchases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, gammaln, hyp2f1, zeta

from orchestration.estimators.newton import Peak, Surface, climb

Floats = NDArray[np.float64]

#: Log-likelihood, gradient and Hessian at parameters (not their logarithms).
Slopes = Callable[[Floats], tuple[float, Floats, Floats]]

#: a + b from which customers leave alike for any practical purpose: chances to leave then differ by under 2 points.
_ALIKE = 1e3
_FAILURES = {
    "limit": "the likelihood rises towards a limit of its parameters: too little spread between customers",
    "no_peak": "the likelihood has no single peak",
    "flat": "the likelihood is too flat: a parameter is not determined to 1e-9 of itself",
    "rising": "the likelihood was still rising after the last step",
}


@dataclass(frozen=True)
class OrderFit:
    """Maximum likelihood of one model: `parameters` and `standard_errors` by name (NaN where not converged), the log-likelihood,
    how many customers made it, whether it converged, and otherwise why not."""

    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    customers: int
    converged: bool
    reason: str


def purchase_log_likelihood(parameters: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
    """Log-likelihood of each customer under BG/NBD; parameters are r, alpha (in the unit of T), a, b.

    Source: Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005), "Counting your customers" the easy way: an alternative to the
    Pareto/NBD model, Marketing Science 24(2), 275-284, equation 6, with its two terms added in logarithms.
    """
    r, alpha, a, b = np.asarray(parameters, dtype=np.float64)
    x, t_x, T = (np.asarray(value, dtype=np.float64) for value in (x, t_x, T))
    count = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + T)
    gone = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + t_x), -np.inf)
    return count + np.logaddexp(alive, gone)


def fit_purchases(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> OrderFit:
    """Maximum likelihood of BG/NBD over all customers, repeat buyers or not: three arrays of one length.

    Converged where the Newton step that is left moves no parameter by 1e-9 of itself. Where the likelihood rises towards customers
    who leave alike (a and b without end at one ratio), or is too flat to tell a and b apart from that, the fit is that limit, a + b
    = 1000, and `reason` says so.

    Raises ValueError when x is not whole, t_x is not 0 for x = 0, or times are not 0 <= t_x <= T.
    """
    x, t_x, T = (np.asarray(value, dtype=np.float64) for value in (x, t_x, T))
    if np.any(x < 0) or np.any(t_x < 0) or np.any(t_x > T) or np.any((x == 0) & (t_x > 0)) or np.any(x != np.floor(x)):
        raise ValueError("fit_purchases: expected whole x >= 0, 0 <= t_x <= T, and t_x = 0 where x = 0; check the units and the columns")
    names = ("r", "alpha", "a", "b")
    if not np.any(x > 0):
        return _no_fit(names, len(x), "nobody bought twice")
    # The parameter in time units is fitted in units of the mean observation, where 1 is a sensible start.
    unit = float(T.mean())
    slopes = purchase_slopes(x, t_x / unit, T / unit)

    def free(theta: Floats) -> tuple[float, Floats, Floats]:
        return _by_logarithm(slopes, theta, len(x))

    def alike(theta: Floats) -> tuple[float, Floats, Floats]:
        return _by_odds(slopes, theta, len(x))

    found = _peak_of(free, 4, lambda theta: bool(np.exp(theta[2:]).sum() > _ALIKE))
    if not found.failure:
        return _fit_at(names, found, np.exp(found.point), np.diag(np.exp(found.point)), len(x), "alpha", unit, float(x.sum()), "")
    limit = _peak_of(alike, 3)
    if limit.failure:
        return _no_fit(names, len(x), _FAILURES[found.failure if found.failure != "limit" else limit.failure])
    point, moves, _ = _leaving_alike(limit.point)
    reason = (
        "the likelihood is too flat to tell how customers differ in leaving: fitted with one chance for all"
        if found.failure == "flat"
        else "customers do not differ in how they leave: fitted with one chance for all"
    )
    return _fit_at(names, limit, point, moves, len(x), "alpha", unit, float(x.sum()), reason)


def purchase_slopes(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Slopes:
    """The log-likelihood of all customers as a function of r, alpha, a, b, with its gradient (4) and Hessian (4 x 4).

    It is the sum of `purchase_log_likelihood`, in another arrangement: x is whole, so that a ratio of gamma functions is a product
    of x factors, and what is alike for all customers is added up once; no two large numbers are subtracted.
    """
    x, t_x, T = (np.asarray(value, dtype=np.float64) for value in (x, t_x, T))
    before = np.arange(int(x.max(initial=0)))
    # Customers with more than j repeat purchases.
    beyond = len(x) - np.searchsorted(np.sort(x), before, side="right")
    again = x > 0
    x_again, t_again, T_again = x[again], t_x[again], T[again]

    def at(parameters: Floats) -> tuple[float, Floats, Floats]:
        r, alpha, a, b = parameters
        left = b + x_again - 1
        wait, waited = alpha + T_again, alpha + t_again
        longer, nearer = np.log(wait / waited), 1 / wait - 1 / waited
        odds = np.log(a / left) + (r + x_again) * longer
        gone = 1 / (1 + np.exp(-odds))
        seen = np.log(alpha / (alpha + T))
        value = (
            (beyond * np.log((r + before) * (b + before) / (a + b + before))).sum()
            + (r * seen - x * np.log(alpha + T)).sum()
            + np.logaddexp(0, odds).sum()
        )
        shared, bend = (beyond / (a + b + before)).sum(), (beyond / (a + b + before) ** 2).sum()
        gradient = np.array(
            [
                (beyond / (r + before)).sum() + seen.sum() + (gone * longer).sum(),
                (r / alpha - (r + x) / (alpha + T)).sum() + (gone * (r + x_again) * nearer).sum(),
                gone.sum() / a - shared,
                (beyond / (b + before)).sum() - shared - (gone / left).sum(),
            ]
        )
        pulls = np.stack([longer, (r + x_again) * nearer, np.full(len(left), 1 / a), -1 / left])
        hessian = (pulls * (gone * (1 - gone))) @ pulls.T
        hessian[0, 0] -= (beyond / (r + before) ** 2).sum()
        hessian[1, 1] += ((r + x) / (alpha + T) ** 2 - r / alpha**2).sum()
        hessian[1, 1] += (gone * (r + x_again) * (1 / waited**2 - 1 / wait**2)).sum()
        hessian[2, 2] -= gone.sum() / a**2
        hessian[3, 3] += (gone / left**2).sum() - (beyond / (b + before) ** 2).sum()
        hessian[2:, 2:] += bend
        mixed = (1 / alpha - 1 / (alpha + T)).sum() + (gone * nearer).sum()
        hessian[0, 1] += mixed
        hessian[1, 0] += mixed
        return float(value), gradient, hessian

    return at


def expected_purchases(parameters: ArrayLike, t: ArrayLike) -> Floats:
    """Repeat purchases expected of a new customer in a time t. Source: Fader, Hardie and Lee (2005), equation 9."""
    r, alpha, a, b = _away_from_one(parameters)
    t = np.asarray(t, dtype=np.float64)
    return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t)))


def expected_further_purchases(parameters: ArrayLike, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
    """Purchases expected in the next t of a customer seen so far. Source: Fader, Hardie and Lee (2005), equation 10."""
    r, alpha, a, b = _away_from_one(parameters)
    t, x, t_x, T = (np.asarray(value, dtype=np.float64) for value in (t, x, t_x, T))
    reached = ((alpha + T) / (alpha + T + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
    return (a + b + x - 1) / (a - 1) * (1 - reached) * probability_alive((r, alpha, a, b), x, t_x, T)


def probability_alive(parameters: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
    """Share (0-1) of such customers who are customers still; 1 without a repeat purchase, as a customer can only leave after one.

    Source: Fader, P. S. and Hardie, B. G. S. (2008), Computing P(alive) using the BG/NBD model, note 021 at brucehardie.com.
    """
    r, alpha, a, b = np.asarray(parameters, dtype=np.float64)
    x, t_x, T = (np.asarray(value, dtype=np.float64) for value in (x, t_x, T))
    odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x)
    return np.where(x > 0, 1 / (1 + odds), 1.0)


def value_log_likelihood(parameters: ArrayLike, x: ArrayLike, z: ArrayLike) -> Floats:
    """Log-likelihood of each repeat buyer's mean value z (> 0) under gamma-gamma; parameters are p, q, v (in the unit of z).

    Source: Fader, P. S. and Hardie, B. G. S. (2013), The gamma-gamma model of monetary value, note 025 at brucehardie.com,
    equation 1a.
    """
    p, q, v = np.asarray(parameters, dtype=np.float64)
    x, z = (np.asarray(value, dtype=np.float64) for value in (x, z))
    shape = p * x
    return -betaln(shape, q) + q * np.log(v) + (shape - 1) * np.log(z) + shape * np.log(x) - (shape + q) * np.log(v + x * z)


def fit_values(x: ArrayLike, z: ArrayLike) -> OrderFit:
    """Maximum likelihood of gamma-gamma over repeat buyers alone: two arrays of one length; converged as `fit_purchases`.

    Raises ValueError when a customer has no repeat purchase or a mean value that is not above 0.
    """
    x, z = (np.asarray(value, dtype=np.float64) for value in (x, z))
    if np.any(x < 1) or np.any(z <= 0):
        raise ValueError("fit_values: expected x >= 1 and z > 0; pass repeat buyers with a value only")
    names = ("p", "q", "v")
    if len(x) < 3:
        return _no_fit(names, len(x), "fewer than 3 repeat buyers")
    unit = float(np.median(z))
    slopes = value_slopes(x, z / unit)
    found = _peak_of(lambda theta: _by_logarithm(slopes, theta, len(x)), 3)
    if found.failure:
        return _no_fit(names, len(x), _FAILURES[found.failure])
    point = np.exp(found.point)
    if point[1] <= 1:
        return _no_fit(names, len(x), "q is at most 1: values have no finite mean")
    return _fit_at(names, found, point, np.diag(point), len(x), "v", unit, len(x), "")


def value_slopes(x: ArrayLike, z: ArrayLike) -> Slopes:
    """The log-likelihood of all repeat buyers as a function of p, q, v, with its gradient (3) and Hessian (3 x 3)."""
    x, z = (np.asarray(value, dtype=np.float64) for value in (x, z))

    def at(parameters: Floats) -> tuple[float, Floats, Floats]:
        p, q, v = parameters
        spent = v + x * z
        own, rest = np.log(x * z / spent), np.log(v / spent)
        value = value_log_likelihood(parameters, x, z).sum()
        gradient = np.array(
            [
                (x * (digamma(p * x + q) - digamma(p * x) + own)).sum(),
                (digamma(p * x + q) - digamma(q) + rest).sum(),
                (q / v - (p * x + q) / spent).sum(),
            ]
        )
        both, alone = zeta(2, p * x + q), zeta(2, p * x)
        pq, pv, qv = (x * both).sum(), -(x / spent).sum(), (1 / v - 1 / spent).sum()
        hessian = np.array(
            [
                [(x * x * (both - alone)).sum(), pq, pv],
                [pq, (both - zeta(2, q)).sum(), qv],
                [pv, qv, ((p * x + q) / spent**2 - q / v**2).sum()],
            ]
        )
        return float(value), gradient, hessian

    return at


def expected_value(parameters: ArrayLike, x: ArrayLike = 0, z: ArrayLike = 0) -> Floats:
    """Mean value of a customer's purchases given x of mean z; with x = 0, of a customer never seen.

    Source: Fader and Hardie (2013), note 025, equation 5. Raises ValueError when q is at most 1 (no finite mean).
    """
    p, q, v = np.asarray(parameters, dtype=np.float64)
    if q <= 1:
        raise ValueError(f"expected_value: expected q > 1, got {q}; values have no finite mean")
    x, z = (np.asarray(value, dtype=np.float64) for value in (x, z))
    return p * (v + x * z) / (p * x + q - 1)


def discounted_purchases(parameters: ArrayLike, horizon: int, period: float = 1.0, discount: float = 0.0) -> float:
    """Repeat purchases of a new customer in `horizon` periods, each period's discounted to now at `discount` a period.

    `period` is the length of a period in the unit of the parameters. A purchase counts at the end of its period. Raises
    ValueError for a horizon below 1.
    """
    if horizon < 1 or period <= 0 or discount < 0:
        raise ValueError(f"discounted_purchases: expected horizon >= 1, period > 0, discount >= 0; got {horizon}, {period}, {discount}")
    each = np.diff(expected_purchases(parameters, np.arange(horizon + 1) * period))
    return float((each * (1 + discount) ** -np.arange(1.0, horizon + 1)).sum())


def _by_logarithm(slopes: Slopes, theta: Floats, customers: int) -> tuple[float, Floats, Floats]:
    """Value, gradient and Hessian per customer in the logarithms of the parameters."""
    point = np.exp(theta)
    value, gradient, hessian = slopes(point)
    curve = hessian * np.outer(point, point) + np.diag(gradient * point)
    return value / customers, gradient * point / customers, curve / customers


def _by_odds(slopes: Slopes, theta: Floats, customers: int) -> tuple[float, Floats, Floats]:
    """The same in the logarithms of r, alpha and the odds to leave, of customers who leave alike."""
    point, moves, bends = _leaving_alike(theta)
    value, gradient, hessian = slopes(point)
    curve = moves.T @ hessian @ moves + np.diag(gradient @ bends)
    return value / customers, gradient @ moves / customers, curve / customers


def _leaving_alike(theta: Floats) -> tuple[Floats, Floats, Floats]:
    """r, alpha, a, b of customers with one chance to leave, from the logarithms of r, alpha and the odds of it; and their first and
    second derivatives (4 x 3 each; the mixed second ones are 0)."""
    r, alpha = np.exp(theta[:2])
    chance = 1 / (1 + np.exp(-theta[2]))
    move = _ALIKE * chance * (1 - chance)
    moves, bends = np.zeros((4, 3)), np.zeros((4, 3))
    moves[0, 0] = bends[0, 0] = r
    moves[1, 1] = bends[1, 1] = alpha
    moves[2:, 2] = move, -move
    bends[2:, 2] = np.array([1, -1]) * move * (1 - 2 * chance)
    return np.array([r, alpha, _ALIKE * chance, _ALIKE * (1 - chance)]), moves, bends


def _peak_of(surface: Surface, size: int, beyond: Callable[[Floats], bool] = lambda theta: False) -> Peak:
    """The peak from the first start that leads to one; the other starts are for data that make the first one run away."""
    peaks = []
    for start in (0.0, -1.0, 1.0):
        peaks.append(climb(surface, np.full(size, start), beyond))
        if peaks[-1].failure in ("", "flat"):
            return peaks[-1]
    return peaks[0]


def _fit_at(
    names: tuple[str, ...],
    peak: Peak,
    point: Floats,
    moves: Floats,
    customers: int,
    scaled: str,
    unit: float,
    densities: float,
    reason: str,
) -> OrderFit:
    """The fit at a peak: `point` holds its parameters, the one named `scaled` in units of `unit`, `moves` their derivatives.

    `densities` is how many observed values carry that unit: the likelihood in the caller's unit is less by log(unit) for each.
    """
    units = np.array([unit if name == scaled else 1.0 for name in names])
    spread = moves @ np.linalg.inv(-peak.hessian) @ moves.T / customers
    return OrderFit(
        dict(zip(names, map(float, point * units), strict=True)),
        dict(zip(names, map(float, np.sqrt(np.diag(spread)) * units), strict=True)),
        float(peak.value * customers - densities * np.log(unit)),
        customers,
        True,
        reason,
    )


def _no_fit(names: tuple[str, ...], customers: int, reason: str) -> OrderFit:
    blank = dict.fromkeys(names, float("nan"))
    return OrderFit(blank, dict(blank), float("nan"), customers, False, reason)


def _away_from_one(parameters: ArrayLike) -> Floats:
    """The expectations divide by a - 1, and are smooth through a = 1: a neighbour stands in for it."""
    values = np.array(parameters, dtype=np.float64)
    if abs(values[2] - 1) < 1e-6:
        values[2] = 1 + 1e-6
    return values
