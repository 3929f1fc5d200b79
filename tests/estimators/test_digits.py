"""Significant digits: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.estimators.digits import published


def test_digits_are_significant_ones() -> None:
    """Eight digits of 1234.56789012 end before the 9, of 0.000123456789 at the 9's left; shape and what is no number stay."""
    found = published([[1234.56789012, -0.000123456789], [0.0, np.nan]])
    assert found[0].tolist() == [1234.5679, -0.00012345679] and found[1][0] == 0 and np.isnan(found[1][1])
    assert published(np.inf) == np.inf
    assert published(149.6, 2) == 150


def test_noise_below_the_digits_is_gone() -> None:
    assert published(2 / 3 * (1 + 1e-12)) == published(2 / 3) == 0.66666667


def test_no_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 significant digit"):
        published(1.0, 0)
