"""Slopes against hand-worked sums, a published regression, scipy, and their coverage under fixed seeds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from orchestration.estimators.trends import linear_trend, plateau


def test_trend_of_four_points_by_hand() -> None:
    # x - 2.5 = -1.5, -0.5, 0.5, 1.5 (squares sum to 5); slope = (-1.5 x 30 - 0.5 x 28 + 0.5 x 29 + 1.5 x 23) / 5 = -10/5 = -2.
    # Residuals from 27.5 - 2 (x - 2.5): -0.5, -0.5, 2.5, -1.5 (squares sum to 9); se = sqrt(9/2/5) = 0.9486833;
    # t(0.975, 2) = 4.3026527, half = 4.0818550.
    found = linear_trend([1, 2, 3, 4], [30, 28, 29, 23])
    assert found.slope == pytest.approx(-2.0)
    assert (found.low, found.high) == (pytest.approx(-6.081855, abs=1e-6), pytest.approx(2.081855, abs=1e-6))
    assert found.points == 4


def test_trend_gives_the_certified_values_of_nist_norris() -> None:
    """NIST StRD linear regression, dataset Norris: slope 1.00211681802045, its standard deviation 0.429796848199937e-3, 36 points."""
    x = [0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5, 11.6]
    x += [556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5]
    y = [0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8]
    y += [557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2]
    found = linear_trend(x, y)
    assert found.slope == pytest.approx(1.00211681802045, rel=1e-12)
    assert (found.high - found.slope) / stats.t.ppf(0.975, 34) == pytest.approx(0.429796848199937e-3, rel=1e-9)


def test_trend_agrees_with_scipy() -> None:
    generator = np.random.default_rng(7)
    x = generator.uniform(0, 12, 200)
    y = 40 - 0.8 * x + generator.exponential(9, 200)
    fitted = stats.linregress(x, y)
    found = linear_trend(x, y)
    assert found.slope == pytest.approx(fitted.slope)
    assert found.high - found.slope == pytest.approx(stats.t.ppf(0.975, 198) * fitted.stderr)


def test_trend_is_blank_where_it_cannot_be_known() -> None:
    assert np.isnan(linear_trend([], []).slope)
    assert np.isnan(linear_trend([3, 3, 3], [1, 2, 3]).slope)
    two = linear_trend([1, 2], [5, 3])
    assert two.slope == -2.0
    assert np.isnan(two.low) and np.isnan(two.high)


def test_trend_refuses_points_that_are_none() -> None:
    with pytest.raises(ValueError, match="not finite"):
        linear_trend([1, 2], [1, float("nan")])
    with pytest.raises(ValueError, match="one length"):
        linear_trend([1, 2], [1, 2, 3])


def test_plateau_of_three_users_by_hand() -> None:
    # Weeks 1-3, middle 2, spread 2. Active in (1, 2, 3), (1), (): scores 0, -1, 0, counts 3, 1, 0.
    # Pooled curve 2/3, 1/3, 1/3: slope (1/3 - 2/3) / 2 = -1/6. Slopes of users 0, -1/2, 0: variance 1/12, standard error
    # sqrt(1/36), half 1.9599640 / 6 = 0.3266607. Level 4/9: shares 1, 1/3, 0, variance 7/27, half 1.9599640 x sqrt(7/81) = 0.5761776.
    found = plateau(3, 4, 10, -1, 1, 1, 3)
    assert float(found.slope) == pytest.approx(-1 / 6)
    assert float(found.slope_low) == pytest.approx(-1 / 6 - 0.3266607, abs=1e-6)
    assert float(found.slope_high) == pytest.approx(-1 / 6 + 0.3266607, abs=1e-6)
    assert float(found.level) == pytest.approx(4 / 9)
    assert float(found.level_high) == 1.0
    assert float(found.level_low) == 0.0


def test_plateau_slope_is_the_least_squares_slope_of_the_pooled_curve() -> None:
    generator = np.random.default_rng(3)
    weeks = np.arange(5, 13)
    active = generator.random((400, 8)) < 0.6 - 0.02 * weeks
    counts, scores = active.sum(1), active @ (weeks - 8.5)
    found = plateau(400, counts.sum(), (counts**2).sum(), scores.sum(), (scores**2).sum(), 5, 12)
    assert float(found.slope) == pytest.approx(stats.linregress(weeks, active.mean(0)).slope)
    assert float(found.level) == pytest.approx(active.mean())


def test_plateau_is_blank_without_users() -> None:
    found = plateau([0, 1], [0, 2], [0, 4], [0, 1], [0, 1], 5, 12)
    assert np.isnan(found.slope[0]) and np.isnan(found.level[0])
    assert not np.isnan(found.level[1]) and np.isnan(found.level_low[1])


def test_plateau_covers_a_flat_curve_about_as_often_as_it_says() -> None:
    # Users who stay are active in each week with 0.8, others never: weeks of one user are far from independent.
    generator = np.random.default_rng(1990)
    stays = generator.random((4_000, 150, 1)) < 0.3
    active = stays & (generator.random((4_000, 150, 8)) < 0.8)
    counts = active.sum(2)
    scores = active @ (np.arange(5, 13) - 8.5)
    found = plateau(150, counts.sum(1), (counts**2).sum(1), scores.sum(1), (scores**2).sum(1), 5, 12)
    flat = float(np.mean((found.slope_low <= 0) & (found.slope_high >= 0)))
    assert 0.93 <= flat <= 0.97
    level = float(np.mean((found.level_low <= 0.24) & (found.level_high >= 0.24)))
    assert 0.93 <= level <= 0.97


def test_plateau_refuses_weeks_in_the_wrong_order() -> None:
    with pytest.raises(ValueError, match="last_week above first_week"):
        plateau(1, 1, 1, 1, 1, 12, 5)
