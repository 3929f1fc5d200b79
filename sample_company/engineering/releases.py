"""Releases, their deployments, and what was written down for each.

Belongs here: the Tuesdays' releases, hotfixes, rollbacks and prereleases, each with its deployments, record, rings, changelog and
evidence, as the story of its Tuesday has it.
Does not belong here: the code in a release (`changes_to_code`), incidents (`incidents`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from sample_company.clock import instant
from sample_company.engineering import changes_to_code as code
from sample_company.engineering.calendar import HELD, STORY_OF, TUESDAYS, published, tag_of
from sample_company.engineering.states import (
    ROLLBACK,
    SEQUENCE,
    SHIP,
    UNIT,
    Commit,
    Decision,
    Deployment,
    Engineering,
    Record,
    Release,
)

RINGS = (("internal", 0), ("beta", 4), ("small_percent", 24), ("plan_based", 48), ("everyone", 72))
OWNERS = ("ada", "chidi", "keiko", "omar")
QUESTIONS = (*UNIT, *ROLLBACK, *SHIP)
# Every so many Tuesdays one answer or step is missing, each in turn; more rarely a whole group of them, or the owner.
MISSING_EVERY, GROUP_EVERY, OWNERLESS_EVERY, UNTOLD_EVERY, RINGLESS_EVERY, PRERELEASE_EVERY = 3, 17, 13, 5, 7, 6
_HOUR = timedelta(hours=1)
_SAID = ("as agreed with support", "nothing that users see", "see the plan", "the pilot group", "switch the flag off", "told by mail")
# Two deployments of a bare commit, of configuration alone.
BARE = (instant(2024, 2, 9, 13, 5), instant(2025, 8, 7, 9, 40))


class Releasing:
    """The releases as they come, one Tuesday after the other."""

    def __init__(self, made: Engineering, seed: int) -> None:
        self.made = made
        self.seed = seed
        self._live: Deployment | None = None
        self._slipped: list[Commit] = []
        self._decisions = {one.release_number: one for one in made.decisions}

    def tuesday(self, number: int) -> None:
        """The release of a Tuesday, and what comes of it until the next."""
        story, tag = STORY_OF[number], tag_of(TUESDAYS[number])
        rng = Random(f"{self.seed}/engineering/release/{number}")
        decision = self._decisions.get(number)
        shipped = decision is not None and len(decision.stages) > 2
        decision_id = decision.id if decision is not None and len(decision.stages) > 1 else ""
        pulls, held, slipped = code.for_tuesday(number, self.seed, decision_id)
        at = published(number)
        release = Release(tag, rng.choice(("feature", "feature", "feature", "fix")), at, story, commits=[*self._slipped, *held])
        self._slipped = [*slipped, *(held if story in HELD else ())]
        self.made.pulls += [*pulls, *code.abandoned(number, self.seed)]
        self.made.releases.append(release)
        if number % PRERELEASE_EVERY == 1:
            early = Release(f"{tag}-rc1", "feature", at - 24 * _HOUR, "prerelease", prerelease=True)
            early.commits = [commit for commit in held if commit.authored < early.published]
            self.made.releases.append(early)
            self._deploy(early.tag, "staging", early.published + timedelta(minutes=10), rng)
        self._deploy(tag, "staging", at - 2 * _HOUR, rng)
        before = self._live
        deployment = None if story in HELD else self._to_production(release, rng)
        if story != "no_record":
            named = decision.id if decision is not None and shipped and decision.story != "no_release" else ""
            self._write(release, number, named, decision, sorted({area for pull in pulls for area in pull.areas}), rng)
        if deployment is None or deployment.deployed is None:
            return
        self._follow(release, number, deployment.deployed, decision, rng)
        if story in ("hotfix", "twice"):
            self._hotfix(release, number, rng)
        elif story == "rollback" and before is not None:
            self._roll_back(release, before, deployment.deployed + timedelta(minutes=rng.randint(100, 200)), rng)
        elif story == "redeployed":
            self._deploy(tag, "Production", at + timedelta(hours=20, minutes=rng.randint(1, 59)), rng, creator="User")

    def bare(self, at: datetime) -> None:
        """A deployment of a commit that has no tag, pushed ten minutes before."""
        pushed = Commit(code.sha_of(self.seed, f"bare/{at}"), at - timedelta(minutes=10))
        self.made.commits.append(pushed)
        one = self._deploy("", "production", at, Random(f"{self.seed}/engineering/bare/{at}"), creator="User")
        one.commit = pushed.sha

    def _deploy(
        self, tag: str, environment: str, at: datetime, rng: Random, creator: str = "Bot", ends: tuple[str, ...] = ("success",)
    ) -> Deployment:
        one = Deployment(tag, environment, creator, at, [(at + timedelta(seconds=2), "queued")])
        for turn, state in enumerate(ends):
            at += timedelta(seconds=rng.randint(20, 90))
            one.states.append((at, "in_progress"))
            at += timedelta(seconds=rng.randint(180, 1500) + 1800 * turn)
            one.states.append((at, state))
        self.made.deployments.append(one)
        if one.is_production and one.deployed is not None and tag:
            if self._live is not None:
                self._live.states.append((one.deployed + timedelta(seconds=5), "inactive"))
            self._live = one
        return one

    def _to_production(self, release: Release, rng: Random) -> Deployment:
        at = release.published + timedelta(minutes=rng.randint(4, 50))
        if release.story == "failed_first":
            self._deploy(release.tag, "production", at, rng, ends=("error",))
            return self._deploy(release.tag, "production", at + 2 * _HOUR, rng, ends=("failure", "success"))
        return self._deploy(release.tag, "production", at, rng, creator="User" if release.story == "manual" else "Bot")

    def _write(self, release: Release, number: int, named: str, decision: Decision | None, areas: list[str], rng: Random) -> None:
        """The record as it stood before the release, at the call, and when the evidence was read."""
        answers = {question: f"{question.partition('_')[2]}: {rng.choice(_SAID)}" for question in QUESTIONS}
        early = {"decision": 6, "slice": 5, "rollout": 4, "observability": 2, "owner": 1}
        sequence = {step: release.published - timedelta(days=days) for step, days in early.items()}
        missing = ((*QUESTIONS, *SEQUENCE)[number // MISSING_EVERY % 22],) if number % MISSING_EVERY == 0 else ()
        if number % GROUP_EVERY == 0:
            missing = (UNIT, ROLLBACK, SHIP, SEQUENCE)[number // GROUP_EVERY % 4]
        owner = "" if number % OWNERLESS_EVERY == 6 else rng.choice(OWNERS)
        if not owner:
            missing = (*missing, "owner")
        answers = {question: answer for question, answer in answers.items() if question not in missing}
        sequence = {step: at for step, at in sequence.items() if step not in missing}
        has_plan = number // code.TRIPLE_EVERY % 2 == 1 if code.is_triple(number) else rng.random() < 0.2
        metric = decision.metric if named and decision is not None else ""
        record = Record(release.tag, release.kind, "", named, owner, tuple(areas), has_plan, metric, answers, sequence)
        release.records.append((release.published - timedelta(days=1), record))
        call = "hold" if release.story in HELD else "go"
        if owner or rng.random() < 0.5:
            at = release.published - _HOUR
            record = replace(record, call=call, called=at, called_by=owner or "ceo")
            release.records.append((at, record))
        if "evidence" not in missing and release.story not in HELD:
            at = release.published + 76 * _HOUR
            release.records.append((at, replace(record, sequence={**sequence, "evidence": at})))

    def _follow(self, release: Release, number: int, deployed: datetime, decision: Decision | None, rng: Random) -> None:
        """Rings, changelog and evidence of a release that went out."""
        rings = RINGS if number % RINGLESS_EVERY else tuple(ring for ring in RINGS if ring[0] != RINGS[number // RINGLESS_EVERY % 5][0])
        if release.story == "rollback":
            rings = RINGS[:1]
        release.rings = [(ring, deployed + timedelta(hours=hours, minutes=rng.randint(0, 30))) for ring, hours in rings]
        if number % UNTOLD_EVERY:
            release.told = deployed + timedelta(hours=rng.randint(1, 40))
        verdict = {"rollback": "stop", "hotfix": "fix", "twice": "fix"}.get(release.story) or rng.choice(("keep", "keep", "keep", "change"))
        whole = decision is not None and decision.story in ("whole", "meetings", "no_metric", "stopped", "no_signal")
        if decision is not None and decision.story == "stopped":
            verdict = "stop"
        if (number % 8 == 3 and not whole) or (decision is not None and decision.story == "no_evidence"):
            return
        release.evidence.append((24, verdict, deployed + 25 * _HOUR))
        if number % 5 != 1:
            release.evidence.append((72, verdict, deployed + 74 * _HOUR))

    def _short(self, release: Release, kind: str, at: datetime, rng: Random) -> Record:
        """The record of a hotfix or rollback: in haste, with half of the answers."""
        answers = {question: f"{question.partition('_')[2]}: {rng.choice(_SAID)}" for question in QUESTIONS[::2]}
        steps = {"decision": at - _HOUR, "owner": at - _HOUR}
        tag = f"{release.tag}-{'hotfix1' if kind == 'hotfix' else kind}"
        return Record(tag, kind, release.tag, "", rng.choice(OWNERS), (), False, "", answers, steps, "go", at, "ceo")

    def _hotfix(self, release: Release, number: int, rng: Random) -> None:
        """Two days later, 10:00 UTC."""
        at = release.published + timedelta(days=2) - 5 * _HOUR
        record = self._short(release, "hotfix", at - _HOUR, rng)
        one = Release(record.tag, "hotfix", at, "hotfix")
        pull = code.pull_request(rng, self.seed, f"hotfix/{number}", at - _HOUR, ("editor",), "", 1)
        pull.created = at - timedelta(hours=rng.randint(3, 20))
        pull.commits[0].authored = pull.created - timedelta(minutes=rng.randint(10, 90))
        one.commits = list(pull.commits)
        one.records.append((at - _HOUR, replace(record, areas=pull.areas)))
        self.made.pulls.append(pull)
        self.made.releases.append(one)
        self._deploy(one.tag, "staging", at + timedelta(minutes=2), rng)
        deployment = self._deploy(one.tag, "production", at + timedelta(minutes=40), rng)
        if deployment.deployed is not None:
            one.rings = [("everyone", deployment.deployed + timedelta(minutes=1))]
            one.evidence = [(24, "keep", deployment.deployed + 25 * _HOUR)]

    def _roll_back(self, release: Release, before: Deployment, at: datetime, rng: Random) -> None:
        """Deploy what ran before; the release's own record gets the owner's new call."""
        record = self._short(release, "rollback", at, rng)
        self.made.releases.append(Release(record.tag, "rollback", at, "rollback", is_on_github=False, records=[(at, record)]))
        self._deploy(before.tag, "production", at, rng, creator="User")
        if release.records:
            versions = [(when, one) for when, one in release.records if when < at]
            called = {"call": "rollback", "called": at, "called_by": record.owner}
            versions.append((at, replace(versions[-1][1], **called)))
            versions += [(when, replace(one, **called)) for when, one in release.records if when >= at]
            release.records = versions


def release_all(made: Engineering, seed: int) -> None:
    """Every release and deployment, numbered in the order of their time; needs the decisions."""
    releasing = Releasing(made, seed)
    bare = list(BARE)
    for number in range(len(TUESDAYS)):
        while bare and bare[0] < published(number):
            releasing.bare(bare.pop(0))
        releasing.tuesday(number)
    made.releases.sort(key=lambda one: (one.published, one.tag))
    for turn, release in enumerate(made.releases):
        release.id = 20_001 + turn
    made.deployments.sort(key=lambda one: (one.created, one.tag, one.environment))
    for turn, deployment in enumerate(made.deployments):
        deployment.id = 30_001 + turn
    made.pulls.sort(key=lambda one: (one.created, one.commits[0].sha))
    for turn, pull in enumerate(made.pulls):
        pull.number = 1 + turn
    released = {commit.sha: commit for release in made.releases for commit in release.commits}
    written = {commit.sha: commit for pull in made.pulls for commit in pull.commits}
    made.commits = sorted((*made.commits, *(written | released).values()), key=lambda one: (one.authored, one.sha))
    made.issues = code.issues(seed, [tag_of(day) for day in TUESDAYS])
