"""The climb on surfaces whose peak is known."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.estimators.newton import Surface, climb


def bowl(curvature: float) -> Surface:
    """-(x - 1)^2 / 2 - curvature (y - 2)^2 / 2: the peak is at 1, 2 whatever the curvature."""

    def at(point: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        x, y = point
        gradient = np.array([1 - x, curvature * (2 - y)])
        return -((x - 1) ** 2) / 2 - curvature * (y - 2) ** 2 / 2, gradient, np.diag([-1.0, -curvature])

    return at


def test_the_peak_of_a_bowl() -> None:
    found = climb(bowl(0.5), np.zeros(2))
    assert found.failure == "" and found.point == pytest.approx([1, 2], abs=1e-10)


def test_a_bowl_flatter_than_rounding_allows_is_flat() -> None:
    """2e-15 / 1e-6 is 2e-9: more than 1e-9."""
    assert climb(bowl(1e-6), np.zeros(2)).failure == "flat"


def test_a_slope_without_end_is_a_limit() -> None:
    found = climb(lambda point: (-float(np.exp(-point[0])), np.exp(-point), -np.diag(np.exp(-point))), np.zeros(1))
    assert found.failure == "limit" and found.point[0] > 9


def test_the_caller_says_what_is_too_far() -> None:
    assert climb(bowl(0.5), np.zeros(2), lambda point: bool(point[1] > 1.5)).failure == "limit"


def test_it_climbs_out_of_a_dent() -> None:
    """-(x^2 - 1)^2 has its peaks at -1 and 1 and curves upwards at 0.1: a plain Newton step would go back to 0."""
    found = climb(
        lambda p: (-float((p[0] ** 2 - 1) ** 2), -4 * p * (p**2 - 1), np.diag(-12 * p**2 + 4)),
        np.array([0.1]),
    )
    assert found.failure == "" and found.point[0] == pytest.approx(1, abs=1e-10)
