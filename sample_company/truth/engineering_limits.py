"""How long before a limit a customer was warned, and which invoices came as a surprise.

Belongs here: the episodes of an account at one limit, at most one for each pair.
Does not belong here: how they are planted (`engineering.limits`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sample_company.engineering.states import Engineering, LimitEvent
from sample_company.truth.engineering_costs import excluded_ids

WARNED_WITHIN = timedelta(days=7)
ENDS = ("reached", "overage_billed")


@dataclass(frozen=True)
class Outcome:
    """`surprise`: an overage was billed and no warning went out in the seven days before. `warned`: there was a warning before the limit
    was reached or an overage billed, whole `days` after the first of them."""

    account_id: str
    limit: str
    kind: str
    days: int | None


def outcomes(made: Engineering, cut: datetime) -> list[Outcome]:
    """One for each account and limit that came to an end, with a warning or as a surprise; excluded accounts are left out."""
    episodes: dict[tuple[str, str], list[LimitEvent]] = defaultdict(list)
    left_out = excluded_ids()
    for event in made.limit_events:
        if event.at < cut and event.account_id not in left_out:
            episodes[event.account_id, event.limit].append(event)
    found = []
    for (account, limit), events in sorted(episodes.items()):
        warnings = [event.at for event in events if event.kind == "warned"]
        ends = [event for event in events if event.kind in ENDS]
        billed = [event.at for event in ends if event.kind == "overage_billed"]
        if any(not any(at - WARNED_WITHIN <= warning < at for warning in warnings) for at in billed):
            found.append(Outcome(account, limit, "surprise", None))
        elif ends and warnings and min(warnings) < ends[0].at:
            found.append(Outcome(account, limit, "warned", (ends[0].at - min(warnings)).days))
    return found
