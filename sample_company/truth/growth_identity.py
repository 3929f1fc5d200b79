"""Who is whom: users and CRM companies matched to accounts by the ordered rules, and what disagrees.

Belongs here: the rules on addresses in the clear: a shared id, else an address that a contact has, else a domain that belongs to one
account alone; and the first identity of a browser. Everything as known at the end of `as_of`.
Does not belong here: hashes, and anything that the models do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sample_company import excluded
from sample_company.clock import day_begins
from sample_company.growth.people import FREE_MAIL
from sample_company.growth.states import User, World
from sample_company.states import Account


@dataclass(frozen=True)
class Match:
    """An account and the rule that named it: shared_id, email_hash or domain."""

    account_id: str
    rule: str


@dataclass(frozen=True)
class Conflict:
    """A user or CRM company for which two rules name different accounts, or a browser on which two users signed in; the first of both
    holds. `kind` is user_account, crm_company_account or visitor_user; the ids are of accounts, in the last case of users."""

    kind: str
    id: str
    winner_id: str
    winner_rule: str
    other_id: str
    other_rule: str


def end_of(as_of: date) -> datetime:
    """The instant at which `as_of` is over."""
    return day_begins(as_of + timedelta(days=1))


class Identity:
    """Matches of everybody known at the end of `as_of`; `accounts` are all, the excluded too."""

    def __init__(self, world: World, accounts: Sequence[Account], as_of: date) -> None:
        self.cut = end_of(as_of)
        known = [account for account in accounts if account.created < self.cut]
        self._ids = {account.id for account in known}
        self._left_out = {account.id for account in known if account.number in excluded.ACCOUNT_NUMBERS}
        self.users = {user.id: user for user in world.users if user.signed_up < self.cut}
        self.conflicts: list[Conflict] = []
        owners: dict[str, set[str]] = defaultdict(set)
        for account in known:
            owners[account.email.rpartition("@")[2]].add(account.id)
        billing = {domain: next(iter(ids)) for domain, ids in owners.items() if len(ids) == 1 and domain not in FREE_MAIL}
        self.companies = self._match_companies(world, billing)
        for company in world.companies:
            if company.id in self.companies and company.domain:
                owners[company.domain].add(self.companies[company.id].account_id)
        self._domains = {domain: next(iter(ids)) for domain, ids in owners.items() if len(ids) == 1 and domain not in FREE_MAIL}
        self._contacts: dict[str, str] = {}
        for contact in sorted(world.contacts, key=lambda contact: (contact.created, contact.id), reverse=True):
            if contact.created < self.cut and contact.company_id in self.companies:
                self._contacts[contact.email.strip().lower()] = self.companies[contact.company_id].account_id
        self.matches = {user.id: match for user in self.users.values() if (match := self._match_user(user)) is not None}
        self.visitors = self._first_identities(world)

    def account_of(self, user_id: str) -> str:
        """The account of a user; empty when there is none."""
        match = self.matches.get(user_id)
        return match.account_id if match else ""

    def is_excluded(self, account_id: str) -> bool:
        """Whether an account is nobody's customer."""
        return account_id in self._left_out

    def _match_companies(self, world: World, billing: dict[str, str]) -> dict[str, Match]:
        found = {}
        for company in world.companies:
            noted = [account_id for at, account_id in company.versions if at < self.cut]
            if not noted:
                continue
            rules = [Match(noted[-1], "shared_id")] if noted[-1] in self._ids else []
            if company.domain in billing:
                rules.append(Match(billing[company.domain], "domain"))
            self._choose(found, "crm_company_account", company.id, rules)
        return found

    def _match_user(self, user: User) -> Match | None:
        told = [account_id for at, account_id in user.links if at < self.cut and account_id in self._ids]
        rules = [Match(told[-1], "shared_id")] if told else []
        for key, owners, rule in ((user.email.lower(), self._contacts, "email_hash"), (user.domain, self._domains, "domain")):
            if key in owners:
                rules.append(Match(owners[key], rule))
        found: dict[str, Match] = {}
        self._choose(found, "user_account", user.id, rules)
        return found.get(user.id)

    def _choose(self, found: dict[str, Match], kind: str, key: str, rules: list[Match]) -> None:
        if not rules:
            return
        found[key] = rules[0]
        for other in rules[1:]:
            if other.account_id != rules[0].account_id:
                self.conflicts.append(Conflict(kind, key, rules[0].account_id, rules[0].rule, other.account_id, other.rule))

    def _first_identities(self, world: World) -> dict[str, str]:
        """The user of each browser: who was known on it first."""
        first: dict[str, str] = {}
        for call in sorted(world.identifies, key=lambda call: (call.at, call.id)):
            if call.received >= self.cut:
                continue
            holder = first.setdefault(call.visitor_id, call.user_id)
            if holder != call.user_id:
                self.conflicts.append(Conflict("visitor_user", call.visitor_id, holder, "first_identity", call.user_id, "first_identity"))
        return first
