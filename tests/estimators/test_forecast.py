"""The forecast against series whose law is known, and against closed forms of the two models that it contains."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t as student

from orchestration.estimators.forecast import forecast_amounts


def simulated(seed: int, periods: int, drift: float, noise: float, level: float) -> NDArray[np.float64]:
    """A level from 1,000 that drifts and is shocked with standard deviation `level`, seen with standard deviation `noise`."""
    random = np.random.default_rng(seed)
    path = 1000 + np.cumsum(drift + level * random.standard_normal(periods))
    return path + noise * random.standard_normal(periods)


def test_the_interval_holds_what_comes_in_95_of_100() -> None:
    """Sixty months are seen; the first, sixth and twelfth month after them lie inside in at least 90 of 100 series."""
    inside = np.zeros(12, dtype=int)
    for seed in range(100):
        series = simulated(seed, 72, drift=5, noise=1, level=1)
        found = forecast_amounts(series[:60], horizon=12)
        assert found.status == "ok"
        inside += (found.low <= series[60:]) & (series[60:] <= found.high)
    assert inside[0] >= 90 and inside[5] >= 90 and inside[11] >= 90, inside
    # An interval that holds everything says nothing.
    assert inside.sum() < 1195, inside


def test_known_parameters_are_found_again() -> None:
    """Drift 5, noise 2 squared, shocks 1 squared, over 1,200 periods. The standard error of the drift is 1/sqrt(1200) = 0.029."""
    found = forecast_amounts(simulated(7, 1200, drift=5, noise=2, level=1), horizon=1)
    assert found.drift == pytest.approx(5, abs=3 * 0.029)
    assert found.noise_variance == pytest.approx(4, rel=0.2)
    assert found.level_variance == pytest.approx(1, rel=0.3)


def test_a_trend_under_noise_is_the_line_of_least_squares() -> None:
    """Without shocks the model is the regression on time: same line, and its prediction interval with s2 = RSS/(n - 2)."""
    n, horizon = 48, 6
    # Errors that turn their sign each month leave nothing for a wandering level to explain.
    errors = np.array([3.0, -2.0, 2.0, -3.0] * (n // 4))
    series = 200 + 4 * np.arange(n) + errors
    found = forecast_amounts(series, horizon)
    months = np.arange(n)
    slope, start = np.polyfit(months, series, 1)
    ahead = np.arange(n, n + horizon)
    variance = np.sum((series - start - slope * months) ** 2) / (n - 2)
    spread = np.sqrt(variance * (1 + 1 / n + (ahead - months.mean()) ** 2 / np.sum((months - months.mean()) ** 2)))
    assert found.level_variance == pytest.approx(0, abs=1e-4)
    assert found.mean == pytest.approx(start + slope * ahead, rel=1e-4)
    assert found.high - found.mean == pytest.approx(student.ppf(0.975, n - 4) * spread, rel=1e-3)


def test_a_random_walk_with_drift_is_its_mean_step() -> None:
    """Without noise: last + h x mean step, variance s2 (h + h2/(n - 1)), s2 of the n - 1 steps about their mean."""
    n, horizon = 49, 8
    # Steps that keep their direction for a while cannot be noise about a level, which would turn back.
    steps = 10 + np.array([4.0, 4.0, 4.0, -4.0, -4.0, -4.0] * 8)
    series = 500 + np.concatenate([[0.0], np.cumsum(steps)])
    found = forecast_amounts(series, horizon)
    ahead = np.arange(1, horizon + 1)
    variance = np.sum((steps - steps.mean()) ** 2) / (n - 2)
    assert found.noise_variance == pytest.approx(0, abs=1e-3)
    assert found.mean == pytest.approx(series[-1] + 10 * ahead, rel=1e-4)
    assert found.mean - found.low == pytest.approx(student.ppf(0.975, n - 4) * np.sqrt(variance * (ahead + ahead**2 / (n - 1))), rel=1e-3)


def test_too_little_history_is_said() -> None:
    eleven = forecast_amounts(np.arange(11.0), horizon=3, minimum=12)
    assert (eleven.status, eleven.observations, len(eleven.mean)) == ("not_enough_data", 11, 0)
    assert forecast_amounts([*np.arange(11.0), np.nan], horizon=3, minimum=12).status == "not_enough_data"
    assert forecast_amounts([], horizon=3).status == "not_enough_data"
    # Four numbers cannot tell two variances, whatever the company accepts.
    assert forecast_amounts([1, 5, 2, 8], horizon=1, minimum=1).status == "not_enough_data"
    assert forecast_amounts(np.arange(12.0), horizon=3, minimum=12).status == "ok"


def test_a_constant_series_and_a_straight_line_go_on() -> None:
    flat = forecast_amounts([80.0] * 12, horizon=2)
    assert (flat.status, list(flat.mean), list(flat.low), list(flat.high)) == ("ok", [80, 80], [80, 80], [80, 80])
    # 10, 12, ... 32 goes on with 34 and 36.
    line = forecast_amounts(np.arange(10.0, 34.0, 2.0), horizon=2)
    assert list(line.mean) == pytest.approx([34, 36]) and list(line.high) == pytest.approx([34, 36])


def test_a_missing_month_keeps_its_place() -> None:
    """The eleventh of twelve months is missing on a straight line: the thirteenth is 1 + 12 x 3 = 37, not 34."""
    series = 1 + 3 * np.arange(12.0)
    series[10] = np.nan
    assert list(forecast_amounts(series, horizon=1, minimum=11).mean) == pytest.approx([37])
    noisy = simulated(3, 60, drift=5, noise=1, level=1)
    noisy[30:33] = np.nan
    gap = forecast_amounts(noisy, horizon=1)
    assert gap.observations == 57 and gap.low[0] < 1000 + 61 * gap.drift + 20 and gap.mean[0] > noisy[57] - 10


def test_the_same_history_gives_the_same_forecast_in_any_unit() -> None:
    series = simulated(11, 36, drift=5, noise=2, level=1)
    first, again, cents = (forecast_amounts(each, horizon=6) for each in (series, series.copy(), series * 100))
    assert (first.mean == again.mean).all() and (first.low == again.low).all()
    assert cents.mean == pytest.approx(100 * first.mean, rel=1e-6)
    assert cents.high - cents.low == pytest.approx(100 * (first.high - first.low), rel=1e-3)


def test_a_wider_confidence_is_a_wider_interval() -> None:
    series = simulated(5, 36, drift=5, noise=2, level=1)
    narrow, wide = forecast_amounts(series, 3, confidence=0.8), forecast_amounts(series, 3, confidence=0.99)
    assert (wide.low < narrow.low).all() and (narrow.high < wide.high).all()
    assert (np.diff(wide.high - wide.low) > 0).all()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"values": [[1.0, 2.0]], "horizon": 1}, "2 dimensions"),
        ({"values": [1.0, np.inf], "horizon": 1}, "infinity"),
        ({"values": [1.0], "horizon": 0}, "horizon 0"),
        ({"values": [1.0], "horizon": 1, "minimum": 0}, "minimum 0"),
        ({"values": [1.0], "horizon": 1, "confidence": 95}, "confidence 95"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        forecast_amounts(**arguments)


def test_no_forecast_is_made_when_no_optimiser_converges(monkeypatch: pytest.MonkeyPatch) -> None:
    """The series is one that fits; every optimiser is made to say that it did not converge."""
    from orchestration.estimators import forecast

    class Stubborn(forecast.UnobservedComponents):
        def fit(self, *args: object, **kwargs: object) -> object:
            result = super().fit(*args, **kwargs)
            result.mle_retvals["converged"] = False
            return result

    monkeypatch.setattr(forecast, "UnobservedComponents", Stubborn)
    found = forecast_amounts(simulated(5, 36, drift=5, noise=2, level=1), horizon=3)
    assert (found.status, len(found.mean)) == ("no_fit", 0)
