"""Tickets with a name of their own: each lives through one rule of the clocks, with times chosen so that they can be worked by hand.

Belongs here: one function per story, most of them in the spring of 2025 so that they do not bend the last year's trend. Its people are
colleagues at the first account that is old enough, unknown to the product, so that nothing else that happens changes what it is about.
Does not belong here: what the clocks make of them (`truth.service_clocks`; worked by hand in the tests).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from sample_company import excluded
from sample_company.service.chats import bot_greets, end, opened
from sample_company.service.desk import ADMINS, AGENTS, BOT, GROUPS, TEAMS, Customer, key_of
from sample_company.service.hours import BERLIN, NEW_YORK, ROUND_THE_CLOCK, local
from sample_company.service.kinds import release_before
from sample_company.service.states import Person, Rating, Schedule, Ticket

_AGENT, _SECOND, _THIRD = AGENTS[1][0], AGENTS[2][0], AGENTS[3][0]


class Stage:
    """Hands out tickets to stories; `host` is the first account with an organisation noted a month before."""

    def __init__(self, customers: Sequence[Customer]) -> None:
        self.customers = [one for one in customers if one.account.number not in excluded.ACCOUNT_NUMBERS]

    def host(self, at: datetime) -> Customer | None:
        before = at - timedelta(days=31)
        return next((one for one in self.customers if one.organisation.told and one.organisation.told[0][0] < before), None)

    def colleague(self, story: str, at: datetime, system: str = "zendesk") -> Person:
        host = self.host(at)
        organisation = None if host is None else host.organisation if system == "zendesk" else host.company
        address = f"{story}@{organisation.domain if organisation else 'somewhere.example'}"
        return Person(system, key_of(system, "story", story), "customer", address, organisation, at - timedelta(minutes=1))

    def ticket(self, story: str, at: datetime, schedule: Schedule | None = NEW_YORK, **changes: object) -> Ticket:
        """A ticket with its first comment, status new, group Tier 1 (unless `group` says none) and schedule."""
        who = changes.get("who") or self.colleague(story, at)
        submitter = changes.get("submitter") or who
        tags = changes.get("tags", ("how-to",))
        category = changes.get("category", "confusion")
        ticket = Ticket(
            "zendesk", key_of("story", story), "email", at, who, submitter, who.organisation, schedule, tags,
            subject=story, auto_category=category, category=category, story=story,
        )  # fmt: skip
        ticket.note(at, "comment", submitter, is_public=True)
        ticket.note(at, "status", submitter, "new")
        if changes.get("group", True):
            ticket.note(at, "group", None, GROUPS[1])
        if schedule is not None:
            ticket.note(at, "schedule", None, schedule.id)
        return ticket


def _answered(ticket: Ticket, at: datetime, solved_after: timedelta | None = timedelta(minutes=30), agent: Person = _AGENT) -> Ticket:
    ticket.note(at, "comment", agent, is_public=True)
    ticket.note(at, "time_spent", agent, "600")
    ticket.note(at, "status", agent, "pending")
    if solved_after is not None:
        ticket.note(at + solved_after, "status", agent, "solved")
    return ticket


def weekend(stage: Stage) -> Iterator[Ticket]:
    """Friday 16:30, answered Monday 9:45; the office is open 8 to 18."""
    yield _answered(stage.ticket("weekend", local(date(2025, 6, 13), 16, 30)), local(date(2025, 6, 16), 9, 45))


def holiday(stage: Stage) -> Iterator[Ticket]:
    """The day before Thanksgiving 17:00, answered the day after at 10:30."""
    yield _answered(stage.ticket("holiday", local(date(2025, 11, 26), 17)), local(date(2025, 11, 28), 10, 30))


def clocks_forward(stage: Stage) -> Iterator[Ticket]:
    """Clocks went forward on 2026-03-08: Friday 17:00 to Monday 9:00 in the office, Saturday 22:00 to Sunday 6:00 round the clock."""
    yield _answered(stage.ticket("clocks_forward", local(date(2026, 3, 6), 17)), local(date(2026, 3, 9), 9))
    at = local(date(2026, 3, 7), 22)
    yield _answered(stage.ticket("clocks_forward_all_night", at, ROUND_THE_CLOCK), local(date(2026, 3, 8), 6))


def clocks_back(stage: Stage) -> Iterator[Ticket]:
    """Clocks went back on 2025-11-02: the same two spans."""
    yield _answered(stage.ticket("clocks_back", local(date(2025, 10, 31), 17)), local(date(2025, 11, 3), 9))
    at = local(date(2025, 11, 1), 22)
    yield _answered(stage.ticket("clocks_back_all_night", at, ROUND_THE_CLOCK), local(date(2025, 11, 2), 6))


def hours_change(stage: Stage) -> Iterator[Ticket]:
    """Friday 16:00 under the old hours (9 to 17), answered Monday 8:30, the first day of the new ones (8 to 18)."""
    yield _answered(stage.ticket("hours_change", local(date(2025, 2, 28), 16)), local(date(2025, 3, 3), 8, 30))


def other_schedule(stage: Stage) -> Iterator[Ticket]:
    """Given to Berlin (9:00 to 12:30, 13:30 to 18:00) at 12:00 there, moved to New York two hours later, answered 18:30 in Berlin."""
    ticket = stage.ticket("other_schedule", local(date(2025, 5, 6), 6), BERLIN)
    ticket.note(local(date(2025, 5, 6), 8), "schedule", _AGENT, NEW_YORK.id)
    yield _answered(ticket, local(date(2025, 5, 6), 12, 30))


def outside_hours(stage: Stage) -> Iterator[Ticket]:
    """Asked and answered on a Sunday: no business minute."""
    yield _answered(stage.ticket("outside_hours", local(date(2025, 6, 15), 11)), local(date(2025, 6, 15), 12))


def seconds(stage: Stage) -> Iterator[Ticket]:
    """Answered 59 seconds later: nought whole minutes."""
    yield _answered(stage.ticket("seconds", local(date(2025, 6, 17), 10)), local(date(2025, 6, 17), 10, 0, 59))


def auto_reply(stage: Stage) -> Iterator[Ticket]:
    """A rule answers at once; in the first ticket nobody else does."""
    alone = stage.ticket("auto_reply_only", local(date(2025, 3, 18), 10))
    alone.note(local(date(2025, 3, 18), 10, 1), "comment", None, is_public=True)
    alone.note(local(date(2025, 3, 20), 10), "status", None, "solved")
    yield alone
    both = stage.ticket("auto_reply_then_agent", local(date(2025, 3, 18), 10))
    both.note(local(date(2025, 3, 18), 10, 1), "comment", None, is_public=True)
    yield _answered(both, local(date(2025, 3, 18), 11, 15))


def note_before_answer(stage: Stage) -> Iterator[Ticket]:
    """A note for colleagues and the customer's own second comment come before the answer, which is sent by an integration of an agent."""
    ticket = stage.ticket("note_before_answer", local(date(2025, 3, 19), 10))
    ticket.note(local(date(2025, 3, 19), 10, 10), "comment", _AGENT)
    ticket.note(local(date(2025, 3, 19), 10, 20), "comment", ticket.requester, is_public=True)
    at = ticket.note(local(date(2025, 3, 19), 10, 40), "comment", _AGENT, via="api", is_public=True)
    ticket.note(at, "status", _AGENT, "solved")
    yield ticket


def agent_created(stage: Stage) -> Iterator[Ticket]:
    """An agent opens it after a call; it is outside the sample of first responses."""
    ticket = stage.ticket("agent_created", local(date(2025, 3, 20), 10), submitter=_AGENT)
    yield _answered(ticket, local(date(2025, 3, 20), 14))


def reopened(stage: Stage) -> Iterator[Ticket]:
    """Solved, then opened again once, twice, and once for good."""
    begin = local(date(2025, 4, 14), 10)  # a Monday
    for story, rounds, ends in (("reopened_once", 1, True), ("reopened_twice", 2, True), ("reopened_for_good", 1, False)):
        ticket = _answered(stage.ticket(story, begin), begin + timedelta(hours=1))
        for number in range(1, rounds + 1):
            back = begin + timedelta(days=number)
            ticket.note(back, "comment", ticket.requester, is_public=True)
            ticket.note(back, "status", ticket.requester, "open")
            if ends:
                ticket.note(back + timedelta(hours=2), "comment", _AGENT, is_public=True)
                ticket.note(back + timedelta(hours=2), "status", _AGENT, "solved")
        if ends:
            ticket.note(ticket.events[-1].at + timedelta(days=4), "status", None, "closed")
        yield ticket


def closed_straight(stage: Stage) -> Iterator[Ticket]:
    """Closed without an answer and without being solved first."""
    ticket = stage.ticket("closed_straight", local(date(2025, 4, 15), 10))
    ticket.note(local(date(2025, 4, 15), 13), "status", _AGENT, "closed")
    yield ticket


def unsolved(stage: Stage) -> Iterator[Ticket]:
    """Answered and on hold since."""
    ticket = _answered(stage.ticket("unsolved", local(date(2025, 4, 16), 10)), local(date(2025, 4, 16), 11), None)
    ticket.note(local(date(2025, 4, 16), 12), "status", _AGENT, "hold")
    yield ticket


def tiers(stage: Stage) -> Iterator[Ticket]:
    """Given to tier 2 before it is solved; moved on to tier 3 only afterwards; solved by engineering; and with no group at all."""
    at = local(date(2025, 4, 22), 10)
    second = _answered(stage.ticket("tier_two_after_one", at), at + timedelta(minutes=20), None)
    second.note(at + timedelta(hours=1), "group", _AGENT, GROUPS[2])
    second.note(at + timedelta(hours=3), "comment", _SECOND, is_public=True)
    second.note(at + timedelta(hours=3), "status", _SECOND, "solved")
    second.note(at + timedelta(hours=4), "group", _SECOND, GROUPS[3])
    yield second
    third = _answered(stage.ticket("tier_three", at), at + timedelta(minutes=20), None)
    third.note(at + timedelta(hours=1), "group", _AGENT, GROUPS[3])
    third.note(at + timedelta(hours=30), "status", _THIRD, "solved")
    yield third
    yield _answered(stage.ticket("no_group", at, group=False), at + timedelta(minutes=20))


def kinds(stage: Stage) -> Iterator[Ticket]:
    """No tag that a rule knows; tags of two kinds; the tag of a release."""
    at = local(date(2025, 4, 23), 10)
    yield _answered(stage.ticket("unclassified", at, tags=("vip",), category=""), at + timedelta(minutes=5))
    yield _answered(stage.ticket("two_kinds", at, tags=("invoice", "broken"), category="bug"), at + timedelta(minutes=5))
    release = f"release:{release_before(at)}"
    yield _answered(stage.ticket("of_a_release", at, tags=("error", release), category="bug"), at + timedelta(minutes=5))


def repeats(stage: Stage) -> Iterator[Ticket]:
    """The same person asks again: to the second 7 days after the solution, which counts, and a second later, which does not."""
    at = local(date(2025, 5, 12), 10)
    for story, beyond in (("repeat_within", 0), ("repeat_beyond", 1)):
        who = stage.colleague(story, at)
        first = _answered(stage.ticket(story, at, who=who), at + timedelta(minutes=30))
        yield first
        again = first.events[-1].at + timedelta(days=7, seconds=beyond)
        yield _answered(stage.ticket(f"{story}_again", again, who=who), again + timedelta(minutes=30))


def unknown_requester(stage: Stage) -> Iterator[Ticket]:
    """Nobody knows the address, and it belongs to no organisation."""
    at = local(date(2025, 5, 13), 10)
    address = "who@nobody-knows.example"
    who = Person("zendesk", key_of("zendesk", address), "customer", address, None, at - timedelta(seconds=5))
    yield _answered(stage.ticket("unknown_requester", at, who=who), at + timedelta(minutes=30))


def no_schedule(stage: Stage) -> Iterator[Ticket]:
    """Without a schedule the clock of business is that of the calendar, over a weekend too."""
    yield _answered(stage.ticket("no_schedule", local(date(2025, 6, 13), 16, 30), None), local(date(2025, 6, 16), 9, 45))


def rated(stage: Stage) -> Iterator[Ticket]:
    """A good rating, and a bad one that is taken back half an hour later."""
    at = local(date(2025, 5, 14), 10)
    for story, scores in (("rated_good", ("good",)), ("rated_anew", ("bad", "good")), ("rated_bad", ("bad",))):
        ticket = _answered(stage.ticket(story, at), at + timedelta(minutes=30))
        later = at + timedelta(hours=3)
        ticket.rating = Rating(key_of("rating", story), tuple((later + timedelta(minutes=30 * n), one) for n, one in enumerate(scores)))
        yield ticket


def chat(stage: Stage) -> Iterator[Ticket]:
    """A bot and then an admin; a bot alone; closed and opened again; still open."""
    at = local(date(2025, 5, 24), 20)  # a Saturday evening: the chat has no hours
    found = {}
    for story in ("chat_bot_then_admin", "chat_bot_alone", "chat_reopened", "chat_open"):
        who = stage.colleague(story, at, "intercom")
        one = found[story] = opened(who, who.organisation, at, key_of("story", story), Random(story))
        one.story, one.tags = story, ("question",)
        bot_greets(one, at)
    end(found["chat_bot_alone"], BOT, at + timedelta(minutes=4))
    for story in ("chat_bot_then_admin", "chat_reopened", "chat_open"):
        found[story].note(at + timedelta(seconds=10), "group", BOT, TEAMS[1], via="bot")
        found[story].note(at + timedelta(minutes=25), "comment", ADMINS[1][0], is_public=True)
    for story in ("chat_bot_then_admin", "chat_reopened"):
        end(found[story], ADMINS[1][0], at + timedelta(minutes=40))
    found["chat_bot_then_admin"].rating = Rating(found["chat_bot_then_admin"].id, ((at + timedelta(minutes=50), "5"),))
    back = found["chat_reopened"]
    back.note(at + timedelta(hours=2), "comment", back.requester, is_public=True)
    back.note(at + timedelta(hours=2), "status", back.requester, "open")
    end(back, ADMINS[1][0], at + timedelta(hours=3))
    back.rating = Rating(back.id, ((at + timedelta(hours=4), "3"),))
    yield from found.values()


STORIES: tuple[Callable[[Stage], Iterator[Ticket]], ...] = (
    weekend, holiday, clocks_forward, clocks_back, hours_change, other_schedule, outside_hours, seconds, auto_reply, note_before_answer,
    agent_created, reopened, closed_straight, unsolved, tiers, kinds, repeats, unknown_requester, no_schedule, rated, chat,
)  # fmt: skip


def planted(customers: Sequence[Customer]) -> Iterator[Ticket]:
    """Every named ticket."""
    stage = Stage(customers)
    for story in STORIES:
        yield from story(stage)
