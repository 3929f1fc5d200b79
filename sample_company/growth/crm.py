"""What the sales team wrote down: companies, contacts, deals and their stages.

Belongs here: companies of the larger accounts and of some small ones, prospects who never bought, deals won near the first paid day.
Planted: the median days from a deal's creation to its win fall from year to year (`CYCLE_DAYS`); companies known by the billing id, by
their domain alone, by neither, or by an id and a domain that disagree; a domain that several companies of a group share.
Does not belong here: which account a company is matched to (`truth.growth_identity`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp
from random import Random

from sample_company.growth.people import domain_of
from sample_company.growth.states import Company, Contact, Deal, User
from sample_company.life import BEGIN, END
from sample_company.money import EXPONENTS
from sample_company.states import Account

CYCLE_DAYS = {2023: 62, 2024: 48, 2025: 34, 2026: 24}
_SPREAD = 0.35
_STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent")
_OWNERS = tuple(f"5100{number}" for number in range(1, 7))
_LEADS = ("PAID_SEARCH", "ORGANIC_SEARCH", "DIRECT_TRAFFIC", "REFERRALS", "PAID_SOCIAL", "EMAIL_MARKETING", "OFFLINE")
_LOST = ("price", "no budget", "competitor", "no decision", "missing feature")
_EMPLOYEES = {"smb": (3, 60), "mid_market": (80, 900), "enterprise": (1000, 20_000)}
_IN_CRM = {"smb": 0.25, "mid_market": 0.95, "enterprise": 1.0}
_COUNTRIES = ("US", "US", "US", "GB", "DE", "FR", "NL", "CA", "JP")


@dataclass
class Crm:
    companies: list[Company] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)


def is_in_crm(account: Account, seed: int) -> bool:
    """Whether sales knows the account."""
    return Random(f"{seed}/growth/crm/{account.number}").random() < _IN_CRM[account.versions[0].segment]


def crm_domain(account: Account) -> str:
    """The domain that sales noted: mostly the billing domain, a head office of its own, or a group's that companies share."""
    if account.number % 11 == 0:
        return f"group-{account.number // 110}.example"
    if account.number % 7 == 0:
        return f"hq-{domain_of(account)}"
    return domain_of(account)


def record(crm: Crm, account: Account, paid: datetime | None, neighbour: Account | None, people: list[tuple[User, str]], seed: int) -> None:
    """Write down an account that sales knows; `paid` is its first paid moment."""
    rng = Random(f"{seed}/growth/crm/{account.number}")
    rng.random()  # spent by is_in_crm
    version = account.versions[0]
    domain, company_id = crm_domain(account), f"7{account.number:08d}"
    cycle = timedelta(days=CYCLE_DAYS[min(max((paid or account.created).year, 2023), 2026)] * exp(rng.gauss(0, _SPREAD)))
    won = (paid or account.created) + timedelta(seconds=rng.randint(-36 * 3600, 36 * 3600))
    created = max((won - cycle).replace(microsecond=0), BEGIN + timedelta(seconds=rng.randint(60, 86_400)))
    noted = rng.random() < (1.0 if domain != domain_of(account) else 0.6)
    versions = [(created, "")]
    if noted:
        versions.append((max(account.created, created) + timedelta(hours=rng.randint(2, 90)), account.id))
    if account.number % 97 == 5 and neighbour is not None:
        # The id names this account, the domain the one before it.
        domain, versions = domain_of(neighbour), [(created, ""), (max(account.created, created) + timedelta(hours=3), account.id)]
    employees = rng.randint(*_EMPLOYEES[version.segment])
    crm.companies.append(Company(company_id, account.name, domain, version.country, employees, created, tuple(versions)))
    for number, (user, tie) in enumerate(people, start=1):
        if tie == "contact" or rng.random() < 0.3:
            email = user.email.title() if rng.random() < 0.1 else user.email
            made = user.signed_up + timedelta(seconds=rng.randint(-20 * 86_400, 9 * 86_400))
            crm.contacts.append(Contact(f"8{account.number:07d}{number:02d}", email, company_id, max(made, created)))
    if paid is not None and created < won < END:
        stages = _walk(rng, created, won, "closedwon")
        amount = rng.randint(9, 900) * 100 * 10 ** EXPONENTS[version.currency]
        owner, lead = rng.choice(_OWNERS), rng.choice(_LEADS)
        crm.deals.append(Deal(f"9{account.number:07d}1", "newbusiness", company_id, owner, lead, version.currency, amount, created, stages))
        if rng.random() < 0.3:
            again = won + timedelta(seconds=rng.randint(150 * 86_400, 400 * 86_400))
            if again < END:
                end = again + timedelta(seconds=rng.randint(5 * 86_400, 40 * 86_400))
                crm.deals.append(
                    Deal(
                        f"9{account.number:07d}2", "existingbusiness", company_id, owner, "OFFLINE", version.currency, amount // 3, again,
                        _walk(rng, again, end, "closedwon"),
                    )
                )  # fmt: skip


def prospects(crm: Crm, slot: int, seed: int) -> None:
    """A company that was talked to and did not buy, or not yet; about two for every three accounts."""
    rng = Random(f"{seed}/growth/prospect/{slot}")
    if rng.random() > 0.66:
        return
    created = (BEGIN + (END - BEGIN) * rng.random() ** 0.8).replace(microsecond=0)
    end = created + timedelta(seconds=rng.randint(10 * 86_400, 120 * 86_400))
    company_id, country = f"6{slot:08d}", rng.choice(_COUNTRIES)
    domain = f"prospect-{slot}.example" if rng.random() < 0.9 else ""
    employees = rng.randint(5, 4000)
    crm.companies.append(Company(company_id, f"Prospect {slot}", domain, country, employees, created, ((created, ""),)))
    crm.contacts.append(Contact(f"8{slot:07d}90", f"buyer{slot}@{domain or 'gmail.com'}", company_id, created))
    amount, reason = rng.randint(9, 700) * 10_000, rng.choice(_LOST)
    stages = _walk(rng, created, end, "closedlost")
    deal = Deal(f"9{slot:07d}9", "newbusiness", company_id, rng.choice(_OWNERS), rng.choice(_LEADS), "USD", amount, created, stages, reason)
    crm.deals.append(deal)


def _walk(rng: Random, created: datetime, end: datetime, last: str) -> tuple[tuple[datetime, str], ...]:
    """The stages from creation to the end, in order; a deal may leave stages out, but never the first and the last."""
    middle = [stage for stage in _STAGES[1:] if rng.random() < 0.85]
    span = (end - created).total_seconds()
    # No two stages begin in one second: a deal's stage is known by its moment.
    moments = sorted({created + timedelta(seconds=int(span * rng.uniform(0.05, 0.95))) for _ in middle} - {created, end})
    return ((created, _STAGES[0]), *zip(moments, middle, strict=False), (end, last))
