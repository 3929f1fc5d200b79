"""Anomaly rules on histories small enough to work by hand."""

from __future__ import annotations

import pytest

from checks.anomalies import changed_share, robust_z, unlikely_volume

# Median 100; distances 0 2 2 1 1 0 3 3, their median 1.5; 1.4826 x 1.5 = 2.2239, less than 5 % of 100.
STEADY = [100, 102, 98, 101, 99, 100, 103, 97]
# Median 100; distances 0 20 20 40 40 10 10 0, their median 15; 1.4826 x 15 = 22.239.
WIDE = [100, 120, 80, 140, 60, 110, 90, 100]


@pytest.mark.parametrize(
    ("value", "history", "z"),
    [
        (131, STEADY, 31 / 5),
        (70, STEADY, -30 / 5),
        (122.239, WIDE, 1.0),
        (0, WIDE, -100 / 22.239),
        # A constant series counts as spread by a twentieth of its median, a series of noughts by 1.
        (21, [20, 20, 20], 1.0),
        (3, [0, 0, 0], 3.0),
    ],
)
def test_robust_z(value: float, history: list[float], z: float) -> None:
    found = robust_z(value, history)
    assert found.z == pytest.approx(z)
    assert found.value == value


def test_a_volume_is_told_only_beyond_the_limit() -> None:
    history = [(float(each), None) for each in STEADY]
    assert unlikely_volume(130, None, history, minimum=8, limit=6) is None
    found = unlikely_volume(131, None, history, minimum=8, limit=6)
    assert found is not None
    assert found.usual == 100


def test_a_short_history_says_nothing() -> None:
    assert unlikely_volume(0, None, [(100.0, None)] * 7, minimum=8, limit=6) is None
    assert unlikely_volume(0, None, [(100.0, None)] * 8, minimum=8, limit=6) is not None


def test_a_day_of_the_week_is_compared_with_itself() -> None:
    """Ten rows are usual on Sundays (6) and alarming on any other day."""
    history = [(1000.0, day) for day in (0, 1, 2, 3) for _ in range(8)] + [(10.0, 6)] * 8
    assert unlikely_volume(10, 6, history, minimum=8, limit=6) is None
    assert unlikely_volume(10, 2, history, minimum=8, limit=6) is not None
    # Too few Sundays: all days are compared, whose spread (5 % of 1000) makes ten rows odd.
    assert unlikely_volume(10, 6, history[:-1], minimum=8, limit=6) is not None


def test_a_share_of_nulls() -> None:
    assert changed_share(0.30, [0.1, 0.1, 0.2], 0.2) is None
    assert changed_share(0.31, [0.1, 0.1, 0.2], 0.2) == 0.1
    assert changed_share(0.5, [0.9, 0.9], 0.2) == 0.9
    assert changed_share(1.0, [], 0.2) is None
