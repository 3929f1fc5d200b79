"""Shifted-beta-geometric: the paper's table, an independent fit, limits, and the coverage of its intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import beta as beta_function
from scipy.special import hyp2f1

from orchestration.estimators.subscription_lifetimes import (
    counts_of_survivors,
    expected_periods,
    fit_lifetimes,
    log_likelihood,
    survival,
)

# Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1): table 1, percent of customers
# still there after years 0-7 (calibration) and 8-12 (holdout), from Berry and Linoff (2004).
HIGH_END = [100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
REGULAR = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]
HIGH_END_LATER = [46.8, 44.5, 42.7, 40.9, 39.4]
REGULAR_LATER = [22.3, 20.7, 19.4, 18.3, 17.3]


def simulate(rng: np.random.Generator, alpha: float, beta: float, sizes: list[int], ages: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """At risk and lost by age, of cohorts of `sizes` customers seen for `ages` periods: each customer flips its own coin."""
    at_risk, lost = np.zeros(max(ages)), np.zeros(max(ages))
    for size, seen in zip(sizes, ages, strict=True):
        lived = rng.geometric(rng.beta(alpha, beta, size))
        for age in range(1, seen + 1):
            at_risk[age - 1] += np.sum(lived >= age)
            lost[age - 1] += np.sum(lived == age)
    return at_risk, lost


@pytest.mark.parametrize(
    ("survivors", "later", "alpha", "beta"), [(HIGH_END, HIGH_END_LATER, 0.668, 3.806), (REGULAR, REGULAR_LATER, 0.704, 1.182)]
)
def test_the_papers_estimates_and_projection(survivors: list[float], later: list[float], alpha: float, beta: float) -> None:
    """The paper's maximum likelihood estimates, and its year-12 projection: within 2 points of what happened."""
    fits = fit_lifetimes(*counts_of_survivors([survivors]))
    assert fits.converged.all() and fits.reason == ("",)
    assert fits.alpha[0] == pytest.approx(alpha, abs=0.0006) and fits.beta[0] == pytest.approx(beta, abs=0.0006)
    share, _, _ = survival(fits, range(8, 13))
    assert np.abs(share[0] * 100 - later).max() < 2


def test_log_likelihood_is_the_papers() -> None:
    """alpha = beta = 1 on High End: P(T = t) = 1 / (t (t + 1)), S(7) = 1 / 8; shares lost 13.1, 12.6, 9.0, 6.0, 4.2, 3.4, 2.6 %.

    -(.131 ln 2 + .126 ln 6 + .090 ln 12 + .060 ln 20 + .042 ln 30 + .034 ln 42 + .026 ln 56 + .491 ln 8)
    = -(.0908 + .2258 + .2236 + .1797 + .1429 + .1271 + .1047 + 1.0210) = -2.1155, which spreadsheets of the paper give too.
    """
    at_risk, lost = counts_of_survivors([HIGH_END])
    assert log_likelihood([1.0], [1.0], at_risk / 100, lost / 100)[0] == pytest.approx(-2.1155, abs=0.0003)


def test_agrees_with_a_direct_likelihood_and_another_optimiser() -> None:
    """Cohorts of three ages: the product of the paper's P(T = t) and S(t) over customers, maximised without derivatives."""
    rng = np.random.default_rng(11)
    cohorts = [(400, 12), (300, 7), (200, 3)]
    lives = [(rng.geometric(rng.beta(0.9, 6.0, size)), seen) for size, seen in cohorts]

    def down(theta: np.ndarray) -> float:
        a, b = np.exp(theta)
        total = 0.0
        for lived, seen in lives:
            gone = lived[lived <= seen]
            total += np.log(beta_function(a + 1, b + gone - 1) / beta_function(a, b)).sum()
            total += np.sum(lived > seen) * np.log(beta_function(a, b + seen) / beta_function(a, b))
        return -total

    direct = minimize(down, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10})
    tables = [counts_of_survivors([[np.sum(lived > age) for age in range(seen + 1)] + [np.nan] * (12 - seen)]) for lived, seen in lives]
    fits = fit_lifetimes(sum(at_risk for at_risk, _ in tables), sum(lost for _, lost in tables))
    assert [fits.alpha[0], fits.beta[0]] == pytest.approx(np.exp(direct.x), rel=1e-5)
    assert fits.log_likelihood[0] == pytest.approx(-direct.fun, abs=1e-4)


def test_covariance_is_the_inverse_curvature() -> None:
    """Against the Hessian of the log-likelihood by central differences."""
    at_risk, lost = simulate(np.random.default_rng(5), 1.2, 7.0, [800], [12])
    fits = fit_lifetimes(at_risk, lost)
    point, step = np.array([fits.alpha[0], fits.beta[0]]), 1e-3

    def at(i: int, j: int) -> float:
        move = np.eye(2) * step
        return sum(
            si * sj * log_likelihood(*(point + si * move[i] + sj * move[j])[:, None], at_risk[None], lost[None])[0]
            for si in (1, -1)
            for sj in (1, -1)
        ) / (4 * step**2)

    curvature = np.array([[at(0, 0), at(0, 1)], [at(1, 0), at(1, 1)]])
    assert fits.covariance[0] == pytest.approx(np.linalg.inv(-curvature), rel=1e-3)


def test_expected_periods_against_the_closed_form() -> None:
    """Fader and Hardie (2010), Marketing Science 29(1), equation 3: DERL of a customer about to renew for the n-th time is
    (beta + n - 1) / (alpha + beta + n - 1) 2F1(1, beta + n; alpha + beta + n; 1 / (1 + d)); without a horizon, by a long one."""
    fits = fit_lifetimes(*counts_of_survivors([HIGH_END]))
    a, b, n = fits.alpha[0], fits.beta[0], 8
    closed = (b + n - 1) / (a + b + n - 1) * hyp2f1(1, b + n, a + b + n, 1 / 1.1)
    share, _, _ = survival(fits, [n - 1, n])
    months, _, _ = expected_periods(fits, 400, 0.1, survived=n)
    assert share[0, 1] / share[0, 0] * months[0] == pytest.approx(closed, rel=1e-9)


def test_expected_periods_by_hand() -> None:
    """alpha = 1, beta = 2 would give S(1) = 2/3, S(2) = 2/4, so three undiscounted payments are 1 + 2/3 + 1/2 = 2.1667 and, at 10 %,
    1 + 0.6667/1.1 + 0.5/1.21 = 2.0193. The fit is made to be those parameters by counts in those proportions (hazards 1/3, 1/4)."""
    fits = fit_lifetimes([[1200.0, 800.0]], [[400.0, 200.0]])
    assert [fits.alpha[0], fits.beta[0]] == pytest.approx([1, 2], rel=1e-5)
    assert expected_periods(fits, 3)[0][0] == pytest.approx(13 / 6, rel=1e-6)
    assert expected_periods(fits, 3, 0.1)[0][0] == pytest.approx(2.019284, rel=1e-6)
    assert [bound[0] for bound in expected_periods(fits, 1)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("at_risk", "lost", "reason"),
    [
        ([20.0, 20.0], [0.0, 0.0], "no loss was seen"),
        ([20.0, 0.0], [20.0, 0.0], "everybody was lost at age 1"),
        ([1.0, 0.0], [1.0, 0.0], "everybody was lost at age 1"),
        ([1.0, 1.0], [0.0, 0.0], "no loss was seen"),
        ([0.0, 0.0], [0.0, 0.0], "nobody was seen"),
        ([20.0, 15.0], [5.0, 0.0], "every loss was at age 1"),
    ],
)
def test_what_has_no_estimate_says_why(at_risk: list[float], lost: list[float], reason: str) -> None:
    fits = fit_lifetimes([at_risk], [lost])
    assert not fits.converged[0] and fits.reason[0].startswith(reason)
    assert np.isnan([fits.alpha[0], fits.log_likelihood[0], expected_periods(fits, 60)[0][0], survival(fits, [3])[0][0, 0]]).all()


def test_equal_hazards_are_the_geometric_limit() -> None:
    """40 of 200 in every month: hazard 0.2, S(3) = 0.512, its log-likelihood 120 ln 0.2 + 480 ln 0.8 = -300.24, its variance that of a
    share of 600 at risk: sd(0.2) = 0.01633, so the logit interval of S(1) = 0.8 is 0.8 -+ about 1.96 x 0.01633."""
    fits = fit_lifetimes([[200.0, 200.0, 200.0]], [[40.0, 40.0, 40.0]])
    share, low, high = survival(fits, [1, 3])
    assert fits.converged[0] and fits.reason[0].startswith("the hazard does not fall")
    assert share[0] == pytest.approx([0.8, 0.512], abs=1e-4)
    assert fits.log_likelihood[0] == pytest.approx(120 * np.log(0.2) + 480 * np.log(0.8), abs=0.01)
    assert [low[0, 0], high[0, 0]] == pytest.approx([0.8 - 0.032, 0.8 + 0.032], abs=0.002)


def test_many_fits_are_the_single_ones() -> None:
    rng = np.random.default_rng(2)
    tables = [simulate(rng, alpha, beta, [300], [9]) for alpha, beta in [(0.7, 3.8), (1.5, 12.0), (0.5, 1.0)]]
    together = fit_lifetimes([at_risk for at_risk, _ in tables], [lost for _, lost in tables])
    for place, (at_risk, lost) in enumerate(tables):
        assert together.alpha[place] == pytest.approx(fit_lifetimes(at_risk, lost).alpha[0], rel=1e-6)


def test_true_survival_is_inside_the_interval() -> None:
    """Planted alpha 0.8, beta 9, four cohorts of 150 seen 18, 12, 9 and 6 months: survival at 12 and at 24 months (beyond what was
    seen) and the expected 36 months are inside their 95 % intervals in at least 95 of 100 seeds each."""
    tables = [simulate(np.random.default_rng(seed), 0.8, 9.0, [150] * 4, [18, 12, 9, 6]) for seed in range(100)]
    fits = fit_lifetimes([at_risk for at_risk, _ in tables], [lost for _, lost in tables])
    ages = np.arange(37)
    truth = beta_function(0.8, 9.0 + ages) / beta_function(0.8, 9.0)
    _, low, high = survival(fits, ages)
    inside = (low <= truth) & (truth <= high)
    assert inside[:, [12, 24]].sum(axis=0).min() >= 95
    _, low, high = expected_periods(fits, 36)
    assert np.sum((low <= truth[:36].sum()) & (truth[:36].sum() <= high)) >= 95


@pytest.mark.parametrize(("at_risk", "lost"), [([[3.0]], [[4.0]]), ([[3.0]], [[-1.0]]), ([[3.0, 2.0]], [[1.0]])])
def test_counts_that_cannot_be_are_refused(at_risk: list[list[float]], lost: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="expected 0 <= lost <= at_risk"):
        fit_lifetimes(at_risk, lost)


def test_survivors_that_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="never rise"):
        counts_of_survivors([[10, 8, 9]])
