"""What tickets and feedback are about: tags, and which kind they stand for.

Belongs here: the sample's tags (seeds ticket_type_rules and feedback_bucket_rules have the same), how often each kind comes, and the tag of
the release that a ticket is tied to.
Does not belong here: who writes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sample_company.clock import instant

# In order of priority: a ticket is of the first kind that one of its tags stands for.
TAGS = {
    "bug": ("bug", "broken", "error"),
    "friction": ("slow", "hard-to-find"),
    "request": ("feature-request", "idea"),
    "billing": ("invoice", "billing", "refund"),
    "confusion": ("how-to", "question"),
    "account_specific": ("account", "access"),
}
STRATEGY_TAGS = ("market-shift", "new-persona")
_OTHER = ("vip", "follow-up", "imported")
_WEIGHTS = {"bug": 24, "friction": 13, "request": 12, "billing": 16, "confusion": 19, "account_specific": 10, "unclassified": 6}
FIRST_RELEASE = instant(2023, 7, 4, 15)
_RELEASE_EVERY = 12


def release_before(at: datetime) -> str:
    """The tag of the last release before an instant; releases are on Tuesdays at 15:00 UTC. Empty before the first."""
    weeks = (at - FIRST_RELEASE) // timedelta(days=7)
    return f"v{FIRST_RELEASE + timedelta(days=7 * weeks):%Y.%m.%d}" if weeks >= 0 else ""


def draw_tags(rng: Random, at: datetime) -> tuple[tuple[str, ...], str]:
    """Tags of a ticket and the kind that they stand for. One in nine has a second kind's tag too; one in twelve names a release."""
    kind = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    tags = [rng.choice(TAGS[kind])] if kind in TAGS else []
    if tags and rng.random() < 0.11:
        tags.append(rng.choice(TAGS[rng.choice(list(TAGS))]))
    if rng.random() < 0.25:
        tags.insert(rng.randint(0, len(tags)), rng.choice(_OTHER))
    release = release_before(at)
    if release and rng.random() < 1 / _RELEASE_EVERY:
        tags.append(f"release:{release}")
    return tuple(dict.fromkeys(tags)), type_of(tags)


def type_of(tags: list[str] | tuple[str, ...]) -> str:
    """The first kind in order of priority that one of the tags stands for."""
    return next((kind for kind, names in TAGS.items() if any(tag in names for tag in tags)), "unclassified")
