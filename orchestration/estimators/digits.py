"""The digits of an estimate that are published: those that every processor computes alike.

Belongs here: rounding to significant digits. Does not belong here: money (the caller makes decimals of it), the fits themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Significant digits of a published estimate. Fits are determined to 1e-9 (newton.py), so eight are alike save for an edge of rounding.
PUBLISHED_DIGITS = 8


def published(values: ArrayLike, digits: int = PUBLISHED_DIGITS) -> NDArray[np.float64]:
    """Each value rounded to so many significant digits, in the shape given; 0, NaN and infinities stay.

    By way of decimal text, so that equal digits are equal floats on every processor: a power of ten by logarithm would not be.
    Raises ValueError for fewer than 1 digit.
    """
    if digits < 1:
        raise ValueError(f"published: expected at least 1 significant digit, got {digits}")
    given = np.asarray(values, dtype=np.float64)
    return np.array([float(f"{value:.{digits - 1}e}") for value in given.ravel().tolist()], dtype=np.float64).reshape(given.shape)
