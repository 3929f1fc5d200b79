"""Long columns to fits and back: each scope gets the fit of its own rows, whatever their order."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.estimators.lifetime_columns import (
    churn_intervals,
    monthly_discount,
    order_lifetimes,
    subscription_lifetimes,
    subscription_survival,
)
from orchestration.estimators.subscription_lifetimes import fit_lifetimes

JANUARY, FEBRUARY = np.datetime64("2026-01-01"), np.datetime64("2026-02-01")
#: Hazards 1/3 and 1/4: alpha 1, beta 2 (test_subscription_lifetimes). The second scope is one month old and lost nobody.
COUNTS = {
    "period_on": np.array([FEBRUARY, JANUARY, JANUARY]),
    "segment_kind": np.array(["channel", "total", "total"], dtype=object),
    "segment": np.array(["email", "all", "all"], dtype=object),
    "age_months": np.array([1, 2, 1]),
    "at_risk_count": np.array([40, 800, 1200]),
    "lost_count": np.array([0, 200, 400]),
}


def test_each_scope_has_the_fit_of_its_own_rows() -> None:
    """Three months at 10 % a year: 1 + (2/3) / 1.1^(1/12) + (1/2) / 1.1^(2/12) = 1 + 0.661393 + 0.492119 = 2.153513."""
    found = subscription_lifetimes(COUNTS, 3, 0.1)
    place = {segment: index for index, segment in enumerate(found["segment"])}
    assert found["period_on"][place["all"]] == JANUARY and found["period_on"][place["email"]] == FEBRUARY
    assert found["is_converged"][place["all"]] and not found["is_converged"][place["email"]]
    assert found["reason"][place["email"]].startswith("no loss was seen")
    assert found["alpha"][place["all"]] == pytest.approx(1, rel=1e-5)
    assert found["expected_months"][place["all"]] == pytest.approx(2.153513, abs=2e-6)
    assert found["log_likelihood"][place["all"]] == pytest.approx(fit_lifetimes([[1200, 800]], [[400, 200]]).log_likelihood[0])


def test_survival_is_one_row_per_scope_and_age() -> None:
    found = subscription_survival(COUNTS, 2)
    total = found["segment"] == "all"
    assert found["age_months"][total].tolist() == [0, 1, 2]
    assert found["survival_ratio"][total] == pytest.approx([1, 2 / 3, 1 / 2], rel=1e-5)
    assert np.isnan(found["survival_ratio"][~total]).all()


def test_no_rows_are_no_scopes() -> None:
    nothing = {name: values[:0] for name, values in COUNTS.items()}
    assert len(subscription_lifetimes(nothing, 60, 0.1)["alpha"]) == 0
    assert len(subscription_survival(nothing, 60)["age_months"]) == 0
    columns = ("period_on", "repeat_count", "last_repeat_months", "observed_months", "mean_repeat_value")
    orders = order_lifetimes({name: np.array([]) for name in columns}, 60, 0.1)
    assert len(orders["expected_purchase_value"]) == 0 and "bg_nbd_alpha_error" in orders


def test_churn_has_wilsons_interval() -> None:
    """0 of 10 and 10 of 10 at 95 %: the bounds are 0 and 0.2775, 0.7225 and 1 (Newcombe 1998, method 3)."""
    found = churn_intervals(
        {**{name: COUNTS[name][:2] for name in ("period_on", "segment_kind", "segment")},
         "churned_account_count": np.array([0, 10]), "opening_account_count": np.array([10, 10])}
    )  # fmt: skip
    assert found["churn_low"] == pytest.approx([0, 0.7225], abs=1e-4)
    assert found["churn_high"] == pytest.approx([0.2775, 1], abs=1e-4)


def test_orders_of_each_period_are_fitted_apart() -> None:
    """In January nobody buys twice; in February two do, too few for a mean value."""
    found = order_lifetimes(
        {
            "period_on": np.array([JANUARY] * 2 + [FEBRUARY] * 4),
            "repeat_count": np.array([0, 0, 1, 2, 0, 0]),
            "last_repeat_months": np.array([0, 0, 1.0, 2.0, 0, 0]),
            "observed_months": np.array([3.0, 3.0, 4.0, 4.0, 4.0, 4.0]),
            "mean_repeat_value": np.array([0, 0, 10.0, 20.0, 0, 0]),
        },
        60,
        0.1,
    )
    assert found["bg_nbd_customer_count"].tolist() == [2, 4]
    assert found["bg_nbd_reason"][0] == "nobody bought twice" and np.isnan(found["expected_repeat_purchases"][0])
    assert found["gamma_gamma_customer_count"].tolist() == [0, 2]
    assert found["gamma_gamma_reason"].tolist() == ["fewer than 3 repeat buyers"] * 2


def test_a_years_discount_compounds() -> None:
    assert (1 + monthly_discount(0.1)) ** 12 == pytest.approx(1.1)
