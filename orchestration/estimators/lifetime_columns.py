"""Lifetimes of many scopes at once, from columns of counts to columns of estimates: what a dbt Python model calls.

Belongs here: turning long columns into the arrays that the estimators take, and their answers into long columns.
Does not belong here: the maths (subscription_lifetimes.py, order_lifetimes.py, intervals.py), reading or writing tables.

Columns are a mapping from name to a numpy array of one length, as DuckDB gives and takes them. Estimates are rounded to the digits
that every processor computes alike (digits.py), here and nowhere before: a sum or a product of rounded parts would lose them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.estimators.digits import published
from orchestration.estimators.intervals import wilson
from orchestration.estimators.order_lifetimes import OrderFit, discounted_purchases, expected_value, fit_purchases, fit_values
from orchestration.estimators.subscription_lifetimes import SubscriptionFits, expected_periods, fit_lifetimes, survival

Columns = Mapping[str, Any]

_SCOPE = ("period_on", "segment_kind", "segment")


def monthly_discount(annual: float) -> float:
    """Rate per month that compounds to a rate per year, both as shares."""
    return (1 + annual) ** (1 / 12) - 1


def subscription_lifetimes(counts: Columns, horizon: int, annual_discount: float) -> dict[str, Any]:
    """One row per scope of `counts` (period_on, segment_kind, segment, age_months >= 1, at_risk_count, lost_count): its fit.

    Gives the scope, parameters with covariance, log-likelihood, is_converged, reason, and the expected months of a new customer,
    discounted and capped at `horizon` months, with a 95 % interval; NaN where not converged.
    """
    scopes, fits = _fit_scopes(counts)
    months, low, high = expected_periods(fits, horizon, monthly_discount(annual_discount))
    return {
        **scopes,
        "alpha": published(fits.alpha),
        "beta": published(fits.beta),
        "alpha_variance": published(fits.covariance[:, 0, 0]),
        "beta_variance": published(fits.covariance[:, 1, 1]),
        "alpha_beta_covariance": published(fits.covariance[:, 0, 1]),
        "log_likelihood": published(fits.log_likelihood),
        "is_converged": fits.converged,
        "reason": np.array(fits.reason, dtype=object),
        "expected_months": published(months),
        "expected_months_low": published(low),
        "expected_months_high": published(high),
    }


def subscription_survival(counts: Columns, horizon: int) -> dict[str, Any]:
    """One row per scope of `counts` and age 0..horizon months: fitted share still paying, with its 95 % interval."""
    scopes, fits = _fit_scopes(counts)
    ages = np.arange(horizon + 1)
    share, low, high = survival(fits, ages)
    wide = {name: np.repeat(values, len(ages)) for name, values in scopes.items()}
    return {
        **wide,
        "age_months": np.tile(ages, len(fits.alpha)),
        "survival_ratio": published(share.ravel()),
        "survival_low": published(low.ravel()),
        "survival_high": published(high.ravel()),
    }


def churn_intervals(windows: Columns) -> dict[str, Any]:
    """One row per scope of `windows` (its churned_account_count of opening_account_count): 95 % interval of the churn of a month."""
    low, high = wilson(np.asarray(windows["churned_account_count"]), np.asarray(windows["opening_account_count"]))
    return {**{name: windows[name] for name in _SCOPE}, "churn_low": published(low), "churn_high": published(high)}


def order_lifetimes(customers: Columns, horizon: int, annual_discount: float) -> dict[str, Any]:
    """One row per period_on of `customers` (repeat_count, last_repeat_months, observed_months, mean_repeat_value): both fits.

    Gives the parameters and standard errors of BG/NBD (time in months) and of gamma-gamma, their log-likelihoods, converged and
    reason, the repeat purchases of a new customer, discounted and capped at `horizon` months, and the value of one.
    """
    periods, place = np.unique(np.asarray(customers["period_on"]), return_inverse=True)
    rows = [_orders_of(customers, place == index, horizon, annual_discount) for index in range(len(periods))]
    names = rows[0] if rows else _orders_of(customers, place < 0, horizon, annual_discount)
    return {"period_on": periods, **{name: np.array([row[name] for row in rows]) for name in names}}


def _orders_of(customers: Columns, chosen: NDArray[np.bool_], horizon: int, annual_discount: float) -> dict[str, Any]:
    x, t_x, T, z = (
        np.asarray(customers[name], dtype=np.float64)[chosen]
        for name in ("repeat_count", "last_repeat_months", "observed_months", "mean_repeat_value")
    )
    counted = fit_purchases(x, t_x, T)
    repeat = (x > 0) & (z > 0)
    valued = fit_values(x[repeat], z[repeat])
    purchases = discounted_purchases(list(counted.parameters.values()), horizon, 1.0, monthly_discount(annual_discount))
    value = float(expected_value(list(valued.parameters.values()))) if valued.converged else float("nan")
    return {
        **_named("bg_nbd", counted),
        **_named("gamma_gamma", valued),
        "expected_repeat_purchases": float(published(purchases)),
        "expected_purchase_value": float(published(value)),
    }


def _named(model: str, fit: OrderFit) -> dict[str, Any]:
    named: dict[str, Any] = {f"{model}_{name}": float(published(value)) for name, value in fit.parameters.items()}
    named |= {f"{model}_{name}_error": float(published(value)) for name, value in fit.standard_errors.items()}
    return named | {
        f"{model}_log_likelihood": float(published(fit.log_likelihood)),
        f"{model}_customer_count": fit.customers,
        f"{model}_is_converged": fit.converged,
        f"{model}_reason": fit.reason,
    }


def _fit_scopes(counts: Columns) -> tuple[dict[str, NDArray[Any]], SubscriptionFits]:
    """The distinct scopes as columns, in their order of appearance, and the fit of each."""
    keys = list(zip(*(np.asarray(counts[name]).tolist() for name in _SCOPE), strict=True))
    places: dict[Sequence[Any], int] = {}
    row = np.array([places.setdefault(key, len(places)) for key in keys], dtype=np.int64)
    ages = np.asarray(counts["age_months"], dtype=np.int64)
    wide = np.zeros((2, len(places), int(ages.max(initial=1))))
    for layer, name in zip(wide, ("at_risk_count", "lost_count"), strict=True):
        np.add.at(layer, (row, ages - 1), np.asarray(counts[name], dtype=np.float64))
    first = np.unique(row, return_index=True)[1]
    scopes = {name: np.asarray(counts[name])[first] for name in _SCOPE}
    return scopes, fit_lifetimes(wide[0], wide[1])
