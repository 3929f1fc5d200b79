"""Signals and product decisions, at every stage that one can stop at.

Belongs here: who decided what when, and which story each decision lives. A decision that is shipped goes out with a Tuesday's release;
whether release and evidence name it is part of the story.
Does not belong here: the release (`releases`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sample_company.engineering.calendar import HELD, STORY_OF, TUESDAYS, published
from sample_company.engineering.states import Decision, Signal

# What each decision comes to, dealt out in turn: `whole` loops have a signal, a release and evidence.
STORIES = (
    "whole", "whole", "no_signal", "no_release", "no_evidence", "undecided", "not_shipped", "not_validated", "not_learned", "meetings",
    "no_metric", "stopped",
)  # fmt: skip
REACHED = {"undecided": 1, "not_shipped": 2, "not_validated": 3, "not_learned": 4}
SIGNAL_KINDS = ("feedback", "metric", "incident", "support", "sales", "idea")
METRICS = ("activation_rate", "retention_weekly", "nrr", "invitation_conversion", "arpa")
# Decisions of earlier Tuesdays would have been opened before the company was.
FIRST_WITH_DECISION = 8
STAGES = ("opened", "decided", "shipped", "validated", "learned")


def make(seed: int) -> tuple[list[Signal], list[Decision]]:
    """Signals and decisions of the simulated years: two decisions for every three Tuesdays, and signals that nobody took up."""
    signals: list[Signal] = []
    decisions: list[Decision] = []
    for number in range(len(TUESDAYS)):
        if number % 3 == 2 or number < FIRST_WITH_DECISION:
            continue
        turn = len(decisions)
        rng = Random(f"{seed}/engineering/decision/{turn}")
        story = STORIES[turn % len(STORIES)]
        if STORY_OF[number] in HELD:
            story = "not_shipped"
        elif STORY_OF[number] == "no_record" and story in ("whole", "meetings", "no_metric", "stopped"):
            story = "no_release"
        shipped = published(number)
        opened = shipped - timedelta(days=rng.randint(18, 45), seconds=rng.randint(0, 6 * 3600))
        decided = opened + timedelta(days=rng.randint(1, 12), seconds=rng.randint(0, 6 * 3600))
        validated = shipped + timedelta(days=rng.randint(8, 20), seconds=rng.randint(0, 6 * 3600))
        learned = validated + timedelta(days=rng.randint(3, 20), seconds=rng.randint(0, 6 * 3600))
        reached = REACHED.get(story, len(STAGES))
        stages = tuple(zip(STAGES, (opened, decided, shipped, validated, learned), strict=True))[:reached]
        signal_id = "" if story == "no_signal" else _signal(signals, opened, rng)
        if turn % 4 == 0:
            _signal(signals, opened + timedelta(days=2), rng)
        # The founder decides less and less.
        made_by = "founder" if rng.random() < 0.8 - 0.5 * number / len(TUESDAYS) else "team"
        meetings = rng.randint(4, 9) if story == "meetings" else rng.choice((0, 0, 0, 1, 1, 2))
        metric = "" if story == "no_metric" else rng.choice(METRICS)
        outcome = "" if reached < len(STAGES) else "stop" if story == "stopped" else rng.choice(("keep", "keep", "change", "fix"))
        decisions.append(Decision(f"D-{turn + 1:03d}", signal_id, metric, made_by, meetings, stages, outcome, number, story))
    return signals, decisions


def _signal(signals: list[Signal], before: datetime, rng: Random) -> str:
    signal_id = f"S-{len(signals) + 1:03d}"
    noticed = before - timedelta(days=rng.randint(1, 9), seconds=rng.randint(0, 20_000))
    signals.append(Signal(signal_id, SIGNAL_KINDS[len(signals) % len(SIGNAL_KINDS)], noticed))
    return signal_id
