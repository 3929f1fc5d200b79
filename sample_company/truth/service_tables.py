"""The truth of the service side as CSV files.

Belongs here: columns and text; ids carry their source, months are their first day, instants are UTC.
Does not belong here: arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sample_company import excluded
from sample_company.growth.states import World
from sample_company.service.states import Service
from sample_company.states import Account
from sample_company.truth.growth_identity import Identity
from sample_company.truth.mrr import Timeline
from sample_company.truth.service_operations import automated_tasks, feedback_rows, hand_months, sop_runs
from sample_company.truth.service_tickets import Judged, Whose, judged_tickets, support_months, ticket_type
from sample_company.truth.tables import _flag, _write

Rows = Iterable[Sequence[object]]
_COUNTS = ("ticket", "active_account", "rating", "satisfied", "judged_repeat", "repeat", "help_session", "deflected_session")
_MINUTES = "first_response_minutes first_response_business_minutes resolution_minutes resolution_business_minutes"


def write_service_truth(folder: Path, service: Service, world: World, accounts: Sequence[Account], as_of: date) -> dict[str, int]:
    """Write every truth file of the service side as known at the end of `as_of`; rows by file. `accounts` are all, the excluded too."""
    folder.mkdir(parents=True, exist_ok=True)
    identity = Identity(world, accounts, as_of)
    whose = Whose(identity)
    timelines = {account.id: Timeline(account, as_of) for account in accounts if account.number not in excluded.ACCOUNT_NUMBERS}
    tickets = judged_tickets(service, whose)
    months = support_months(service, tickets, list(timelines.values()), whose, as_of)
    files: dict[str, tuple[str, Rows]] = {
        "tickets": (
            f"ticket_id account_id user_id channel created_at {_MINUTES} reopen_count tier ticket_type is_agent_created",
            map(_ticket, tickets),
        ),
        "support_monthly": (
            " ".join(("month", *(f"{name}_count" for name in _COUNTS))),
            ((on, *(counts[name] for name in _COUNTS)) for on, counts in months.items()),
        ),
        "feedback": (
            "feedback_id bucket voice days_to_close",
            (
                (f"feedback:{item.id}", bucket, voice, "" if days is None else days)
                for item, bucket, voice, days in feedback_rows(service, identity, timelines)
            ),
        ),
        "manual_monthly": (
            "month intervention_count minute_count account_count",
            ((on, month.interventions, month.minutes, len(month.accounts)) for on, month in hand_months(service, identity).items()),
        ),
        "sop_runs": (
            "sop_run_id is_in_sla is_escalated_on_time",
            ((f"sops:{run.id}", _verdict(in_sla), _verdict(escalated)) for run, in_sla, escalated in sop_runs(service, identity)),
        ),
        "automation": (
            "task minutes_before minutes_after",
            ((task, *("" if minutes is None else minutes for minutes in both)) for task, *both in automated_tasks(service, as_of)),
        ),
    }
    return {f"{name}.csv": _write(folder, f"{name}.csv", header.split(), rows) for name, (header, rows) in files.items()}


def _verdict(value: bool | None) -> str:
    return "" if value is None else _flag(value)


def _ticket(one: Judged) -> tuple[object, ...]:
    ticket, course = one.ticket, one.course
    minutes = (
        course.first_response_minutes, course.first_response_business_minutes, course.resolution_minutes,
        course.resolution_business_minutes,
    )  # fmt: skip
    return (
        f"{ticket.system}:{ticket.id}", f"stripe:{one.account_id}" if one.account_id else "",
        f"segment:{one.user_id}" if one.user_id else "", "in_app" if ticket.channel == "mobile" else ticket.channel, ticket.created,
        *("" if value is None else value for value in minutes), course.reopen_count, "" if course.tier is None else course.tier,
        ticket_type(ticket.tags), _flag(course.is_agent_created),
    )  # fmt: skip
