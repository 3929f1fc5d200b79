"""What users answer when they are asked.

Belongs here: NPS and CSAT of anybody who uses the product, some of them without a name, and the question how disappointed one would be,
with a planted share of `very_disappointed` by the customer segment of the user's account (`VERY_DISAPPOINTED`). One in six of its
answers comes from somebody who has not used the product for weeks and is rarely disappointed: those are not asked by the definition.
Does not belong here: counting (`truth.growth_voices`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sample_company.growth.states import Response, User
from sample_company.life import END

# Share among users who were active in the 14 days before; `unknown` are users without an account.
VERY_DISAPPOINTED = {"smb": 0.46, "mid_market": 0.41, "enterprise": 0.30, "unknown": 0.18}
IDLE_VERY_DISAPPOINTED = 0.06
_MILDER = ("somewhat_disappointed", "somewhat_disappointed", "not_disappointed", "no_longer_use")
_COMMENTS = ("", "", "", "Saves us hours.", "Too dear for small teams.", "Exports, please!", "Support was quick", 'We call it "the map".')
_PMF_CHANCE, _NPS_CHANCE, _CSAT_CHANCE = 0.035, 0.05, 0.04


def responses(user: User, segment: str, seed: int) -> Iterator[Response]:
    """Every answer of a user; `segment` is the customer segment of its account, or unknown."""
    rng = Random(f"{seed}/growth/voice/{user.id}")
    uses = [at for at, name in user.events if name == "core_action"]
    leaning = rng.random()
    for number, at in enumerate(uses):
        asked = at + timedelta(seconds=rng.randint(60, 8 * 86_400))
        key = f"{user.id}-{number:03d}"
        roll, comment = rng.random(), rng.choice(_COMMENTS)
        if asked >= END:
            continue
        if roll < _PMF_CHANCE:
            answer = "very_disappointed" if rng.random() < VERY_DISAPPOINTED[segment] else rng.choice(_MILDER)
            yield Response(f"rsp-{key}", "pmf", user.id, None, answer, comment, asked)
        elif roll < _PMF_CHANCE + _NPS_CHANCE:
            who = "" if rng.random() < 0.08 else user.id
            yield Response(f"rsp-{key}", "nps", who, _nps(rng, leaning, asked), "", comment, asked)
        elif roll < _PMF_CHANCE + _NPS_CHANCE + _CSAT_CHANCE:
            yield Response(f"rsp-{key}", "csat", user.id, rng.choice((1, 2, 3, 3, 4, 4, 4, 5, 5, 5)), "", comment, asked)
    if user.events and rng.random() < 0.06:
        asked = user.events[-1][0] + timedelta(seconds=rng.randint(17 * 86_400, 60 * 86_400))
        if asked < END:
            answer = "very_disappointed" if rng.random() < IDLE_VERY_DISAPPOINTED else rng.choice(_MILDER)
            yield Response(f"rsp-{user.id}-idle", "pmf", user.id, None, answer, "", asked)


def _nps(rng: Random, leaning: float, asked: datetime) -> int:
    """0 to 10: a user leans one way, and everybody a little more to the good in later years."""
    mood = 0.7 * leaning + 0.3 * rng.random() + 0.04 * (asked.year - 2023)
    if mood > 0.60:
        return rng.choice((9, 10))
    return rng.choice((7, 8)) if mood > 0.36 else rng.randint(0, 6)
