"""Robust slopes: worked by hand, against scipy where the definitions agree, and coverage on data whose marginal cost is planted."""

from __future__ import annotations

from math import inf, isnan, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from orchestration.estimators.marginal import marginal_cost, theil_sen, variation


def test_slope_is_the_median_of_all_pairs() -> None:
    """Pairs of (0,0) (1,2) (2,4) (3,100): 2, 2, 100/3, 2, 49, 96; the median of six is (2 + 100/3) / 2 = 53/3."""
    found = theil_sen([0, 1, 2, 3], [0, 2, 4, 100])
    assert found.value == pytest.approx(53 / 3)
    assert found.points == 4


def test_bounds_are_the_ranks_of_kendalls_test() -> None:
    """Five points without ties: 10 slopes, variance 5 x 4 x 15 / 18 = 16.67, 1.96 x 4.0825 = 8.00.

    Ranks round((10 - 8.00) / 2) = 1, the first from below, and round((10 + 8.00) / 2) = 9, index 9 from 0: the last. y = x squared
    has the slopes x1 + x2: 1 to 7.
    """
    found = theil_sen([0, 1, 2, 3, 4], [0, 1, 4, 9, 16])
    assert (found.value, found.low, found.high) == (4, 1, 7)


def test_without_ties_it_is_scipys() -> None:
    rng = np.random.default_rng(7)
    for count in (6, 13, 25):
        x, y = rng.normal(size=count), rng.normal(size=count)
        expected = stats.theilslopes(y, x, alpha=0.9)
        assert theil_sen(x, y, 0.9)[:3] == pytest.approx((expected.slope, expected.low_slope, expected.high_slope))


def test_ties_on_both_sides_widen_what_scipy_gives() -> None:
    """x = 0 0 1 1, y = 0 1 0 1: four slopes 0, 1, -1, 0 of pairs with different x; their median is 0.

    Variance: (4 x 3 x 13 - 2 x (2 x 1 x 9) - 2 x (2 x 1 x 9)) / 18 + 4 x 4 / (2 x 4 x 3) = (156 - 72) / 18 + 2/3 = 16/3; at 95 %
    1.96 x 2.309 = 4.526: beyond all four slopes, so -1 to 1.
    """
    found = theil_sen([0, 0, 1, 1], [0, 1, 0, 1])
    assert (found.value, found.low, found.high) == (0, -1, 1)


def test_a_constant_has_slope_zero_and_no_doubt() -> None:
    assert theil_sen([1, 1, 2, 2, 3], [5, 5, 5, 5, 5])[:3] == (0, 0, 0)


@pytest.mark.parametrize(("x", "y"), [([], []), ([1, 2], [1, 2]), ([3, 3, 3], [1, 2, 3])])
def test_too_little_has_no_slope(x: list[float], y: list[float]) -> None:
    found = theil_sen(x, y)
    assert all(isnan(value) for value in found[:3])
    assert found.points == len(x)


def test_marginal_cost_is_spend_for_one_more_customer() -> None:
    """Customers are spend / 50, to the letter: each change costs 50 for one customer, whatever the level."""
    spend = np.array([100, 200, 100, 300, 200, 400])
    assert marginal_cost(spend, spend / 50)[:3] == (50, 50, 50)
    assert marginal_cost(spend, 7 + spend / 50)[:3] == (50, 50, 50)
    assert marginal_cost(spend, spend / 50).points == 5


def test_an_effect_that_may_be_none_has_no_upper_bound() -> None:
    """Changes of spend 1, 2, 3, 4 and of customers 0, 2, 0, 2: slopes 2, 0, 2/3, -2, 0, 2; median 1/3, bounds -2 and 2.

    So one more customer costs 3, at least 1/2, and perhaps no money buys one. Variance with y's two ties of two: (4 x 3 x 13 - 2 x 18)
    / 18 = 6.67; 1.96 x sqrt(1.5 x 6.67) = 6.2 is beyond the six.
    """
    found = marginal_cost([0, 1, 3, 6, 10], [0, 0, 2, 2, 4])
    assert found[:3] == (pytest.approx(3), 0.5, inf)


def test_more_spend_for_fewer_customers_has_no_price() -> None:
    found = marginal_cost([0, 1, 3, 6, 10], [20, 18, 14, 8, 0])
    assert isnan(found.value)
    assert (found.low, found.high) == (inf, inf)


def test_the_planted_price_is_inside_the_interval() -> None:
    """26 weeks, spend that moves by 20 %, one customer per 100 spent and the chance of a Poisson count.

    Of 200 seeds 95 % are inside, less three times the error of that share: 0.95 - 3 x sqrt(0.95 x 0.05 / 200) = 0.904.
    """
    inside = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        spend = 4000 * rng.uniform(0.8, 1.2, 26)
        found = marginal_cost(spend, rng.poisson(spend / 100))
        inside += found.low <= 100 <= found.high
    assert inside / 200 >= 0.95 - 3 * sqrt(0.95 * 0.05 / 200)


def test_variation_is_deviation_over_mean() -> None:
    """1, 2, 3: the deviation with n - 1 is 1, the mean 2."""
    assert variation([1, 2, 3]) == 0.5
    assert variation([4, 4]) == 0
    assert isnan(variation([5])) and isnan(variation([])) and isnan(variation([-1, 1]))


@pytest.mark.parametrize(
    ("x", "y", "confidence", "told"), [([1, 2], [1], 0.95, "one length"), ([1, nan], [1, 2], 0.95, "finite"), ([1], [1], 1.0, "inside")]
)
def test_mistakes_are_told(x: list[float], y: list[float], confidence: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        theil_sen(x, y, confidence)
