"""Invitations: what users of all four loops send, whom it brings, what it costs, and the frauds among it.

Belongs here: the programmes with their planted `i` (invitations per active user in the 30 days after activation) and `c` (share that is an
active user within 30 days), and honest invitations. An invitation that fails was not accepted, or brought a user who was never active, or
one who was active too late; none is near the 30 days, so that the window's edge decides nothing.
Does not belong here: frauds (`frauds`), the judgement of either (`truth.growth_referrals`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import exp
from random import Random

from sample_company.clock import local_day
from sample_company.growth.people import local_part
from sample_company.growth.states import Invitation, Programme, Reward, User
from sample_company.life import END

PROGRAMMES = (
    Programme("prg_workspace", "Shared workspace", "inherent", "USD", 0, 0, date(2023, 7, 1), None, 0.50, 0.24),
    Programme("prg_colleague", "Tell a colleague", "word_of_mouth", "USD", 0, 0, date(2023, 7, 1), None, 0.22, 0.18),
    Programme("prg_credit", "Give 20, get 20", "incentivised", "USD", 2000, 2000, date(2023, 7, 1), None, 0.30, 0.15),
    Programme("prg_badge", "Made with badge", "embedded", "USD", 0, 0, date(2023, 7, 1), None, 0.20, 0.06),
    Programme("prg_freunde", "Freunde werben", "incentivised", "EUR", 1500, 1000, date(2025, 2, 1), date(2025, 11, 30), 0.25, 0.20),
)
WINDOW = timedelta(days=30)
_CHANNELS = {"inherent": "in_product", "word_of_mouth": "email", "incentivised": "link", "embedded": "social"}


def poisson(rng: Random, mean: float) -> int:
    """A draw from a Poisson distribution (Knuth's product of uniforms)."""
    bound, product, count = exp(-mean), rng.random(), 0
    while product > bound:
        product *= rng.random()
        count += 1
    return count


def device(user_id: str) -> str:
    return f"dev-{user_id}"


def card(user_id: str) -> str:
    return f"fp_{user_id}"


def short(text: str) -> str:
    """Twelve hexadecimal digits that stand for a text, so that ids do not grow with the generations."""
    return sha256(text.encode()).hexdigest()[:12]


def address(user_id: str) -> str:
    """A network address of the documentation range, one per user."""
    digits = short(f"address/{user_id}")
    return f"2001:db8:{digits[:4]}:{digits[4:8]}:{digits[8:]}::1"


def invitation(number: str, programme: Programme, inviter: User, sent: datetime, email: str) -> Invitation:
    """One that was sent, with the inviter's side known."""
    return Invitation(
        f"inv_{number}", programme, inviter.id, _CHANNELS[programme.loop], inviter.email, email, sent,
        inviter_device=device(inviter.id), inviter_card=card(inviter.id) if inviter.has_card else "", inviter_ip=address(inviter.id),
    )  # fmt: skip


def answer(one: Invitation, accepted: datetime, invitee_id: str = "", signed_up: datetime | None = None) -> None:
    """Let an invitation be opened, and bring a user when one is named; the other side is as honest as it comes."""
    one.accepted, one.invitee_id, one.signed_up = accepted, invitee_id, signed_up
    who = invitee_id or f"x{one.id[4:]}"
    one.invitee_device, one.invitee_ip = device(who), address(who)


def sent_by(inviter: User, seed: int) -> Iterator[tuple[Invitation, datetime | None]]:
    """The invitations of an active user's first 30 days, each with the invitee's activation when there is one (some of them late)."""
    if inviter.activated is None:
        return
    rng = Random(f"{seed}/growth/invites/{inviter.id}")
    for programme in PROGRAMMES:
        for number in range(poisson(rng, programme.i)):
            sent = inviter.activated + timedelta(seconds=rng.randint(0, 30 * 86_400 - 3600))
            day = local_day(sent)
            if programme.starts <= day and (programme.ends is None or day <= programme.ends) and sent < END:
                one, activated = fate(short(f"{programme.id}/{inviter.id}/{number}"), programme, inviter, sent, rng)
                yield one, activated


def fate(number: str, programme: Programme, inviter: User, sent: datetime, rng: Random) -> tuple[Invitation, datetime | None]:
    """What becomes of an honest invitation, by the programme's planted share."""
    # A link and a badge are addressed to nobody.
    named = programme.loop in ("inherent", "word_of_mouth")
    one = invitation(number, programme, inviter, sent, f"{local_part(rng, sent.second)}.{number}@mail.example" if named else "")
    accepted = sent + timedelta(seconds=rng.randint(600, 10 * 86_400))
    signed_up = accepted + timedelta(seconds=rng.randint(30, 5400))
    roll = rng.random()
    if roll < programme.c:
        answer(one, accepted, f"g{number}", signed_up)
        return one, signed_up + timedelta(seconds=rng.randint(300, 12 * 86_400))
    roll = (roll - programme.c) / (1 - programme.c)
    if roll < 0.06:
        answer(one, accepted, f"g{number}", signed_up)
    elif roll < 0.09:
        answer(one, accepted, f"g{number}", signed_up)
        return one, sent + timedelta(seconds=rng.randint(36 * 86_400, 70 * 86_400))
    elif roll < 0.25:
        answer(one, accepted)
    return one, None


def rewards_of(one: Invitation, activated: datetime | None, is_fraud: bool, seed: int) -> Iterator[Reward]:
    """What an invitation of a rewarding programme earned: granted three days after the invitee's activation, and taken back later when
    the fraud was seen, or now and then for another reason."""
    programme = one.programme
    if activated is None or not programme.referrer_reward or activated > one.sent + WINDOW:
        return
    rng = Random(f"{seed}/growth/reward/{one.id}")
    granted = activated + timedelta(days=3, seconds=rng.randint(0, 3600))
    versions = [(activated + timedelta(minutes=1), "pending"), (granted, "granted")]
    if rng.random() < (0.7 if is_fraud else 0.04):
        versions.append((granted + timedelta(seconds=rng.randint(86_400, 45 * 86_400)), "reversed"))
    for party, amount in (("referrer", programme.referrer_reward), ("referee", programme.referee_reward)):
        yield Reward(f"rwd_{one.id[4:]}_{party}", one.id, party, programme.currency, amount, tuple(versions))
