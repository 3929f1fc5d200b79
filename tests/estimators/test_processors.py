"""The same customers give the same published digits on another processor, and from inputs that differ in their last bit.

Another processor is this one with its newer instructions switched off: numpy's, the C library's and the matrix library's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.estimators.answers import answers
from tests.estimators.test_order_lifetimes import simulate as simulate_orders
from tests.estimators.test_subscription_lifetimes import simulate as simulate_lives

SCRIPT = Path(__file__).with_name("answers.py")


def older_processor() -> dict[str, str]:
    """Variables that switch off what numpy would choose by itself here; the other two matter where glibc and OpenBLAS are used."""
    found = np._core._multiarray_umath
    chosen = [name for name in found.__cpu_dispatch__ if found.__cpu_features__.get(name)]
    return {
        "NPY_DISABLE_CPU_FEATURES": " ".join(chosen),
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F",
        "OPENBLAS_CORETYPE": "Nehalem",
    }


@pytest.fixture(scope="module")
def samples() -> dict[str, Any]:
    """Customers, weeks and amounts. Orders of seven periods, of which three lie on ridges: everyone leaves alike, nobody leaves, all
    buy at one rate. Subscriptions of which two do: hazards nearly alike, and alike."""
    rng = np.random.default_rng(20261121)
    orders: list[np.ndarray] = []
    planted = [(0.6, 5.0, 0.8, 2.5), (0.24, 4.4, 0.8, 2.4), (0.7, 4.0, 3e6, 7e6), (0.7, 4.0, 1e-4, 1.0), (900.0, 9000.0, 0.9, 3.0)]
    planted += [(0.4, 3.0, 6.0, 14.0), (5.8, 64.0, 0.2, 7.0)]
    for place, parameters in enumerate(planted):
        T = rng.integers(30, 1100, 700) / 30.4375
        x, t_x = simulate_orders(rng, parameters, T)
        z = rng.gamma(6.25 * np.maximum(x, 1)) / np.maximum(x, 1) / rng.gamma(3.74, 1 / 15.44, len(x))
        orders.append(np.stack([np.full(len(x), place), x, t_x, T, np.where(x > 0, z, 0)]))
    columns = np.concatenate(orders, axis=1)
    counts: list[tuple[Any, ...]] = []
    for segment, (alpha, beta, size) in enumerate([(0.7, 3.8, 300), (1.2, 7.0, 90), (40.0, 900.0, 400), (3e3, 6e4, 500), (0.4, 0.9, 30)]):
        at_risk, lost = simulate_lives(rng, alpha, beta, [size, size], [24, 15])
        counts += [(0, "segment", str(segment), age + 1, at_risk[age], lost[age]) for age in range(24)]
    # A hazard of 0.05 at every age but for one customer: as near to alike as counts can be.
    counts += [(0, "segment", "ridge", age + 1, 2000, 100 + (age == 0)) for age in range(24)]
    names = ("period_on", "segment_kind", "segment", "age_months", "at_risk_count", "lost_count")
    trials = rng.integers(1, 900, 300)
    values = rng.gamma(2.0, 30.0, (2, 300, 12))
    sums = [np.full(300, 12.0), values[0].sum(1), values[1].sum(1)]
    sums += [(values[i] * values[j]).sum(1) for i, j in ((0, 0), (0, 1), (1, 1))]
    sent = rng.poisson(2.0, (300, 40)).astype(float)
    matured = rng.binomial(sent.astype(int), 0.8).astype(float)
    converted = rng.binomial(matured.astype(int), 0.3).astype(float)
    users = [np.full(300, 40.0), *(c.sum(1) for c in (sent, matured, converted))]
    users += [(a * b).sum(1) for a, b in ((sent, sent), (sent, matured), (sent, converted), (matured, matured), (matured, converted))]
    active = rng.binomial(5, 0.5, (300, 40)).astype(float)
    score = rng.integers(-3, 4, (300, 40)).astype(float)
    return {
        **dict(zip((f"orders_{name}" for name in ("period_on", "repeat_count", "last_repeat_months")), columns, strict=False)),
        **dict(zip(("orders_observed_months", "orders_mean_repeat_value"), columns[3:], strict=True)),
        **{f"counts_{name}": np.array(values) for name, values in zip(names, zip(*counts, strict=True), strict=True)},
        "weeks": np.stack([np.arange(120) / 30.4375, rng.gamma(9.0, 40.0, 120), rng.poisson(12, 120)]),
        "amounts": 5e4 + np.cumsum(rng.normal(700, 900, 36)) + rng.normal(0, 400, 36),
        "successes": rng.binomial(trials, 0.1),
        "trials": trials,
        "ratio_sums": np.stack(sums),
        "plateau_sums": np.stack([np.full(300, 40.0), active.sum(1), (active**2).sum(1), score.sum(1), (score**2).sum(1)]),
        "k_sums": np.stack([*users, (converted**2).sum(1)]),
    }


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [
        f"{estimator}.{name} row {row}: {left} and {right}"
        for estimator, columns in one.items()
        for name, values in columns.items()
        for row, (left, right) in enumerate(zip(values, other[estimator][name], strict=True))
        if left != right
    ]


def test_two_processors_give_the_same_digits(samples: dict[str, Any], tmp_path: Path) -> None:
    np.savez(tmp_path / "samples.npz", **samples)
    found = []
    for name, variables in (("this", {}), ("older", older_processor())):
        written = tmp_path / f"{name}.json"
        subprocess.run(
            [sys.executable, "-W", "ignore", str(SCRIPT), str(tmp_path / "samples.npz"), str(written)],
            check=True,
            env={**os.environ, "PYTHONPATH": str(SCRIPT.parents[2]), **variables},
            timeout=300,
        )
        found.append(json.loads(written.read_text()))
    assert differing(*found) == []
    fitted = found[0]["orders"]
    # The plain periods and the one of customers who leave alike have an answer: the comparison is not of blanks.
    assert [fitted["bg_nbd_is_converged"][place] for place in (0, 1, 2)] == ["True"] * 3
    assert found[0]["subscriptions"]["is_converged"].count("True") == 6


def test_the_last_bit_of_an_input_moves_no_published_digit(samples: dict[str, Any]) -> None:
    """Times and values moved by up to 1e-15 of themselves, four roundings, each by its own share."""
    rng = np.random.default_rng(3)
    moved = dict(samples)
    for name in ("orders_last_repeat_months", "orders_observed_months", "orders_mean_repeat_value"):
        moved[name] = samples[name] * (1 + rng.uniform(-1e-15, 1e-15, len(samples[name])))
    moved["orders_last_repeat_months"] = np.minimum(moved["orders_last_repeat_months"], moved["orders_observed_months"])
    before, after = answers(samples), answers(moved)
    assert differing({"orders": before["orders"]}, after) == []
    assert before["orders"]["expected_purchase_value"].count("nan") == 0


def test_a_ridge_is_said_to_be_one(samples: dict[str, Any]) -> None:
    """Counts alike but for one customer in 48,000 cannot tell alpha and beta apart; customers who leave alike are fitted as such."""
    found = answers(samples)
    reasons = dict(zip(found["subscriptions"]["segment"], found["subscriptions"]["reason"], strict=True))
    assert "fitted with one hazard for all" in reasons["'ridge'"] and reasons["'0'"] == "''"
    assert "fitted with one chance for all" in found["orders"]["bg_nbd_reason"][2]
