"""Services, incidents and calls to whoever is on call.

Belongs here: incidents that a deployment caused, in the story of its Tuesday; those of the outages (`objectives`); and some of nobody's
making, one of them open at the end of March 2025 and one at the end of the data.
Does not belong here: releases (`releases`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sample_company.clock import instant
from sample_company.engineering.calendar import STORY_OF, TUESDAYS, tag_of
from sample_company.engineering.objectives import OUTAGES, outage_begins
from sample_company.engineering.states import Engineering, Incident, Page

# (service, team, has logs, has traces, has metrics, runbook)
SERVICES = (
    ("api", "core", True, True, True, "runbooks/api"),
    ("web_app", "core", True, True, True, "runbooks/web-app"),
    ("job_runner", "platform", True, False, True, "runbooks/job-runner"),
    ("webhook_gateway", "platform", True, True, True, "runbooks/webhook-gateway"),
    ("billing", "growth", True, False, False, "runbooks/billing"),
    ("search", "core", False, False, True, ""),
    ("mailer", "growth", True, True, True, "runbooks/mailer"),
)
RUNBOOKS = {service: runbook for service, *_, runbook in SERVICES}
# (service, severity, began, resolved): nobody's deployment.
LOOSE = (
    ("search", "sev3", instant(2023, 9, 12, 8, 20), instant(2023, 9, 12, 11, 2)),
    ("mailer", "sev2", instant(2024, 1, 30, 22, 5), instant(2024, 2, 1, 9, 45)),
    ("billing", "sev2", instant(2024, 7, 9, 14, 0), instant(2024, 7, 9, 16, 31)),
    ("web_app", "sev3", instant(2025, 1, 19, 3, 12), instant(2025, 1, 20, 10, 0)),
    ("search", "sev2", instant(2025, 3, 28, 17, 40), instant(2025, 4, 3, 9, 15)),
    ("webhook_gateway", "sev2", instant(2025, 11, 4, 12, 26), instant(2025, 11, 4, 15, 50)),
    ("mailer", "sev3", instant(2026, 6, 27, 6, 30), None),
)
RESPONDERS = ("p-ada", "p-chidi", "p-keiko", "p-omar", "p-lena")
FALSE_ALARM_EVERY = 3


def occur(made: Engineering, seed: int) -> None:
    """Every incident and page; needs the deployments."""
    rng = Random(f"{seed}/engineering/incidents")
    for number, story in enumerate(STORY_OF):
        if story in ("incident", "two_incidents", "twice"):
            tag = tag_of(TUESDAYS[number])
            deployment = next(one for one in made.deployments if one.tag == tag and one.is_production and one.deployed)
            at = deployment.deployed + timedelta(minutes=rng.randint(15, 200), seconds=rng.randint(0, 59))
            for _ in range(2 if story == "two_incidents" else 1):
                service = rng.choice(SERVICES)[0]
                resolved = at + timedelta(minutes=rng.randint(18, 420), seconds=rng.randint(0, 59))
                made.incidents.append(_incident(service, rng.choice(("sev1", "sev2", "sev2", "sev3")), at, resolved, rng, deployment))
                at += timedelta(hours=rng.randint(1, 9))
    for month in OUTAGES:
        at = outage_begins(month) + timedelta(minutes=rng.randint(6, 14))
        made.incidents.append(_incident("api", "sev1", at, at + timedelta(minutes=rng.randint(25, 90)), rng))
    for service, severity, began, resolved in LOOSE:
        made.incidents.append(_incident(service, severity, began, resolved, rng))
    made.incidents.sort(key=lambda one: (one.created, one.service))
    for turn, incident in enumerate(made.incidents, start=1):
        incident.id = f"PI{turn:05d}"
        calls = [incident.created + timedelta(minutes=1)]
        if incident.severity == "sev1":
            calls.append(incident.acknowledged + timedelta(seconds=30))
        made.pages += [_page(incident.id, at, number, rng) for number, at in enumerate(calls, start=1)]
    for number in range(0, len(TUESDAYS), FALSE_ALARM_EVERY):
        day = TUESDAYS[number]
        at = instant(day.year, day.month, day.day, rng.randint(0, 4), rng.randint(0, 59))
        made.pages.append(_page("", at, number, rng))


def _incident(service: str, severity: str, at: datetime, resolved: datetime | None, rng: Random, deployment=None) -> Incident:
    # Not everybody opens the runbook that is there.
    runbook = RUNBOOKS[service] if rng.random() < 0.75 else ""
    return Incident(service, severity, deployment, runbook, at, at + timedelta(minutes=rng.randint(2, 14)), resolved)


def _page(incident_id: str, at: datetime, number: int, rng: Random) -> Page:
    shift = f"shift-{at:%G-W%V}"
    return Page(f"LE-{incident_id or f'FALSE{number:04d}'}-{number}", incident_id, rng.choice(RESPONDERS), shift, at)
