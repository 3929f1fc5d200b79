"""BG/NBD and gamma-gamma: published values for the CDNOW customers, independent fits on simulated ones, limits.

The published parameters are of the 2,357 customers of the CDNOW sample (39 weeks), which is not kept here.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.optimize import minimize
from scipy.special import beta as beta_function
from scipy.special import gamma as gamma_function
from scipy.stats import beta as beta_distribution
from scipy.stats import gamma as gamma_distribution

from orchestration.estimators.order_lifetimes import (
    discounted_purchases,
    expected_further_purchases,
    expected_purchases,
    expected_value,
    fit_purchases,
    fit_values,
    probability_alive,
    purchase_log_likelihood,
    purchase_slopes,
    value_log_likelihood,
    value_slopes,
)

#: r, alpha, a, b of Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2), table 2; in weeks.
CDNOW = (0.243, 4.414, 0.793, 2.426)
#: p, q, v of Fader and Hardie (2013), The gamma-gamma model of monetary value, brucehardie.com/notes/025; in dollars.
CDNOW_VALUES = (6.25, 3.74, 15.44)


def simulate(rng: np.random.Generator, parameters: tuple[float, ...], T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Repeat purchases and time of the last one: a purchase ends an exponential wait, and every repeat purchase may be the last."""
    r, alpha, a, b = parameters
    rate, leaving = rng.gamma(r, 1 / alpha, len(T)), rng.beta(a, b, len(T))
    x, t_x, now, active = np.zeros(len(T)), np.zeros(len(T)), np.zeros(len(T)), np.ones(len(T), dtype=bool)
    while active.any():
        now = now + rng.exponential(1 / np.maximum(rate, 1e-12))
        active &= now <= T
        x, t_x = x + active, np.where(active, now, t_x)
        active &= rng.random(len(T)) >= leaving
    return x, t_x


def test_published_conditional_expectation() -> None:
    """Fader, Hardie and Lee's spreadsheet: customer 0001 of CDNOW (x = 2, t_x = 30.43, T = 38.86) is expected to buy 1.226 times in 39
    weeks (brucehardie.com/notes/004)."""
    assert expected_further_purchases(CDNOW, 39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=0.0005)


def test_published_values() -> None:
    """Fader and Hardie (2013), note 025 and its spreadsheet: the mean customer's purchase is worth 35.17 dollars, and the expected value
    after 2 of 22.35, 1 of 11.77, 7 of 73.74 and 2 of 25.55 is 24.65, 18.91, 71.46 and 27.28. The parameters are printed to three digits,
    hence the tolerance of 0.2 %."""
    found = expected_value(CDNOW_VALUES, [0, 2, 1, 7, 2], [0, 22.35, 11.77, 73.74, 25.55])
    assert found == pytest.approx([35.17, 24.65, 18.91, 71.46, 27.28], rel=2e-3)


def test_purchase_likelihood_is_the_integral_over_customers() -> None:
    """Equation 3 of the paper, the likelihood given a customer's rate and chance to leave, integrated over both distributions."""
    r, alpha, a, b = CDNOW
    x, t_x, T = 2, 30.43, 38.86

    def given(leaving: float, rate: float) -> float:
        alive = (1 - leaving) ** x * rate**x * np.exp(-rate * T)
        gone = leaving * (1 - leaving) ** (x - 1) * rate**x * np.exp(-rate * t_x)
        return (alive + gone) * gamma_distribution.pdf(rate, r, scale=1 / alpha) * beta_distribution.pdf(leaving, a, b)

    integral, _ = dblquad(given, 0, 4, 0, 1)
    assert purchase_log_likelihood(CDNOW, x, t_x, T) == pytest.approx(np.log(integral), abs=1e-4)


def test_expected_purchases_against_simulation() -> None:
    """Of 200,000 simulated customers in 39 weeks: the mean is within four of its own standard errors."""
    x, _ = simulate(np.random.default_rng(8), CDNOW, np.full(200_000, 39.0))
    assert expected_purchases(CDNOW, 39) == pytest.approx(x.mean(), abs=4 * x.std() / np.sqrt(len(x)))


def test_probability_alive_by_hand() -> None:
    """r = alpha = a = b = 1, x = 1, t_x = 1, T = 3: odds of having left 1 / (1 + 1 - 1) x (4 / 2)^2 = 4, so 1 / 5; 1 without a repeat."""
    assert probability_alive((1, 1, 1, 1), [1, 0], [1, 0], [3, 3]) == pytest.approx([0.2, 1.0])


def test_purchases_agree_with_a_direct_likelihood_and_another_optimiser() -> None:
    rng = np.random.default_rng(21)
    T = rng.uniform(27, 39, 1500)
    x, t_x = simulate(rng, (0.6, 5.0, 0.8, 2.5), T)

    def down(theta: np.ndarray) -> float:
        r, alpha, a, b = np.exp(theta)
        scale = gamma_function(r + x) * alpha**r / gamma_function(r) / beta_function(a, b)
        alive = beta_function(a, b + x) / (alpha + T) ** (r + x)
        gone = np.where(x > 0, beta_function(a + 1, b + np.maximum(x, 1) - 1) / (alpha + t_x) ** (r + x), 0)
        return -np.log(scale * (alive + gone)).sum()

    direct = minimize(down, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9, "maxiter": 20_000})
    fit = fit_purchases(x, t_x, T)
    assert fit.converged and fit.reason == ""
    assert fit.log_likelihood == pytest.approx(-direct.fun, abs=0.01)
    assert list(fit.parameters.values()) == pytest.approx(np.exp(direct.x), rel=0.02)
    planted = np.array([0.6, 5.0, 0.8, 2.5])
    errors = np.array(list(fit.standard_errors.values()))
    assert (np.abs(np.array(list(fit.parameters.values())) - planted) < 3 * errors).all()


def test_values_agree_with_a_direct_likelihood_and_another_optimiser() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(1, 9, 1200).astype(float)
    p, q, v = CDNOW_VALUES
    z = rng.gamma(p * x) / (x * rng.gamma(q, 1 / v, len(x)))

    def down(theta: np.ndarray) -> float:
        shape, q, v = np.exp(theta)[0] * x, *np.exp(theta)[1:]
        return -(-np.log(beta_function(shape, q)) + q * np.log(v / (v + x * z)) + shape * np.log(x * z / (v + x * z)) - np.log(z)).sum()

    direct = minimize(down, np.ones(3), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9, "maxiter": 20_000})
    fit = fit_values(x, z)
    assert fit.converged and fit.customers == 1200
    assert fit.log_likelihood == pytest.approx(-direct.fun, abs=0.01)
    assert list(fit.parameters.values()) == pytest.approx(np.exp(direct.x), rel=0.02)
    assert value_log_likelihood(list(fit.parameters.values()), x, z).sum() == pytest.approx(fit.log_likelihood, abs=1e-6)


def test_customers_who_leave_alike_are_fitted_as_such() -> None:
    """Everyone leaves with a chance of 0.3 after each purchase: a and b have no estimate, a / (a + b) has."""
    rng = np.random.default_rng(6)
    T = rng.uniform(20, 40, 1500)
    x, t_x = simulate(rng, (0.7, 4.0, 3e6, 7e6), T)
    fit = fit_purchases(x, t_x, T)
    a, b = fit.parameters["a"], fit.parameters["b"]
    assert fit.converged
    assert a / (a + b) == pytest.approx(0.3, abs=0.04)
    assert fit.parameters["r"] == pytest.approx(0.7, abs=3 * fit.standard_errors["r"])


def test_discounted_purchases_are_monthly_sums() -> None:
    """With discount 0 the sum over periods is the expectation over all of them; the first of two periods at 25 % counts 1 / 1.25."""
    one, two = expected_purchases(CDNOW, [4.0, 8.0])
    assert discounted_purchases(CDNOW, 2, period=4.0) == pytest.approx(two)
    assert discounted_purchases(CDNOW, 2, period=4.0, discount=0.25) == pytest.approx(one / 1.25 + (two - one) / 1.5625)


def test_the_expectation_is_smooth_where_its_formula_is_not() -> None:
    """a = 1 divides by 0 in the formula; its neighbours agree on the value there."""
    left, at, right = (expected_purchases((0.5, 4.0, a, 2.0), 20.0) for a in (0.999, 1.0, 1.001))
    assert at == pytest.approx((left + right) / 2, rel=1e-4)


def test_what_has_no_estimate_says_why() -> None:
    nobody = fit_purchases([0, 0], [0, 0], [5, 6])
    assert not nobody.converged and nobody.reason == "nobody bought twice" and np.isnan(nobody.parameters["r"])
    assert fit_values([1, 2], [10, 20]).reason == "fewer than 3 repeat buyers"


def test_data_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="0 <= t_x <= T"):
        fit_purchases([1], [6], [5])
    with pytest.raises(ValueError, match="t_x = 0 where x = 0"):
        fit_purchases([0], [1], [5])
    with pytest.raises(ValueError, match="whole x"):
        fit_purchases([1.5], [2], [5])
    with pytest.raises(ValueError, match="repeat buyers"):
        fit_values([0, 1, 1], [1, 1, 1])
    with pytest.raises(ValueError, match="q > 1"):
        expected_value((2, 0.9, 1))


@pytest.mark.parametrize("model", ["purchases", "values"])
def test_slopes_are_those_of_the_likelihood(model: str) -> None:
    """Value, gradient and Hessian against the published likelihood and its central differences, at a point that is no peak."""
    rng = np.random.default_rng(5)
    if model == "purchases":
        T = rng.uniform(20, 40, 300)
        x, t_x = simulate(rng, CDNOW, T)
        point, at = np.array([0.5, 3.0, 0.6, 2.0]), purchase_slopes(x, t_x, T)

        def total(p: np.ndarray) -> float:
            return float(purchase_log_likelihood(p, x, t_x, T).sum())
    else:
        x, z = rng.integers(1, 9, 300).astype(float), rng.gamma(4.0, 9.0, 300)
        point, at = np.array([5.0, 3.0, 12.0]), value_slopes(x, z)

        def total(p: np.ndarray) -> float:
            return float(value_log_likelihood(p, x, z).sum())

    value, gradient, hessian = at(point)
    moves = np.eye(len(point)) * 1e-5
    assert value == pytest.approx(total(point), rel=1e-12)
    assert gradient == pytest.approx([(total(point + m) - total(point - m)) / 2e-5 for m in moves], rel=1e-5)
    assert hessian == pytest.approx(np.array([(at(point + m)[1] - at(point - m)[1]) / 2e-5 for m in moves]), rel=1e-6)


def test_a_ridge_is_not_left_before_its_end() -> None:
    """Customers who hardly differ in leaving (a = 60, b = 140): the fit is at least as likely as the planted parameters, and as any of a
    hundred points of the ridge a / (a + b) = 0.3 with the same r and alpha."""
    rng = np.random.default_rng(12)
    T = rng.uniform(20, 40, 900)
    x, t_x = simulate(rng, (0.7, 4.0, 60.0, 140.0), T)
    fit = fit_purchases(x, t_x, T)
    r, alpha, a, b = fit.parameters.values()
    sums = np.geomspace(0.5, 1000, 100)
    ridge = [purchase_log_likelihood((r, alpha, s * a / (a + b), s * b / (a + b)), x, t_x, T).sum() for s in sums]
    assert fit.converged
    assert fit.log_likelihood >= max(*ridge, purchase_log_likelihood((0.7, 4.0, 60.0, 140.0), x, t_x, T).sum()) - 1e-6
