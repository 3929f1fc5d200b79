"""The rows of the code host and of the log of decisions.

Belongs here: formats and versions of the tables of github and decisions.
Does not belong here: their headers, and the other sources (`rows`).
"""

from __future__ import annotations

from datetime import datetime

from sample_company.changes import ChangeLog
from sample_company.engineering.decisions import STAGES
from sample_company.engineering.states import ROLLBACK, SEQUENCE, SHIP, UNIT, Engineering, PullRequest, Record
from sample_company.engineering.texts import flag_text, time_text


def log_github(log: ChangeLog, made: Engineering) -> None:
    """Pull requests, commits, releases, deployments and issues."""
    for pull in made.pulls:
        _log_pull(log, pull)
    for commit in made.commits:
        number = commit.pull.number if commit.pull is not None else ""
        # The request that a commit belongs to is known when it is opened.
        at = max(commit.authored, commit.pull.created) if commit.pull is not None else commit.authored
        log.add("github", "commits", at, commit.sha, (commit.sha, number, time_text(commit.authored)))
    for release in made.releases:
        if release.is_on_github:
            row = (release.id, release.tag, flag_text(release.prerelease), time_text(release.published))
            log.add("github", "releases", release.published, str(release.id), row)
            for commit in release.commits:
                key = f"{release.id}/{commit.sha}"
                log.add("github", "release_commits", release.published, key, (release.id, commit.sha))
    for one in made.deployments:
        row = (one.id, one.tag or one.commit, one.environment, one.creator, time_text(one.created))
        log.add("github", "deployments", one.created, str(one.id), row)
        for turn, (at, state) in enumerate(one.states, start=1):
            key = one.id * 100 + turn
            log.add("github", "deployment_statuses", at, str(key), (key, one.id, state, time_text(at)))
    for issue in made.issues:
        labels = ",".join(issue.labels)
        for at in (issue.created, issue.closed):
            if at is not None:
                closed = time_text(issue.closed if at == issue.closed else None)
                row = (issue.number, time_text(issue.created), time_text(at), closed, labels)
                log.add("github", "issues", at, str(issue.number), row)


def _log_pull(log: ChangeLog, pull: PullRequest) -> None:
    labels = [f"area:{area}" for area in pull.areas] + [f"team:{team}" for team in pull.teams]
    if pull.decision_id:
        labels.append(f"decision:{pull.decision_id}")
    sizes = (pull.additions, pull.deletions, pull.files, ",".join(labels))
    opened, author = time_text(pull.created), pull.author
    log.add("github", "pull_requests", pull.created, str(pull.number), (pull.number, author, opened, opened, "", "", *sizes))
    if pull.closed is not None:
        closed = time_text(pull.closed)
        row = (pull.number, author, opened, closed, closed, time_text(pull.merged), *sizes)
        log.add("github", "pull_requests", pull.closed, str(pull.number), row)


def log_decisions(log: ChangeLog, made: Engineering) -> None:
    """Signals, decisions, release records, rings, changelog and evidence."""
    for signal in made.signals:
        log.add("decisions", "signals", signal.noticed, signal.id, (signal.id, signal.kind, time_text(signal.noticed)))
    for one in made.decisions:
        fixed = (one.id, one.signal_id, one.metric, one.made_by, one.meetings)
        for reached in range(1, len(one.stages) + 1):
            times = [time_text(at) for _, at in one.stages[:reached]]
            empty = [""] * (len(STAGES) - reached)
            outcome = one.outcome if reached == len(STAGES) else ""
            log.add("decisions", "decisions", one.stages[reached - 1][1], one.id, (*fixed, *times, *empty, outcome, times[-1]))
    for release in made.releases:
        for at, record in release.records:
            log.add("decisions", "releases", at, record.tag, _record_row(record, at))
        for ring, at in release.rings:
            log.add("decisions", "rollouts", at, f"{release.tag}/{ring}", (release.tag, ring, time_text(at)))
        if release.told is not None:
            key = f"cl-{release.tag}"
            log.add("decisions", "changelog", release.told, key, (key, release.tag, time_text(release.told)))
        for hours, verdict, at in release.evidence:
            log.add("decisions", "evidence", at, f"{release.tag}/{hours:02d}", (release.tag, hours, verdict, time_text(at)))


def _record_row(one: Record, at: datetime) -> tuple[object, ...]:
    answers = [one.answers.get(question, "") for question in (*UNIT, *ROLLBACK, *SHIP)]
    steps = [time_text(one.sequence.get(step)) for step in SEQUENCE]
    named = (one.tag, one.kind, one.mends, one.decision_id, one.owner, ",".join(one.areas), flag_text(one.has_plan), one.metric)
    return (*named, *answers, *steps, one.call, time_text(one.called), one.called_by, time_text(at))
