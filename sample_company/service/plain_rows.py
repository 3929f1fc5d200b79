"""The tables of the help centre, feedback, work by hand and procedures.

Belongs here: their headers and rows, one per version.
Does not belong here: tickets and chats (`rows`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sample_company.changes import ChangeLog
from sample_company.clock import day_begins
from sample_company.service.procedures import DOCUMENT, TEMPLATE
from sample_company.service.states import Feedback, Service

_VERSION = f"{' '.join(TEMPLATE)} {' '.join(DOCUMENT)}"
_TABLES = {
    "helpcenter": {
        "article_views": "id article_id user_id viewed_at",
        "searches": "id user_id results searched_at",
        "bot_sessions": "id user_id started_at resolved",
        "articles": "id workflow caveats published_at updated_at",
    },
    "feedback": {
        "items": "id submitted_at reporter_kind user_id account_id tags ticket_id cluster_id closed_at notified_at updated_at",
        "clusters": "id name decision_id release_tag created_at updated_at",
    },
    "manual_work": {
        "interventions": "id account_id kind team sop_id minutes performed_at",
        "task_times": "task week_on minutes automated",
        "automations": "id task built_minutes currency monthly_cost live_on updated_at",
    },
    "sops": {
        "register": "id process created_at retired_at updated_at",
        "versions": f"sop_id version published_at {_VERSION} step_count expected_minutes sla_hours escalation_hours",
        "runs": "id sop_id account_id triggered_at done_at blocked_at unblocked_at escalated_at updated_at",
        "trainings": "sop_id version person_id required trained_at updated_at",
    },
}
HEADERS = {(source, table): tuple(columns.split()) for source, tables in _TABLES.items() for table, columns in tables.items()}
UNDIVIDED = frozenset(
    {
        ("helpcenter", "articles"), ("feedback", "clusters"), ("manual_work", "task_times"), ("manual_work", "automations"),
        ("sops", "register"), ("sops", "versions"), ("sops", "trainings"),
    }
)  # fmt: skip


def iso(at: datetime | None) -> str:
    """An instant as `2026-03-08T06:00:00Z`; empty for none."""
    return f"{at.isoformat(timespec='seconds')}Z" if at is not None else ""


def flag(value: bool) -> str:
    """true or false."""
    return "true" if value else "false"


def log_plain(log: ChangeLog, service: Service) -> None:
    """Every row of the four sources."""
    _log_help(log, service)
    for item in service.feedback:
        _log_item(log, item)
    for one in service.clusters:
        for at in sorted({moment for moment in (one.created, one.decided, one.released) if moment is not None}):
            decision = one.decision_id if one.decided and one.decided <= at else ""
            release = one.release_tag if one.released and one.released <= at else ""
            log.add("feedback", "clusters", at, one.id, (one.id, one.name, decision, release, iso(one.created), iso(at)))
    _log_hand_work(log, service)
    _log_procedures(log, service)


def _log_help(log: ChangeLog, service: Service) -> None:
    for one in service.help_events:
        at = iso(one.at)
        if one.kind == "article_view":
            log.add("helpcenter", "article_views", one.at, one.id, (one.id, one.article_id, one.user_id, at))
        elif one.kind == "search":
            log.add("helpcenter", "searches", one.at, one.id, (one.id, one.user_id, one.results, at))
        else:
            log.add("helpcenter", "bot_sessions", one.at, one.id, (one.id, one.user_id, at, flag(one.resolved)))
    for article in service.articles:
        for at, caveats in article.versions:
            log.add("helpcenter", "articles", at, article.id, (article.id, article.workflow, caveats, iso(article.published), iso(at)))


def _log_item(log: ChangeLog, item: Feedback) -> None:
    for at in sorted({moment for moment in (item.submitted, item.sorted_at, item.closed, item.notified) if moment is not None}):

        def until(moment: datetime | None, at: datetime = at) -> str:
            return iso(moment) if moment is not None and moment <= at else ""

        cluster = item.cluster_id if item.sorted_at is not None and item.sorted_at <= at else ""
        row = (
            item.id, iso(item.submitted), item.reporter_kind, item.user_id, item.account_id, ",".join(item.tags), item.ticket_id, cluster,
            until(item.closed), until(item.notified), iso(at),
        )  # fmt: skip
        log.add("feedback", "items", at, item.id, row)


def _log_hand_work(log: ChangeLog, service: Service) -> None:
    for one in service.interventions:
        row = (one.id, one.account_id, one.kind, one.team, one.procedure_id, one.minutes, iso(one.at))
        log.add("manual_work", "interventions", one.at, one.id, row)
    for week in service.task_weeks:
        # A week is written down as it ends.
        at = day_begins(week.week + timedelta(days=7)) - timedelta(seconds=1)
        row = (week.task, week.week, week.minutes, flag(week.automated))
        log.add("manual_work", "task_times", at, f"{week.week}/{week.task}", row)
    for one in service.automations:
        at = day_begins(one.live)
        cost = f"{one.monthly_cost // 100}.{one.monthly_cost % 100:02d}"
        row = (one.id, one.task, one.built_minutes, one.currency, cost, one.live, iso(at))
        log.add("manual_work", "automations", at, one.id, row)


def _log_procedures(log: ChangeLog, service: Service) -> None:
    for one in service.procedures:
        for at in (one.created, one.retired):
            if at is not None:
                retired = iso(one.retired) if one.retired == at else ""
                log.add("sops", "register", at, one.id, (one.id, one.process, iso(one.created), retired, iso(at)))
        for version in one.versions:
            fields = (version.fields[name] for name in (*TEMPLATE, *DOCUMENT))
            hours = ("" if hour is None else hour for hour in (version.sla_hours, version.escalation_hours))
            row = (one.id, version.number, iso(version.published), *fields, version.step_count, version.expected_minutes, *hours)
            log.add("sops", "versions", version.published, f"{one.id}/{version.number:03d}", row)
    for run in service.runs:
        marks = (run.done, run.blocked, run.unblocked, run.escalated)
        for at in sorted({run.triggered, *(mark for mark in marks if mark is not None)}):
            shown = (iso(mark) if mark is not None and mark <= at else "" for mark in marks)
            row = (run.id, run.procedure.id, run.account_id, iso(run.triggered), *shown, iso(at))
            log.add("sops", "runs", at, run.id, row)
    for one in service.trainings:
        for at in (one.assigned, one.trained):
            if at is not None:
                trained = iso(one.trained) if at == one.trained else ""
                row = (one.procedure_id, one.version, one.person_id, flag(one.required), trained, iso(at))
                log.add("sops", "trainings", at, f"{one.procedure_id}/{one.version:03d}/{one.person_id}", row)
