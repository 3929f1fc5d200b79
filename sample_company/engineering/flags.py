"""Feature flags, and who saw which variation.

Belongs here: flags that are cleaned up, that are fully on and forgotten, that nobody asks for any more, and that live for ever by design;
exposures of users who were active while an experiment or a roll-out ran.
Does not belong here: what counts as stale (`truth.engineering_delivery`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sample_company.clock import instant
from sample_company.engineering.calendar import TUESDAYS, published, tag_of
from sample_company.engineering.states import Exposure, Flag
from sample_company.growth.states import User

# Dealt out in turn: cleaned up, fully on and forgotten, unread, an operational switch, an experiment, both kinds of stale at once.
STORIES = ("cleaned", "forgotten", "unread", "cleaned", "switch", "experiment", "both", "cleaned", "experiment_core", "gate")
WORKFLOWS = ("publishing", "invitations", "checkout", "reporting", "data_import", "notifications")
CORE = frozenset({"publishing", "invitations", "data_import"})
KINDS = {"switch": "operational", "experiment": "experiment", "experiment_core": "experiment", "gate": "permission"}
OWNERS = ("ada", "chidi", "keiko", "omar", "lena")
EVERY, OWNERLESS_EVERY = 3, 9
EXPERIMENT_DAYS, UNREAD_AFTER_DAYS = 56, 90
EXPERIMENT_SHARE, ROLL_OUT_SHARE = 45, 12


def _middle_of_month(at: datetime, months: int) -> datetime:
    """The twelfth of a later month, so that no flag is sixty days old at the end of one."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return instant(year, month + 1, 12, 9, 30)


def flags(seed: int) -> list[Flag]:
    """A flag with every third Tuesday's release, made two days before it."""
    found = []
    for turn, number in enumerate(range(1, len(TUESDAYS), EVERY)):
        rng = Random(f"{seed}/engineering/flag/{turn}")
        story, created = STORIES[turn % len(STORIES)], published(number) - timedelta(days=2)
        workflow = "publishing" if story == "experiment_core" else WORKFLOWS[turn % len(WORKFLOWS)]
        rolled_out = archived = unread = None
        experiment = ""
        if story in ("cleaned", "forgotten", "both"):
            rolled_out = _middle_of_month(created, 1)
        if story == "cleaned":
            archived = _middle_of_month(created, rng.choice((2, 3, 5)))
        elif story in ("unread", "both"):
            unread = max(_middle_of_month(created, 3), created + timedelta(days=UNREAD_AFTER_DAYS // 2))
        elif story.startswith("experiment"):
            experiment = f"EXP-{turn:02d}"
            archived = created + timedelta(days=EXPERIMENT_DAYS)
        key = f"{workflow.replace('_', '-')}-{story.replace('_', '-')}-{turn:02d}"
        owner = "" if turn % OWNERLESS_EVERY == 5 else rng.choice(OWNERS)
        kind = KINDS.get(story, "release")
        found.append(
            Flag(key, kind, workflow, workflow in CORE, experiment, tag_of(TUESDAYS[number]), owner, created, rolled_out, archived, unread)
        )
    return found


def exposures(made: Sequence[Flag], users: Sequence[User], seed: int) -> list[Exposure]:
    """The first time that a user who acted while a flag was tried out saw it: most in an experiment, a few in a roll-out."""
    found = []
    for flag in made:
        ends = flag.archived if flag.experiment_id else flag.rolled_out
        if ends is None:
            continue
        share = EXPERIMENT_SHARE if flag.experiment_id else ROLL_OUT_SHARE
        for user in users:
            at = next((when for when, _ in user.events if flag.created <= when < ends), None)
            if at is None:
                continue
            draw = int(hashlib.sha1(f"{seed}/{flag.key}/{user.id}".encode(), usedforsecurity=False).hexdigest()[:8], 16)
            if draw % 100 < share:
                arm = ("treatment" if draw // 100 % 2 else "control") if flag.experiment_id else "on"
                seen = at + timedelta(seconds=1)
                told = [account_id for when, account_id in user.links if when <= seen]
                found.append(Exposure(f"ex-{flag.key}-{user.id}", flag.key, arm, user.id, told[-1] if told else "", seen))
    return found
