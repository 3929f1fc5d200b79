"""Conversations of the chat: a bot greets, people answer in minutes, and a few are left to the bot.

Belongs here: conversations of an account's people.
Does not belong here: the help desk's tickets (`support`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sample_company.service.desk import ADMINS, BOT, TEAMS
from sample_company.service.kinds import draw_tags
from sample_company.service.states import Organisation, Person, Rating, Ticket


def opened(person: Person, company: Organisation | None, at: datetime, key: str, rng: Random, channel: str = "chat") -> Ticket:
    """A conversation with its first message."""
    tags, _ = draw_tags(rng, at)
    ticket = Ticket("intercom", key, channel, at, person, person, company, None, tags)
    ticket.note(at, "comment", person, is_public=True)
    return ticket


def conversation(person: Person, company: Organisation | None, at: datetime, key: str, rng: Random) -> Ticket:
    """A conversation from its first message to its end; one in nine came by e-mail, and nobody is greeted there."""
    ticket = opened(person, company, at, key, rng, "email" if rng.random() < 0.11 else "chat")
    if ticket.channel == "chat" and rng.random() < 0.75:
        at = bot_greets(ticket, at)
        if rng.random() < 0.1:
            end(ticket, BOT, at + timedelta(seconds=rng.randint(60, 600)))
            return ticket
    at = ticket.note(at + timedelta(seconds=rng.randint(3, 20)), "group", BOT, TEAMS[1], via="bot")
    tier = rng.choices((1, 2, 3), (0.82, 0.14, 0.04))[0]
    admin = rng.choice(ADMINS[1])
    at = ticket.note(at + timedelta(seconds=int(min(rng.lognormvariate(6.6, 1.1), 80_000))), "comment", admin, is_public=True)
    if rng.random() < 0.3:
        at = ticket.note(at + timedelta(seconds=rng.randint(60, 900)), "comment", admin)
    for step in range(2, tier + 1):
        at = ticket.note(at + timedelta(seconds=rng.randint(120, 1800)), "group", admin, TEAMS[step])
        admin = rng.choice(ADMINS[step])
        at = ticket.note(at + timedelta(seconds=int(rng.lognormvariate(8.0, 1.0))), "comment", admin, is_public=True)
    if rng.random() < 0.03:
        return ticket
    at = end(ticket, admin, at + timedelta(seconds=rng.randint(120, 9000)))
    if rng.random() < 0.06:
        at = ticket.note(at + timedelta(seconds=rng.randint(600, 30 * 3600)), "comment", person, is_public=True)
        ticket.note(at, "status", person, "open")
        at = end(ticket, admin, at + timedelta(seconds=rng.randint(300, 40_000)))
    if rng.random() < 0.35:
        score = rng.choice((5, 5, 5, 5, 5, 4, 4, 4, 3, 1))
        ticket.rating = Rating(ticket.id, ((at + timedelta(seconds=rng.randint(20, 7200)), str(score)),))
    return ticket


def bot_greets(ticket: Ticket, at: datetime) -> datetime:
    """The bot's first words."""
    return ticket.note(at + timedelta(seconds=2), "comment", BOT, via="bot", is_public=True)


def end(ticket: Ticket, by: Person, at: datetime) -> datetime:
    """Close a conversation, which is to solve it."""
    return ticket.note(at, "status", by, "solved", via="bot" if by is BOT else "user")
