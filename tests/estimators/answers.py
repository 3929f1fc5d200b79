"""Every estimator on the samples of a file, its answers written as text: what test_processors.py runs once per kind of processor.

Usage: python answers.py samples.npz answers.json. Belongs here: which estimators are asked. Does not belong here: making the samples
or judging the answers.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from orchestration.estimators.digits import published
from orchestration.estimators.forecast import forecast_amounts
from orchestration.estimators.intervals import ratio_of_means, wilson
from orchestration.estimators.lifetime_columns import order_lifetimes, subscription_lifetimes, subscription_survival
from orchestration.estimators.marginal import marginal_cost, theil_sen, variation
from orchestration.estimators.trends import linear_trend, plateau
from orchestration.estimators.virality import k_factor, project_users

ORDERS = ("period_on", "repeat_count", "last_repeat_months", "observed_months", "mean_repeat_value")
COUNTS = ("period_on", "segment_kind", "segment", "age_months", "at_risk_count", "lost_count")


def answers(samples: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Estimator -> column -> its values as text, every digit of them."""
    counts = {name: samples[f"counts_{name}"] for name in COUNTS}
    weeks = samples["weeks"]
    ahead = forecast_amounts(samples["amounts"], 6)
    found: dict[str, dict[str, Any]] = {
        "orders": order_lifetimes({name: samples[f"orders_{name}"] for name in ORDERS}, 60, 0.1),
        "subscriptions": subscription_lifetimes(counts, 60, 0.1),
        "survival": subscription_survival(counts, 60),
        # As int_sales_cycles__trended writes it.
        "trend": {"slope": published(linear_trend(weeks[0], weeks[1])[:3])},
        "slope": theil_sen(weeks[0], weeks[1])._asdict(),
        "marginal": marginal_cost(weeks[1], weeks[2])._asdict(),
        "variation": {"value": variation(weeks[1])},
        # As int_costs__forecast writes them.
        "forecast": {name: published(getattr(ahead, name)) for name in ("mean", "low", "high")},
        "wilson": dict(zip(("low", "high"), wilson(samples["successes"], samples["trials"]), strict=True)),
        "ratio": dict(zip(("low", "high"), ratio_of_means(*samples["ratio_sums"]), strict=True)),
        "plateau": plateau(*samples["plateau_sums"], first_week=8, last_week=12)._asdict(),
        "k_factor": k_factor(*samples["k_sums"])._asdict(),
        "projection": project_users(1000, 1.3, 0.37, 9, 365)._asdict(),
    }
    return {
        estimator: {name: [repr(value) for value in np.atleast_1d(np.asarray(values)).tolist()] for name, values in columns.items()}
        for estimator, columns in found.items()
    }


if __name__ == "__main__":
    with np.load(sys.argv[1], allow_pickle=False) as archive:
        given = {name: archive[name] for name in archive.files}
    Path(sys.argv[2]).write_text(json.dumps(answers(given)))
