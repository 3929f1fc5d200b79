"""When a number is unlike its own history: rules over plain sequences.

Belongs here: robust spread, the choice of comparable history. Does not belong here: where histories come from, what a finding is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# A median absolute deviation times this estimates a normal distribution's standard deviation (Rousseeuw and Croux, 1993).
MAD_TO_SIGMA = 1.4826
# Spread below which a series counts as constant: a twentieth of its median. Without it, one row more than always would be infinitely odd.
LEAST_RELATIVE_SPREAD = 0.05


@dataclass(frozen=True)
class Unlikely:
    """A value, the history's median, and by how many spreads they differ (signed)."""

    value: float
    usual: float
    z: float


def robust_z(value: float, history: Sequence[float]) -> Unlikely:
    """How far `value` is from the median of `history`, in robust spreads: max(1.4826 x MAD, 5 % of the median, 1)."""
    usual = median(history)
    deviation = median(abs(each - usual) for each in history)
    spread = max(MAD_TO_SIGMA * deviation, LEAST_RELATIVE_SPREAD * abs(usual), 1.0)
    return Unlikely(value, usual, (value - usual) / spread)


def unlikely_volume(
    value: float, weekday: int | None, history: Sequence[tuple[float, int | None]], *, minimum: int, limit: float
) -> Unlikely | None:
    """The finding if `value` is more than `limit` robust spreads from `history` ((value, weekday) pairs), else None.

    With `minimum` values of the same weekday they alone are compared; with fewer than `minimum` in all, nothing is known.
    """
    same_day = [each for each, day in history if weekday is not None and day == weekday]
    comparable = same_day if len(same_day) >= minimum else [each for each, _ in history]
    if len(comparable) < minimum:
        return None
    found = robust_z(value, comparable)
    return found if abs(found.z) > limit else None


def changed_share(value: float, history: Sequence[float], limit: float) -> float | None:
    """Median of `history` if `value` (a share, 0 to 1) is further than `limit` from it, else None; None without history."""
    if not history:
        return None
    usual = median(history)
    return usual if abs(value - usual) > limit else None
