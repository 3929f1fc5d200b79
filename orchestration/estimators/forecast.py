"""Forecasts of a monthly amount, with an interval that widens with the distance.

Belongs here: one structural time series model, its convergence, its degenerate cases. Does not belong here: which amounts are
forecast, how far and how sure (a seed and the model that calls it), money (the caller rounds to decimals).

The model is a level that walks at random with a constant drift, seen through noise (Harvey, A. C. (1989), Forecasting, Structural
Time Series Models and the Kalman Filter, sections 2.3 and 4.1; Durbin & Koopman (2012), Time Series Analysis by State Space
Methods, 2nd edition, section 3.2): y(t) = level(t) + noise, level(t) = level(t-1) + drift + shock. A straight line is the case
without shocks, a random walk with drift the case without noise. Fitted by statsmodels' UnobservedComponents with exact diffuse
initialisation, so that what is not known of level and drift is in the interval.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student
from statsmodels.tsa.statespace.structural import UnobservedComponents

from orchestration.estimators.digits import published

DEFAULT_CONFIDENCE = 0.95
#: Fewest observations that leave a degree of freedom after level, drift and two variances.
FEWEST_OBSERVATIONS = 5
#: Optimisers in the order they are tried; the second needs no gradient.
_METHODS = ("lbfgs", "powell")
#: Parameters are rounded to this many digits before they are used, so that the last bits of an optimiser change no forecast.
_PARAMETER_DIGITS = 6
_NOTHING = 1e-9


@dataclass(frozen=True)
class Forecast:
    """A forecast of `horizon` periods after the last observation.

    `status` is ok, not_enough_data (fewer than the minimum of observations) or no_fit (no optimiser converged); unless ok, the
    arrays are empty. `mean`, `low`, `high` have `horizon` elements each, in the unit of the values. `drift` is per period,
    `noise_variance` and `level_variance` are in squared units; all NaN unless ok.
    """

    status: str
    observations: int
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    drift: float = float("nan")
    noise_variance: float = float("nan")
    level_variance: float = float("nan")


def forecast_amounts(values: ArrayLike, horizon: int, minimum: int = 12, confidence: float = DEFAULT_CONFIDENCE) -> Forecast:
    """Forecast the `horizon` periods that follow `values`, one number per period in order of time.

    NaN is a period without a number; it is estimated, not skipped, and leading and trailing ones count as periods too. The interval
    uses Student's t with observations - 4 degrees of freedom (level, drift, two variances) where the normal would be too sure of
    variances estimated from a short history. Values on one straight line, as of a flat subscription, are continued with an interval
    of no width.

    Raises ValueError when `values` is not one-dimensional or holds an infinity, when `horizon` or `minimum` is below 1, or when
    `confidence` is not inside (0, 1).
    """
    y = np.asarray(values, dtype=float)
    if y.ndim != 1:
        raise ValueError(f"forecast_amounts: values have {y.ndim} dimensions; expected one number per period")
    if np.isinf(y).any():
        raise ValueError("forecast_amounts: values hold an infinity; expected numbers, or NaN for a period without one")
    if horizon < 1 or minimum < 1:
        raise ValueError(f"forecast_amounts: horizon {horizon}, minimum {minimum}; expected both to be 1 or more")
    if not 0 < confidence < 1:
        raise ValueError(f"forecast_amounts: confidence {confidence}; expected a share between 0 and 1, such as 0.95")
    known = np.flatnonzero(~np.isnan(y))
    if len(known) < max(minimum, FEWEST_OBSERVATIONS):
        return _without("not_enough_data", len(known))
    line = _as_line(y, known)
    if line is not None:
        start, drift = line
        mean = start + drift * np.arange(len(y), len(y) + horizon)
        return Forecast("ok", len(known), mean, mean.copy(), mean.copy(), drift, 0.0, 0.0)
    return _fitted(y, known, horizon, confidence)


def _without(status: str, observations: int) -> Forecast:
    empty = np.empty(0)
    return Forecast(status, observations, empty, empty, empty)


def _as_line(y: NDArray[np.float64], known: NDArray[np.int64]) -> tuple[float, float] | None:
    """Value at the first period and drift, when all known values lie on one line as far as floats can say; else None."""
    drift = (y[known[-1]] - y[known[0]]) / (known[-1] - known[0])
    start = y[known[0]] - drift * known[0]
    away = np.abs(y[known] - (start + drift * known)).max()
    return (float(start), float(drift)) if away <= 1e-9 * max(1.0, np.abs(y[known]).max()) else None


def _fitted(y: NDArray[np.float64], known: NDArray[np.int64], horizon: int, confidence: float) -> Forecast:
    # The optimiser works in units of the usual step, so that cents and millions have the same shape.
    centre = y[known[0]]
    scale = float(np.std(np.diff(y[known])))
    if scale == 0.0:
        scale = float(np.std(y[known]))
    model = UnobservedComponents((y - centre) / scale, level="lldtrend", use_exact_diffuse=True)
    parameters = _parameters(model)
    if parameters is None:
        return _without("no_fit", len(known))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = model.smooth(parameters)
        ahead = result.get_forecast(horizon)
    mean = np.asarray(ahead.predicted_mean) * scale + centre
    half = student.ppf(0.5 + confidence / 2, len(known) - 4) * np.asarray(ahead.se_mean) * scale
    if not (np.isfinite(mean).all() and np.isfinite(half).all()):
        return _without("no_fit", len(known))
    noise, level = parameters * scale**2
    drift = float(result.smoothed_state[1, -1]) * scale
    return Forecast("ok", len(known), mean, mean - half, mean + half, drift, float(noise), float(level))


def _parameters(model: UnobservedComponents) -> NDArray[np.float64] | None:
    """Maximum likelihood variances (noise, level) from the first optimiser that says it converged; None when none does."""
    for method in _METHODS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result = model.fit(method=method, disp=False, maxiter=500, cov_type="none")
            except (np.linalg.LinAlgError, ValueError):
                continue
        parameters = np.asarray(result.params, dtype=float)
        if result.mle_retvals.get("converged") and np.isfinite(parameters).all():
            # A variance that is nothing beside the other one is 0: an optimiser stops at any such number.
            return published(np.where(parameters < _NOTHING * parameters.max(), 0.0, parameters), _PARAMETER_DIGITS)
    return None
