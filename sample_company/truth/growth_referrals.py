"""Invitations judged: which are fraud and why, which are old enough, which brought an active user; and K by cohort.

Belongs here: the fraud rules on what the exports would show at the end of `as_of`, without hashes.
Does not belong here: what was planted (`growth.frauds`), rewards (`growth_costs`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sample_company.clock import local_day, month_start
from sample_company.growth.states import Invitation, World
from sample_company.truth.growth_identity import Identity

CONVERSION_DAYS = timedelta(days=30)
SENDING_DAYS = timedelta(days=30)
RING_LONGEST = 4
BURST_MORE_THAN, BURST_SPAN = 20, timedelta(minutes=60)


@dataclass
class Judged:
    """An invitation with its verdicts; `kinds` is empty for an honest one."""

    invitation: Invitation
    kinds: list[str] = field(default_factory=list)
    matured: bool = False
    converted: bool = False


@dataclass
class KMonth:
    """Invitations of the cohort's users in their first 30 days; each with fraud and without."""

    active_users: int = 0
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def mailbox(email: str) -> str:
    """An address without the tag behind its plus and, at gmail.com, without its dots; empty for none."""
    local, _, domain = email.strip().lower().partition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if domain in ('gmail.com', 'googlemail.com') else local}@{domain}" if domain else ""


def rings(edges: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The edges from inviter to invitee that lie on a closed chain of two to four users."""
    onward: dict[str, set[str]] = defaultdict(set)
    for inviter, invitee in edges:
        if inviter != invitee:
            onward[inviter].add(invitee)

    def returns(start: str, path: tuple[str, ...]) -> bool:
        for following in onward.get(path[-1], ()):
            if following == start or (len(path) < RING_LONGEST - 1 and following not in path and returns(start, (*path, following))):
                return True
        return False

    return {(inviter, invitee) for inviter, invitees in list(onward.items()) for invitee in invitees if returns(inviter, (invitee,))}


def bursts(sent: Sequence[tuple[datetime, str]]) -> set[str]:
    """Ids of one inviter's invitations that lie in any hour, from an invitation on, with more than twenty of them."""
    ordered, found = sorted(sent), set()
    for place, (begin, _) in enumerate(ordered):
        inside = [key for at, key in ordered[place:] if at - begin <= BURST_SPAN]
        if len(inside) > BURST_MORE_THAN:
            found.update(inside)
    return found


def judge(world: World, identity: Identity, as_of: date) -> list[Judged]:
    """Every invitation that was sent, but for those of excluded accounts' users."""
    cut = identity.cut
    known = [one for one in world.invitations if one.sent < cut]
    joined = [one for one in known if one.signed_up is not None and one.signed_up < cut]
    circles = rings((one.inviter_id, one.invitee_id) for one in joined)
    by_inviter: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    credited: dict[str, Invitation] = {}
    for one in known:
        by_inviter[one.inviter_id].append((one.sent, one.id))
    for one in sorted(joined, key=lambda one: (one.accepted or one.sent, one.sent, one.id)):
        credited.setdefault(one.invitee_id, one)
    rushed = set().union(*(bursts(sent) for sent in by_inviter.values())) if by_inviter else set()
    found = []
    for one in known:
        if identity.is_excluded(identity.account_of(one.inviter_id)):
            continue
        has_joined = one.signed_up is not None and one.signed_up < cut
        judged = Judged(one, _kinds(one, one.accepted is not None and one.accepted < cut, has_joined))
        if has_joined and (one.inviter_id, one.invitee_id) in circles:
            judged.kinds.append("ring")
        if one.id in rushed:
            judged.kinds.append("burst")
        judged.matured = local_day(one.sent) + CONVERSION_DAYS <= as_of
        judged.converted = has_joined and credited[one.invitee_id] is one and _became_active(one, identity)
        found.append(judged)
    return found


def _kinds(one: Invitation, opened: bool, joined: bool) -> list[str]:
    pairs = (
        ("self_device", one.inviter_device, one.invitee_device if opened else ""),
        ("self_card", one.inviter_card, one.invitee_card if joined else ""),
        ("self_address", one.inviter_ip, one.invitee_ip if opened else ""),
        ("self_alias", mailbox(one.inviter_email), mailbox(one.invitee_email)),
    )
    return [kind for kind, left, right in pairs if left and left == right]


def _became_active(one: Invitation, identity: Identity) -> bool:
    user = identity.users.get(one.invitee_id)
    if user is None or user.activated is None or user.activated >= identity.cut or identity.is_excluded(identity.account_of(user.id)):
        return False
    return one.sent <= user.activated <= one.sent + CONVERSION_DAYS


def k_months(judged: Sequence[Judged], identity: Identity) -> dict[tuple[date, str], KMonth]:
    """By month of activation and programme (`all` for every one of them)."""
    found: dict[tuple[date, str], KMonth] = defaultdict(KMonth)
    programmes = sorted({one.invitation.programme.id for one in judged})
    active = {}
    for user in identity.users.values():
        if user.activated is not None and user.activated < identity.cut and not identity.is_excluded(identity.account_of(user.id)):
            active[user.id] = user.activated
            for programme in ("all", *programmes):
                found[month_start(local_day(user.activated)), programme].active_users += 1
    for one in judged:
        begin = active.get(one.invitation.inviter_id)
        if begin is None or not begin <= one.invitation.sent < begin + SENDING_DAYS:
            continue
        for programme in ("all", one.invitation.programme.id):
            counts = found[month_start(local_day(begin)), programme].counts
            for suffix in ("_with_fraud", *(() if one.kinds else ("",))):
                counts[f"invitations{suffix}"] += 1
                counts[f"matured{suffix}"] += one.matured
                counts[f"converted{suffix}"] += one.matured and one.converted
    return dict(sorted(found.items()))
