"""The growth side of the company, put together.

Belongs here: the order in which its parts are made, who invites whom across accounts, and what depends on two parts.
Does not belong here: any single part.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sample_company import excluded
from sample_company.clock import ENDS_ON, day_begins
from sample_company.growth import crm, frauds, referrals, visits
from sample_company.growth.books import advertising, journal
from sample_company.growth.campaigns import ad_days
from sample_company.growth.people import account_users, free_users, live
from sample_company.growth.rates import DayRates, daily_rates
from sample_company.growth.states import Identify, Invitation, User, World
from sample_company.growth.voices import responses
from sample_company.life import BEGIN, END
from sample_company.shop import Shopper
from sample_company.states import Account
from sample_company.truth.mrr import Timeline

SHARED_BROWSER_EVERY = 40


def build_world(accounts: Sequence[Account], shoppers: Sequence[Shopper], scale: float, seed: int) -> World:
    """Everything of the growth side for these accounts and shoppers; slot n is account n and the strangers and free users beside it."""
    world = World(programmes=list(referrals.PROGRAMMES), rates=daily_rates(seed))
    world.ads = list(ad_days(scale, seed))
    timelines = [Timeline(account, ENDS_ON) for account in accounts]
    records = crm.Crm()
    inviters: list[User] = []
    for position, timeline in enumerate(timelines):
        _settle(world, records, timeline, accounts[position - 1] if position else None, inviters, seed)
    world.companies, world.contacts, world.deals = records.companies, records.contacts, records.deals
    _share_browsers(world, seed)
    _invite(world, inviters, seed)
    segments = {account.id: account.versions[0].segment for account in accounts}
    for user in world.users:
        world.responses.extend(responses(user, segments.get(user.account_id, "unknown"), seed))
    real = [timeline for timeline in timelines if timeline.account.number not in excluded.ACCOUNT_NUMBERS]
    buyers = [shopper for shopper in shoppers if shopper.number not in excluded.SHOPPER_NUMBERS]
    world.lines = journal(real, buyers, advertising(world.ads, DayRates(world.rates)), scale)
    return world


def _settle(world: World, records: crm.Crm, timeline: Timeline, before: Account | None, inviters: list[User], seed: int) -> None:
    """One slot: the account's users, visits and CRM records, and the free users and strangers beside it."""
    account = timeline.account
    in_crm = crm.is_in_crm(account, seed)
    people = account_users(timeline, before, crm.crm_domain(account) if in_crm else "", seed)
    users = [user for user, _ in people]
    rng = Random(f"{seed}/growth/account/{account.number}")
    paid = None
    if timeline.first_paid_on is not None:
        paid = day_begins(timeline.first_paid_on) + timedelta(seconds=rng.randint(9 * 3600, 20 * 3600))
    kind = rng.choice(visits.KINDS)
    if users:
        browsers = visits.story(users, paid or users[0].signed_up, kind, seed, world.pages, world.identifies)
        if kind == "invitation":
            _lead(world, users[0], browsers[0], inviters, rng, seed)
        for user, browser in zip(users, browsers, strict=False):
            visits.app_pages(user, browser)
    if in_crm:
        crm.record(records, account, paid, before, people, seed)
    crm.prospects(records, account.number, seed)
    free = free_users(account.number, seed)
    for user in free:
        visits.known_browser(user, seed, world.pages, world.identifies).visit(user.signed_up, visits.tags_of("direct", user.signed_up, rng))
    visits.strangers(account.number, seed, world.pages)
    world.users += users + free
    inviters += [user for user in users + free if user.activated]


def _lead(world: World, user: User, browser: visits.Browser, inviters: Sequence[User], rng: Random, seed: int) -> None:
    """Let somebody who was there before have invited an account's first user. As many others were invited in vain as the programme's
    planted share asks for, so that the share stays what it is."""
    sent = user.signed_up - timedelta(seconds=rng.randint(3600, 9 * 86_400))
    # Past the first month, so that the cohort's own invitations stay what was planted.
    tried = (rng.choice(inviters) for _ in range(40 if inviters else 0))
    able = [inviter for inviter in tried if inviter.activated and inviter.activated + timedelta(days=31) < sent]
    if not able or sent < BEGIN:
        return
    programme, inviter = rng.choice(referrals.PROGRAMMES[:3]), rng.choice(able)
    one = referrals.invitation(referrals.short(f"lead/{user.id}"), programme, inviter, sent, user.email)
    accepted = user.signed_up - timedelta(minutes=rng.randint(2, 25))
    referrals.answer(one, accepted, user.id, user.signed_up)
    _become_active(user, rng, seed)
    browser.visit(accepted, visits.INVITATION)
    _add(world, one, user.activated, seed)
    while rng.random() > programme.c:
        other = rng.choice(able)
        failed, _ = referrals.fate(referrals.short(f"vain/{user.id}/{rng.random()}"), programme, other, sent, rng)
        failed.accepted, failed.invitee_id, failed.signed_up, failed.invitee_device, failed.invitee_ip = None, "", None, "", ""
        _add(world, failed, None, seed)


def _become_active(user: User, rng: Random, seed: int) -> None:
    """A user who was invited by name starts at once, if the draw had not let it."""
    if user.activated is None or user.activated > user.signed_up + timedelta(days=12):
        at = user.signed_up + timedelta(seconds=rng.randint(600, 86_400))
        if at < END:
            user.events = sorted([event for event in user.events if event[1] != "activated"] + [(at, "activated")])
            user.activated = at


def _add(world: World, one: Invitation, activated: datetime | None, seed: int) -> None:
    world.invitations.append(one)
    world.rewards.extend(referrals.rewards_of(one, activated, bool(one.planted), seed))


def _share_browsers(world: World, seed: int) -> None:
    """Now and then a browser that somebody knows is used by a user of another account: the first identity holds."""
    calls = list(world.identifies)
    for position in range(SHARED_BROWSER_EVERY, len(calls), SHARED_BROWSER_EVERY):
        call, other = calls[position], calls[position - SHARED_BROWSER_EVERY // 2]
        rng = Random(f"{seed}/growth/shared/{call.id}")
        at = max(call.at, other.at) + timedelta(days=rng.randint(5, 60))
        if call.user_id != other.user_id and at < END:
            call_id = f"id-{call.visitor_id}-{other.user_id}"
            world.identifies.append(Identify(call_id, call.visitor_id, other.user_id, other.email, at, at + visits.late(rng)))


def _invite(world: World, inviters: Sequence[User], seed: int) -> None:
    """Let every active user invite, and whoever came of it in turn; then plant the frauds and the near misses."""
    waiting = deque(inviters)
    while waiting:
        user = waiting.popleft()
        for one, activated in referrals.sent_by(user, seed):
            waiting += _arrive(world, one, activated, seed)
    for number, user in enumerate(inviters, start=1):
        for one, invitee in frauds.to_oneself(user, seed):
            _plant(world, one, [invitee], seed)
        if number % frauds.BURST_EVERY == 0:
            for one, guest in frauds.burst(user, seed):
                _plant(world, one, [guest] if guest else [], seed)
        if number % frauds.NEAR_MISS_EVERY == 0:
            for one, activated in frauds.near_miss(user, seed):
                _arrive(world, one, activated, seed)
        if number % frauds.RING_EVERY == 0 and user.activated and user.activated + timedelta(days=40) < END:
            invitations, members = frauds.ring(number, user.activated, seed)
            world.users += members
            by_id = {member.id: member for member in members}
            for one in invitations:
                _add(world, one, by_id[one.invitee_id].activated, seed)


def _arrive(world: World, one: Invitation, activated: datetime | None, seed: int) -> list[User]:
    """Add an honest invitation; who signed up with it, when active, goes on to invite."""
    _add(world, one, activated, seed)
    if one.signed_up is None or one.accepted is None or one.signed_up >= END:
        return []
    key = one.invitee_id
    user = User(key, one.invitee_email or f"{key}@mail.example", one.signed_up, 0)
    live(user, END, seed, activated - one.signed_up if activated else None, activates=activated is not None)
    browser = visits.known_browser(user, seed, world.pages, world.identifies)
    browser.visit(one.accepted, visits.INVITATION)
    world.users.append(user)
    return [user] if user.activated else []


def _plant(world: World, one: Invitation, guests: Sequence[User], seed: int) -> None:
    world.users += guests
    _add(world, one, guests[0].activated if guests else None, seed)
