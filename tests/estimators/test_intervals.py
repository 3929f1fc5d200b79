"""Intervals against published tables, hand-worked sums, and their coverage under fixed seeds."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from orchestration.estimators.intervals import ratio_of_means, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe (1998), table I, method 3, rounded there to four places.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_table_of_newcombe(successes: int, trials: int, low: float, high: float) -> None:
    got_low, got_high = wilson(successes, trials)
    assert float(got_low) == pytest.approx(low, abs=5e-5)
    assert float(got_high) == pytest.approx(high, abs=5e-5)


def test_wilson_is_symmetric_under_swapping_success_and_failure() -> None:
    low, high = wilson([3, 17], [20, 20])
    assert low[0] == pytest.approx(1 - high[1])
    assert high[0] == pytest.approx(1 - low[1])


def test_wilson_takes_columns_and_has_no_interval_without_trials() -> None:
    frame = pl.DataFrame({"successes": [0, 5, 20], "trials": [0, 20, 20]})
    low, high = wilson(frame["successes"], frame["trials"])
    assert np.isnan(low[0]) and np.isnan(high[0])
    assert low.shape == (3,)
    assert high[2] == 1.0
    # By hand, z^2 = 3.841459: centre (0.25 + 3.841459/40) / (1 + 3.841459/20) = 0.290287, half-width 0.178433.
    assert (low[1], high[1]) == (pytest.approx(0.111862, abs=2e-5), pytest.approx(0.468701, abs=2e-5))


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (1, -1)])
def test_wilson_refuses_counts_that_are_no_proportion(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="0 <= successes <= trials"):
        wilson(successes, trials)


def test_delta_interval_of_three_units_by_hand() -> None:
    # x = 0, 30, 100 over y = 100, 300, 100: R = 130/500 = 0.26, residuals -26, -48, 74, their squares 8456,
    # var = 3/2 * 8456 / 250000 = 0.050736, standard error 0.2252465, times 1.9599640 = 0.4414751.
    low, high = ratio_of_means(3, 130, 500, 0 + 900 + 10_000, 0 + 9_000 + 10_000, 10_000 + 90_000 + 10_000)
    assert float(low) == pytest.approx(-0.1814751, abs=1e-6)
    assert float(high) == pytest.approx(0.7014751, abs=1e-6)


def test_delta_interval_is_blank_where_it_cannot_be_known() -> None:
    low, high = ratio_of_means([1, 2, 2], [5, 5, 6], [5, 0, 6], [25, 25, 18], [25, 0, 18], [25, 0, 18])
    assert np.isnan(low[:2]).all() and np.isnan(high[:2]).all()
    # x equals y in every unit: the ratio is 1 without doubt.
    assert (low[2], high[2]) == (1.0, 1.0)


def test_delta_interval_ignores_the_unit_of_money() -> None:
    sums = np.array([130.0, 500.0, 10_900.0, 19_000.0, 110_000.0])
    in_cents = sums * np.array([100.0, 100.0, 10_000.0, 10_000.0, 10_000.0])
    assert ratio_of_means(3, *sums)[0] == pytest.approx(ratio_of_means(3, *in_cents)[0])


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95])
def test_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        wilson(1, 2, confidence=confidence)
    with pytest.raises(ValueError, match="confidence"):
        ratio_of_means(3, 1, 1, 1, 1, 1, confidence=confidence)


@pytest.mark.parametrize("share", [0.03, 0.2, 0.5])
def test_wilson_covers_the_truth_about_as_often_as_it_says(share: float) -> None:
    draws = np.random.default_rng(20261121).binomial(120, share, size=20_000)
    low, high = wilson(draws, 120)
    covered = float(np.mean((low <= share) & (share <= high)))
    assert 0.93 <= covered <= 0.98


def test_delta_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1927)
    y = generator.gamma(4.0, 25.0, size=(6_000, 200))
    x = y * generator.normal(0.9, 0.3, size=y.shape)
    low, high = ratio_of_means(200, x.sum(1), y.sum(1), (x * x).sum(1), (x * y).sum(1), (y * y).sum(1))
    covered = float(np.mean((low <= 0.9) & (high >= 0.9)))
    assert 0.93 <= covered <= 0.97
