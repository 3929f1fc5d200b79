"""Newton's climb to the peak of a smooth log-likelihood: where it stops, and when the peak cannot be told from its neighbours.

Belongs here: steps, the test of convergence. Does not belong here: any likelihood or its derivatives (order_lifetimes.py).

Two processors differ in the last bit of a logarithm, so a gradient per customer is known to some 1e-15. A climb that stops at a
gradient of 1e-4, or takes its gradient by differences, stops wherever that last bit leads it. This one goes on until the step that
is left moves no parameter by more than 1e-9 of itself, which eight significant digits stand on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Value, gradient and Hessian per customer at a point of log parameters; the value is -inf where there is none.
Surface = Callable[[Floats], tuple[float, Floats, Floats]]

#: The step left, as a share of each parameter, from which a point is the peak.
DETERMINED = 1e-9
#: Curvature per customer below which a gradient's noise of 8 roundings (2e-15) moves a parameter by more than DETERMINED.
FLATTEST = 2e-6
#: |log parameter| from which a fit has run away to a limit of the model.
RUNAWAY = 9.0
_STEPS = 300
_LONGEST_STEP = 1.0
#: What a sum of logarithms may lose by rounding, as a share of itself.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Peak:
    """Where a climb ended: log parameters, value and Hessian there, and `failure`: empty, limit, no_peak, flat or rising."""

    point: Floats
    value: float
    hessian: Floats
    failure: str


def climb(surface: Surface, start: Floats, beyond: Callable[[Floats], bool] = lambda point: False) -> Peak:
    """The peak reached from `start`. It stops early, with the failure `limit`, where `beyond` holds or a log parameter is past RUNAWAY.

    Source of the steps uphill where the surface is not concave: the Hessian's eigenvalues by their size (Nocedal, J. and Wright,
    S. J. (2006), Numerical Optimization, 2nd ed., section 3.4), damped as by Levenberg and Marquardt.
    """
    point, (value, slope, curve) = start, surface(start)
    damping = 1e-3
    for _ in range(_STEPS):
        if np.abs(point).max() > RUNAWAY or beyond(point):
            return Peak(point, value, curve, "limit")
        values, vectors = np.linalg.eigh(curve)
        pulled = vectors.T @ slope
        if values.max() < 0 and np.abs(vectors @ (pulled / values)).max() < DETERMINED * 1e-2:
            break
        size = np.maximum(np.abs(values), 1e-12)
        step = vectors @ (pulled / (size * (1 + damping) + damping * 1e-6))
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        tried = surface(point + step)
        if tried[0] >= value - _ROUNDING * abs(value):
            point, (value, slope, curve) = point + step, tried
            damping = damping / 5 if damping > 1e-14 else 0.0
        else:
            damping = max(damping, 1e-8) * 5
    return Peak(point, value, curve, _failure(slope, curve))


def _failure(slope: Floats, curve: Floats) -> str:
    values, vectors = np.linalg.eigh(curve)
    if values.max() >= 0:
        return "flat" if values.max() < FLATTEST else "no_peak"
    if values.max() > -FLATTEST:
        return "flat"
    return "" if np.abs(vectors @ (vectors.T @ slope / values)).max() < DETERMINED else "rising"
