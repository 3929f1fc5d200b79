"""The one error of an export that cannot be taken in."""

from __future__ import annotations


class ExportError(ValueError):
    """One export file is refused whole; the message says what was expected, what came, and what to do. Other files go on."""
