"""When the company releases, and what befalls each release.

Belongs here: the Tuesdays, their tags, and the story that each is dealt.
Does not belong here: what a story means (`releases`, `incidents`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sample_company.clock import ENDS_ON, instant

FIRST = date(2023, 7, 4)
TUESDAYS = tuple(FIRST + timedelta(weeks=week) for week in range((ENDS_ON - FIRST).days // 7 + 1))
# Dealt out in turn to the Tuesdays up to the twentieth of a month, so that what goes wrong is mended in the month in which it did.
STORIES = (
    "", "incident", "", "manual", "hotfix", "", "failed_first", "rollback", "", "two_incidents", "", "held", "", "twice", "no_record",
    "", "redeployed", "",
)  # fmt: skip
FAILING = frozenset({"incident", "hotfix", "rollback", "two_incidents", "twice"})
HELD = frozenset({"held"})
LAST_DAY_OF_STORIES = 20


def _deal() -> tuple[str, ...]:
    stories, turn = [], 0
    for number, day in enumerate(TUESDAYS):
        # The very first releases have none before them to go back to.
        eligible = number > 1 and day.day <= LAST_DAY_OF_STORIES
        stories.append(STORIES[turn % len(STORIES)] if eligible else "")
        turn += eligible
    return tuple(stories)


STORY_OF = _deal()


def published(number: int) -> datetime:
    """When the release of the Tuesday of that number is published: 15:00 UTC."""
    day = TUESDAYS[number]
    return instant(day.year, day.month, day.day, 15)


def tag_of(day: date) -> str:
    """`v2023.07.04`."""
    return f"v{day:%Y.%m.%d}"
