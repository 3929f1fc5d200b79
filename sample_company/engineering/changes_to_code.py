"""Pull requests, commits and issues.

Belongs here: what was changed for each Tuesday, and what never got that far. Planted: direct pushes, requests closed or left open without
a merge, requests whose last commit comes a release later.
Does not belong here: which release holds a commit (`releases`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sample_company.engineering.calendar import TUESDAYS, published
from sample_company.engineering.states import Commit, Issue, PullRequest

SAFE_AREAS = ("editor", "reports", "onboarding", "integrations", "infrastructure")
RISKY_AREAS = ("billing", "permissions", "user_data")
TEAMS = ("core", "growth", "platform")
AUTHORS = tuple(f"dev-{number:02d}" for number in range(1, 13))
# Every so many Tuesdays a release touches all risky areas at once; every second of them has a plan.
TRIPLE_EVERY = 26
SLIPS_EVERY, PUSHED_EVERY, ABANDONED_EVERY, FORGOTTEN_EVERY = 9, 5, 4, 10


def sha_of(seed: int, name: str) -> str:
    """Forty hexadecimal digits, as git names a commit."""
    return hashlib.sha1(f"{seed}/{name}".encode(), usedforsecurity=False).hexdigest()


def is_triple(number: int) -> bool:
    """Whether the Tuesday of that number touches billing, permissions and user data together."""
    return number % TRIPLE_EVERY == TRIPLE_EVERY // 2


def pull_request(
    rng: Random, seed: int, name: str, merged: datetime, areas: tuple[str, ...], decision_id: str, commits: int
) -> PullRequest:
    """A request that is merged, opened up to six days before, its first commit up to three days before that; now and then weeks."""
    slow = 15 if rng.random() < 0.08 else 0
    created = merged - timedelta(seconds=rng.randint(3 * 3600, (6 + slow) * 86_400))
    first = created - timedelta(seconds=rng.randint(600, 3 * 86_400))
    home = rng.choice(TEAMS)
    teams = tuple(sorted({home, rng.choice(TEAMS)})) if rng.random() < 0.15 else (home,)
    size = int(rng.lognormvariate(4.2, 1.1)) + 1
    files, removed = 1 + size // 40 + rng.randint(0, 4), int(size * rng.random())
    one = PullRequest(rng.choice(AUTHORS), created, merged, merged, size, removed, files, areas, teams, decision_id)
    span = int((merged - first).total_seconds()) - 60
    moments = [first, *sorted(first + timedelta(seconds=rng.randint(60, span)) for _ in range(commits - 1))]
    one.commits = [Commit(sha_of(seed, f"{name}/{turn}"), at, one) for turn, at in enumerate(moments)]
    return one


def for_tuesday(number: int, seed: int, decision_id: str) -> tuple[list[PullRequest], list[Commit], list[Commit]]:
    """The pull requests merged for the Tuesday of that number, the commits that its release holds, and those that slip to the next."""
    rng = Random(f"{seed}/engineering/code/{number}")
    until = published(number) - timedelta(hours=3)
    risky = rng.choice(RISKY_AREAS)
    pulls = []
    for turn in range(rng.randint(3, 5) if is_triple(number) else rng.choice((1, 2, 3, 3, 4, 5))):
        merged = until - timedelta(seconds=rng.randint(0, 5 * 86_400))
        if is_triple(number) and turn < len(RISKY_AREAS):
            areas: tuple[str, ...] = (RISKY_AREAS[turn],)
        else:
            areas = tuple(sorted({rng.choice((*SAFE_AREAS, risky)) for _ in range(rng.choice((1, 1, 2)))}))
        # Not every change of a release carries out its decision.
        carried = decision_id if turn == 0 or rng.random() < 0.5 else ""
        pulls.append(pull_request(rng, seed, f"pull/{number}/{turn}", merged, areas, carried, rng.randint(1, 4)))
    held = [commit for pull in pulls for commit in pull.commits]
    slipped: list[Commit] = []
    if number % SLIPS_EVERY == 4:
        follow_up = Commit(sha_of(seed, f"follow-up/{number}"), until + timedelta(hours=8), pulls[0])
        pulls[0].commits.append(follow_up)
        slipped.append(follow_up)
    if number % PUSHED_EVERY == 2:
        held.append(Commit(sha_of(seed, f"pushed/{number}"), until - timedelta(seconds=rng.randint(600, 90_000))))
    return pulls, held, slipped


def abandoned(number: int, seed: int) -> list[PullRequest]:
    """Requests of a week that were never merged: closed, or open to this day."""
    rng = Random(f"{seed}/engineering/abandoned/{number}")
    found = []
    for every, closes in ((ABANDONED_EVERY, True), (FORGOTTEN_EVERY, False)):
        if number % every == 3:
            end = published(number) - timedelta(seconds=rng.randint(0, 3 * 86_400))
            one = pull_request(rng, seed, f"abandoned/{number}/{closes}", end, (rng.choice(SAFE_AREAS),), "", rng.randint(1, 3))
            one.merged, one.closed = None, end if closes else None
            found.append(one)
    return found


def issues(seed: int, tags: Sequence[str]) -> list[Issue]:
    """Three to five issues a week. Bugs mostly name the release that brought them; `tags` are those of the Tuesdays, in order."""
    found = []
    for number in range(len(TUESDAYS)):
        rng = Random(f"{seed}/engineering/issues/{number}")
        for _ in range(rng.randint(3, 5)):
            at = published(number) + timedelta(seconds=rng.randint(3600, 6 * 86_400))
            kind = rng.choice(("bug", "bug", "feature", "feature", "debt", "chore", ""))
            closed = at + timedelta(seconds=int(rng.lognormvariate(12.5, 1.2)) + 900) if rng.random() < 0.85 else None
            labels = [kind] if kind else []
            planned = rng.random() < (0.25 if kind == "bug" else 0.8)
            if rng.random() < 0.95:
                labels.append("planned" if planned else "unplanned")
            if rng.random() < 0.8:
                labels.append(f"points:{rng.choice((1, 2, 3, 5, 8))}")
            if kind == "bug" and rng.random() < 0.8:
                labels.append(f"release:{tags[number]}")
            found.append((at, closed, tuple(labels)))
    # Issues and pull requests share their numbers on the real site; here issues count from far above.
    return [Issue(5001 + turn, *one) for turn, one in enumerate(sorted(found, key=lambda one: (one[0], one[2])))]
