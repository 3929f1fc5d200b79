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
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Floats = NDArray[np.float64]

#: |log parameter| from which a fit has run away to a limit of the model.
_RUNAWAY = 9.0
_STEEPEST = 1e-4
#: a + b from which customers leave alike for any practical purpose: chances to leave then differ by under 2 points.
_ALIKE = 1e3


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

    Where the likelihood rises towards customers who leave alike (a and b without end at one ratio), the fit is that limit, a + b =
    1000, and `reason` says so.

    Raises ValueError when t_x is not 0 for x = 0, or times are not 0 <= t_x <= T.
    """
    x, t_x, T = (np.asarray(value, dtype=np.float64) for value in (x, t_x, T))
    if np.any(x < 0) or np.any(t_x < 0) or np.any(t_x > T) or np.any((x == 0) & (t_x > 0)):
        raise ValueError("fit_purchases: expected x >= 0, 0 <= t_x <= T, and t_x = 0 where x = 0; check the units and the columns")
    names = ("r", "alpha", "a", "b")
    if not np.any(x > 0):
        return _no_fit(names, len(x), "nobody bought twice")
    # The parameter in time units is fitted in units of the mean observation, where 1 is a sensible start.
    unit = float(T.mean())
    times = (x, t_x / unit, T / unit)
    free = _fit(names, lambda p: purchase_log_likelihood(p, *times).sum(), len(x), "alpha", unit, float(x.sum()))
    if free.converged and free.parameters["a"] + free.parameters["b"] < _ALIKE:
        return free
    alike = _fit(
        ("r", "alpha", "odds"), lambda p: purchase_log_likelihood(_leaving_alike(p), *times).sum(), len(x), "alpha", unit, float(x.sum())
    )
    if not alike.converged:
        return free
    r, alpha, odds = alike.parameters.values()
    r_error, alpha_error, odds_error = alike.standard_errors.values()
    share_error = _ALIKE * odds_error / (1 + odds) ** 2
    return OrderFit(
        dict(zip(names, map(float, _leaving_alike((r, alpha, odds))), strict=True)),
        dict(zip(names, (r_error, alpha_error, share_error, share_error), strict=True)),
        alike.log_likelihood,
        alike.customers,
        True,
        "customers do not differ in how they leave: fitted with one chance for all",
    )


def _leaving_alike(parameters: ArrayLike) -> Floats:
    """r, alpha, a, b of customers with one chance to leave, given r, alpha and the odds of it."""
    r, alpha, odds = np.asarray(parameters, dtype=np.float64)
    return np.array([r, alpha, _ALIKE * odds / (1 + odds), _ALIKE / (1 + odds)])


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
    """Maximum likelihood of gamma-gamma over repeat buyers alone: two arrays of one length.

    Raises ValueError when a customer has no repeat purchase or a mean value that is not above 0.
    """
    x, z = (np.asarray(value, dtype=np.float64) for value in (x, z))
    if np.any(x < 1) or np.any(z <= 0):
        raise ValueError("fit_values: expected x >= 1 and z > 0; pass repeat buyers with a value only")
    names = ("p", "q", "v")
    if len(x) < 3:
        return _no_fit(names, len(x), "fewer than 3 repeat buyers")
    unit = float(np.median(z))
    fit = _fit(names, lambda p: value_log_likelihood(p, x, z / unit).sum(), len(x), "v", unit, len(x))
    if fit.converged and fit.parameters["q"] <= 1:
        return _no_fit(names, len(x), "q is at most 1: values have no finite mean")
    return fit


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


def _fit(names: tuple[str, ...], total: Callable[[Floats], float], customers: int, scaled: str, unit: float, densities: float) -> OrderFit:
    """Fit `total`, a log-likelihood of positive parameters, where the one named `scaled` is in units of `unit`.

    `densities` is how many observed values carry that unit: the likelihood in the caller's unit is less by log(unit) for each.
    """

    def down(theta: Floats) -> float:
        value = total(np.exp(theta))
        return -value / customers if np.isfinite(value) else 1e10

    bounds = [(-_RUNAWAY, _RUNAWAY)] * len(names)
    theta = np.zeros(len(names))
    # The other starts are for data on which the first one stops on a ridge.
    for start in (0.0, -1.0, 1.0):
        theta = _settle(down, minimize(down, np.full(len(names), start), method="L-BFGS-B", bounds=bounds).x)
        if np.abs(_differences(down, theta)[0]).max() < _STEEPEST:
            break
    if np.any(np.abs(theta) > _RUNAWAY - 0.5):
        away = ", ".join(name for name, value in zip(names, theta, strict=True) if abs(value) > _RUNAWAY - 0.5)
        return _no_fit(names, customers, f"the likelihood rises towards a limit of {away}: too little spread between customers")
    slope, curve = _differences(down, theta)
    if np.abs(slope).max() > _STEEPEST:
        return _no_fit(names, customers, "the likelihood was still rising after the last step")
    values = np.linalg.eigvalsh(curve)
    if values.min() <= 0:
        return _no_fit(names, customers, "the likelihood has no single peak")
    errors = np.sqrt(np.diag(np.linalg.inv(curve)) / customers)
    point = np.exp(theta) * np.array([unit if name == scaled else 1.0 for name in names])
    likelihood = total(np.exp(theta)) - densities * np.log(unit)
    return OrderFit(
        dict(zip(names, map(float, point), strict=True)),
        dict(zip(names, map(float, point * errors), strict=True)),
        float(likelihood),
        customers,
        True,
        "",
    )


def _settle(down: Callable[[Floats], float], point: Floats) -> Floats:
    """A few Newton steps to the bottom that the search by differences stopped short of, each kept only if it goes down."""
    for _ in range(5):
        slope, curve = _differences(down, point)
        if np.abs(slope).max() < _STEEPEST * 1e-3 or np.linalg.eigvalsh(curve).min() <= 0:
            break
        tried = point - np.clip(np.linalg.solve(curve, slope), -1, 1)
        if not down(tried) <= down(point):
            break
        point = tried
    return point


def _differences(function: Callable[[Floats], float], point: Floats, step: float = 1e-3) -> tuple[Floats, Floats]:
    """Gradient and Hessian by central differences."""
    size = len(point)
    move = np.eye(size) * step
    slope = np.array([(function(point + m) - function(point - m)) / (2 * step) for m in move])
    curve = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            corners = (
                function(point + move[i] + move[j])
                - function(point + move[i] - move[j])
                - function(point - move[i] + move[j])
                + function(point - move[i] - move[j])
            )
            curve[i, j] = curve[j, i] = corners / (4 * step * step)
    return slope, curve


def _no_fit(names: tuple[str, ...], customers: int, reason: str) -> OrderFit:
    blank = dict.fromkeys(names, float("nan"))
    return OrderFit(blank, dict(blank), float("nan"), customers, False, reason)


def _away_from_one(parameters: ArrayLike) -> Floats:
    """The expectations divide by a - 1, and are smooth through a = 1: a neighbour stands in for it."""
    values = np.array(parameters, dtype=np.float64)
    if abs(values[2] - 1) < 1e-6:
        values[2] = 1 + 1e-6
    return values
