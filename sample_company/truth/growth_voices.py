"""Surveys, activation and sales cycles counted.

Belongs here: counts by month as known at the end of `as_of`. Users of excluded accounts are left out; answers without a name count.
Does not belong here: ratios and intervals.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sample_company.clock import local_day, month_start
from sample_company.growth.people import ACTIVATION_WITHIN
from sample_company.growth.states import Deal, Response, World
from sample_company.states import Account
from sample_company.truth.growth_identity import Identity

ACTIVE_DAYS = timedelta(days=14)


def counted(world: World, identity: Identity) -> Iterator[Response]:
    """Answers that count."""
    for one in world.responses:
        if one.at < identity.cut and not identity.is_excluded(identity.account_of(one.user_id)):
            yield one


def score_months(world: World, identity: Identity, survey: str) -> dict[date, Counter[str]]:
    """NPS: promoters (9-10), passives, detractors (0-6); CSAT: good (4-5), other. By month of the answer."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for one in counted(world, identity):
        if one.survey == survey and one.score is not None:
            if survey == "nps":
                kind = "promoters" if one.score >= 9 else "passives" if one.score >= 7 else "detractors"
            else:
                kind = "good" if one.score >= 4 else "other"
            found[month_start(local_day(one.at))].update((kind, "responses"))
    return dict(sorted(found.items()))


def pmf_months(world: World, identity: Identity, accounts: Sequence[Account]) -> dict[tuple[date, str], Counter[str]]:
    """By month and customer segment of the user's account at the end of that day (`unknown` without one): all answers, and those of users
    with a core action in the 14 days before."""
    by_id = {account.id: account for account in accounts}
    found: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for one in counted(world, identity):
        if one.survey != "pmf":
            continue
        account = by_id.get(identity.account_of(one.user_id))
        on = local_day(one.at)
        month = found[month_start(on), segment_on(account, on)]
        names = ["responses", *(["very_disappointed"] if one.answer == "very_disappointed" else [])]
        month.update(names)
        if used_lately(identity.users[one.user_id].events, one.at):
            month.update(f"active_{name}" for name in names)
    return dict(sorted(found.items()))


def segment_on(account: Account | None, day: date) -> str:
    """An account's customer segment at the end of a day."""
    versions = [version for version in account.versions if local_day(version.at) <= day] if account else []
    return versions[-1].segment if versions else "unknown"


def used_lately(events: Sequence[tuple[datetime, str]], at: datetime) -> bool:
    """Whether a core action lies in the 14 days before `at`."""
    uses = [moment for moment, name in events if name == "core_action"]
    place = bisect_left(uses, at - ACTIVE_DAYS)
    return place < len(uses) and uses[place] <= at


def activation_months(identity: Identity, as_of: date) -> dict[date, Counter[str]]:
    """Users by month of sign-up: all, those active, those within 7 days; and of the users whose 14 days are over, all and those active."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for user in identity.users.values():
        if identity.is_excluded(identity.account_of(user.id)):
            continue
        month = found[month_start(local_day(user.signed_up))]
        is_active = user.activated is not None and user.activated < identity.cut
        mature = local_day(user.signed_up) + ACTIVATION_WITHIN <= as_of
        month["signed_up"] += 1
        month["activated"] += is_active
        month["activated_7d"] += is_active and user.activated <= user.signed_up + timedelta(days=7)
        month["mature_signed_up"] += mature
        month["mature_activated"] += mature and is_active
    return dict(sorted(found.items()))


def won_deals(world: World, identity: Identity) -> Iterator[tuple[Deal, str, date, date]]:
    """Won deals of accounts that count, each with its account (empty when unmatched), and the days it was made and won."""
    for deal in world.deals:
        at, stage = deal.stages[-1]
        match = identity.companies.get(deal.company_id)
        account_id = match.account_id if match else ""
        if stage == "closedwon" and at < identity.cut and not identity.is_excluded(account_id):
            yield deal, account_id, local_day(deal.created), local_day(at)
