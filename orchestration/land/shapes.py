"""Proofs over the bytes of a whole column that every text in it matches its pattern: a third of the time of asking text by text.

A proof holds or says nothing; only a column in which it does not hold is matched text by text. It is read off the pattern itself, so
the two cannot differ.

Belongs here: patterns of fixed bytes, and of digits alone. Does not belong here: which pattern a column has (values.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

# What one byte of a text may be: a range of digits, perhaps several times, or itself (escaped where it has a meaning in a pattern).
_PIECE = re.compile(r"\[([0-9])-([0-9])\](?:\{([0-9])\})?|\\([ -/:-@\[-`{-~])|([A-Za-z0-9 :,/%_])")
_DIGITS = re.compile(r"\^-\?(?:\[0-9\]\+|0\*\[0-9\]\{1,(?P<most>[0-9]+)\})\$")
# Enough for numpy to be quick, and few enough to stay in the processor's near cache: whole columns take six times as long.
_TEXTS_AT_ONCE = 4096


@dataclass(frozen=True)
class Shape:
    """Texts of `least` to `most` bytes, either as many as `low` has or all like its one: byte n lies in low[n] to low[n] + span[n]."""

    least: int
    most: int
    low: bytes
    span: bytes

    def fits(self, texts: pl.Series) -> bool:
        """Whether every text that is not null has this shape."""
        lengths = texts.str.len_bytes()
        least, most = lengths.min(), lengths.max()
        if least is None:
            return True
        if least < self.least or most > self.most:
            return False
        joined = np.frombuffer(texts.str.join("").cast(pl.Binary).item(), np.uint8)
        low, span = (np.frombuffer(each * _TEXTS_AT_ONCE, np.uint8) for each in (self.low, self.span))
        pieces = (joined[start : start + len(low)] for start in range(0, len(joined), len(low)))
        # Unsigned: a byte below `low` wraps round to a large one.
        return all((piece - low[: len(piece)] <= span[: len(piece)]).all() for piece in pieces)


def shape_of(pattern: str) -> Shape | None:
    """The shape whose texts all match `pattern`; None when the pattern is neither fixed bytes nor digits alone."""
    if digits := _DIGITS.fullmatch(pattern):
        return Shape(1, int(digits["most"] or 1 << 30), b"0", b"\x09")
    low, span, at, end = b"", b"", 1, len(pattern) - 1
    while at < end:
        piece = _PIECE.match(pattern, at, end)
        if piece is None:
            return None
        least, most, times, escaped, plain = piece.groups()
        first, last = (least, most) if least else (escaped or plain,) * 2
        low += first.encode() * int(times or 1)
        span += bytes([ord(last) - ord(first)]) * int(times or 1)
        at = piece.end()
    return Shape(len(low), len(low), low, span)
