"""How the engineering sources print values.

Belongs here: times and booleans.
Does not belong here: rows (`rows`, `rows_of_releases`).
"""

from __future__ import annotations

from datetime import datetime


def time_text(at: datetime | None) -> str:
    """`2024-03-10T06:59:59Z`; nothing for None."""
    return f"{at.isoformat()}Z" if at is not None else ""


def flag_text(value: bool) -> str:
    """`true` or `false`."""
    return "true" if value else "false"
