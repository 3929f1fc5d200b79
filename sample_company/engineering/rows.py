"""The engineering sources' views: each record as rows of its export tables, one row per version.

Belongs here: the vendors' headers and formats, and what only the last weeks of are kept.
Does not belong here: which versions were known when (`changes`), the records (`states`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sample_company.changes import ChangeLog
from sample_company.clock import day_begins, instant, month_start
from sample_company.engineering.incidents import SERVICES
from sample_company.engineering.limits import LIMITS
from sample_company.engineering.meters import UNITS
from sample_company.engineering.objectives import BUCKET, OBJECTIVES, counts
from sample_company.engineering.rows_of_releases import log_decisions, log_github
from sample_company.engineering.states import ROLLBACK, SEQUENCE, SHIP, UNIT, Charge, Engineering, Flag, JobRun
from sample_company.engineering.texts import flag_text, time_text
from sample_company.money import major_text, text

_ANSWERS = " ".join((*UNIT, *ROLLBACK, *SHIP, *(f"sequence_{step}_at" for step in SEQUENCE)))
_TABLES = {
    "github": {
        "pull_requests": "number user created_at updated_at closed_at merged_at additions deletions changed_files labels",
        "commits": "sha pull_number authored_at",
        "releases": "id tag_name prerelease published_at",
        "release_commits": "release_id sha",
        "deployments": "id ref environment creator_type created_at",
        "deployment_statuses": "id deployment_id state created_at",
        "issues": "number created_at updated_at closed_at labels",
    },
    "pagerduty": {
        "services": "service team has_logs has_traces has_metrics runbook updated_at",
        "incidents": "id service severity deployment_id release_tag runbook created_at acknowledged_at resolved_at updated_at",
        "log_entries": "id incident_id responder_id shift_id created_at",
    },
    "slo": {
        "objectives": "id service name target window_days updated_at",
        "counts": "slo_id plan_group timestamp good total",
    },
    "jobs": {"runs": "id job_name workflow_id account_id release_tag attempt status queued_at started_at finished_at updated_at"},
    "webhooks": {"attempts": "id delivery_id account_id attempt status_code attempted_at"},
    "flags": {
        "flags": "key kind workflow core experiment_id release_tag owner created_at rolled_out_at archived_at last_evaluated_at updated_at",
        "exposures": "id flag_key variation user_id account_id exposed_at",
    },
    "decisions": {
        "signals": "id kind noticed_at",
        "decisions": "id signal_id metric made_by meetings opened_at decided_at shipped_at validated_at learned_at outcome updated_at",
        "releases": "release_tag release_kind mends_release_tag decision_id owner areas has_migration_plan named_metric"
        f" {_ANSWERS} owner_call called_at called_by updated_at",
        "rollouts": "release_tag ring started_at",
        "changelog": "id release_tag published_at",
        "evidence": "release_tag window_hours verdict recorded_at",
    },
    "cloud_costs": {
        "focus": "x_ChargeId ChargePeriodStart ChargePeriodEnd BillingCurrency BilledCost EffectiveCost ServiceName ServiceCategory"
        " ChargeCategory CommitmentDiscountStatus CapacityReservationStatus ConsumedQuantity ConsumedUnit",
    },
    "metering": {"usage": "account_id used_on driver quantity unit"},
    "plans_limits": {
        "limits": "plan limit_name boundary driver included_quantity overage_unit_amount currency warn_at valid_from",
        "events": "id account_id limit_name event currency amount occurred_at",
        "exceptions": "id account_id kind approved_at ends_on updated_at",
    },
}
HEADERS = {(source, table): tuple(columns.split()) for source, tables in _TABLES.items() for table, columns in tables.items()}
UNDIVIDED = frozenset({("pagerduty", "services"), ("slo", "objectives"), ("plans_limits", "limits")})
# Of these, exports know only the last weeks.
RETAINED = frozenset({("slo", "counts"), ("metering", "usage")})
METERED_MONTHS = 3
_SET_UP = instant(2023, 7, 3, 12, 0, 0)
_SECOND = timedelta(seconds=1)


def metered_from(until: date) -> date:
    """First day of the meters that are kept at the end of `until`: that of the month two months before."""
    return month_start(until, 1 - METERED_MONTHS)


def log_engineering(log: ChangeLog, made: Engineering, until: date) -> None:
    """Every row of the ten sources, as far as they are kept at the end of `until`."""
    log_github(log, made)
    log_decisions(log, made)
    _log_incidents(log, made)
    _log_counts(log, until, made.seed)
    for run in made.runs:
        _log_run(log, run)
    for one in made.attempts:
        code = "" if one.status_code is None else one.status_code
        row = (one.id, one.delivery_id, one.account_id, one.attempt, code, time_text(one.at))
        log.add("webhooks", "attempts", one.at, one.id, row)
    cut = day_begins(until + timedelta(days=1))
    for flag in made.flags:
        _log_flag(log, flag, cut)
    for seen in made.exposures:
        row = (seen.id, seen.flag_key, seen.variation, seen.user_id, seen.account_id, time_text(seen.at))
        log.add("flags", "exposures", seen.at, seen.id, row)
    for charge in made.charges:
        _log_charge(log, charge)
    first = metered_from(until)
    for used in made.usage:
        if first <= used.day <= until:
            row = (used.account_id, used.day, used.driver, f"{used.quantity}.0000", UNITS[used.driver])
            log.add("metering", "usage", _end_of(used.day), f"{used.account_id}/{used.day}/{used.driver}", row)
    _log_limits(log, made)


def _end_of(day: date) -> datetime:
    """A day is known as it ends."""
    return day_begins(day + timedelta(days=1)) - _SECOND


def _log_incidents(log: ChangeLog, made: Engineering) -> None:
    for service, team, *signals, runbook in SERVICES:
        row = (service, team, *map(flag_text, signals), runbook, time_text(_SET_UP))
        log.add("pagerduty", "services", _SET_UP, service, row)
    for one in made.incidents:
        caused = (one.deployment.id, one.deployment.tag) if one.deployment is not None else ("", "")
        times: list[datetime | None] = [one.created, None, None]
        for position, at in enumerate((one.created, one.acknowledged, one.resolved)):
            if at is not None:
                times[position] = at
                row = (one.id, one.service, one.severity, *caused, one.runbook, *map(time_text, times), time_text(at))
                log.add("pagerduty", "incidents", at, one.id, row)
    for page in made.pages:
        row = (page.id, page.incident_id, page.responder, page.shift, time_text(page.at))
        log.add("pagerduty", "log_entries", page.at, page.id, row)


def _log_counts(log: ChangeLog, until: date, seed: int) -> None:
    for one in OBJECTIVES:
        target = f"{one.target // 10**6}.{one.target % 10**6:06d}"
        row = (one.id, one.service, one.name, target, one.window_days, time_text(_SET_UP))
        log.add("slo", "objectives", _SET_UP, one.id, row)
    for count in counts(until, seed):
        at = time_text(count.at)
        # Known when the five minutes are over.
        row = (count.objective, count.group, at, count.good, count.total)
        log.add("slo", "counts", count.at + BUCKET - _SECOND, f"{count.objective}/{count.group}/{at}", row)


def _log_run(log: ChangeLog, run: JobRun) -> None:
    fixed = (run.id, run.job, run.workflow_id, run.account_id, run.tag, run.attempt)
    queued, started = time_text(run.queued), time_text(run.started)
    log.add("jobs", "runs", run.queued, run.id, (*fixed, "queued", queued, "", "", queued))
    if run.finished is None:
        log.add("jobs", "runs", run.started, run.id, (*fixed, run.status, queued, started, "", started))
    else:
        ended = time_text(run.finished)
        log.add("jobs", "runs", run.finished, run.id, (*fixed, run.status, queued, started, ended, ended))


def _log_flag(log: ChangeLog, flag: Flag, cut: datetime) -> None:
    """A version when it was made and at each change, and one for when it was last read before `cut`."""
    fixed = (flag.key, flag.kind, flag.workflow, flag_text(flag.is_core), flag.experiment_id, flag.tag, flag.owner, time_text(flag.created))
    moments = {at for at in (flag.created, flag.rolled_out, flag.archived) if at is not None and at < cut}
    read = flag.read_until(cut) - _SECOND
    if read > flag.created:
        moments.add(read)
    for at in moments:
        changes = tuple(time_text(when if when is not None and when <= at else None) for when in (flag.rolled_out, flag.archived))
        log.add("flags", "flags", at, flag.key, (*fixed, *changes, time_text(min(at, max(read, flag.created))), time_text(at)))


def _log_charge(log: ChangeLog, one: Charge) -> None:
    period = (f"{one.day}T00:00:00Z", f"{one.day + timedelta(days=1)}T00:00:00Z")
    quantity = "" if one.quantity is None else f"{one.quantity}.0000"
    kind = (one.service, one.category, one.kind, one.commitment, one.capacity)
    row = (one.id, *period, one.currency, text(one.billed), text(one.effective), *kind, quantity, one.unit)
    log.add("cloud_costs", "focus", _end_of(one.day), one.id, row)


def _log_limits(log: ChangeLog, made: Engineering) -> None:
    for one in LIMITS:
        quantity = "" if one.quantity is None else f"{one.quantity}.0000"
        overage = "" if one.overage is None else major_text(one.overage, "USD")
        warn = "" if one.warn_at is None else f"0.{one.warn_at:02d}"
        row = (one.plan, one.name, one.boundary, one.driver, quantity, overage, "USD", warn, one.valid_from)
        log.add("plans_limits", "limits", day_begins(one.valid_from), f"{one.plan}/{one.name}/{one.valid_from}", row)
    for event in made.limit_events:
        amount = "" if event.amount is None else major_text(event.amount, event.currency)
        row = (event.id, event.account_id, event.limit, event.kind, event.currency, amount, time_text(event.at))
        log.add("plans_limits", "events", event.at, event.id, row)
    for one in made.exceptions:
        log.add("plans_limits", "exceptions", one.asked, one.id, (one.id, one.account_id, one.kind, "", "", time_text(one.asked)))
        if one.approved is not None:
            at = time_text(one.approved)
            log.add("plans_limits", "exceptions", one.approved, one.id, (one.id, one.account_id, one.kind, at, one.ends or "", at))
