"""The service side of the company, put together.

Belongs here: the order in which its parts are made, slot by slot, so that a larger scale adds slots and changes none.
Does not belong here: any single part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sample_company.clock import ENDS_ON
from sample_company.growth.states import User, World
from sample_company.service import feedback, hand_work, help_centre, procedures, stories, support
from sample_company.service.desk import STAFF, Customer, customers
from sample_company.service.states import Person, Service
from sample_company.states import Account
from sample_company.truth.mrr import Timeline


def build_service(accounts: Sequence[Account], world: World, seed: int) -> Service:
    """Everything of the service side for these accounts and the growth side's users."""
    service = Service(articles=help_centre.articles(), clusters=feedback.clusters(), procedures=procedures.procedures())
    known = {one.id: one for one in service.procedures}
    clients = customers([Timeline(account, ENDS_ON) for account in accounts], world.users, seed)
    quiet = help_centre.quiet_user(world.users)
    alone: dict[int, list[User]] = defaultdict(list)
    for user in world.users:
        if not user.account_id and user is not quiet:
            alone[user.slot].append(user)
    # Whoever was invited has no slot of an account.
    for slot in sorted({0, *alone, *(client.account.number for client in clients)}):
        service.tickets += support.of_nobody(slot, alone[slot], seed)
        service.feedback += feedback.of_others(slot, alone[slot], service.clusters, seed)
    for client in clients:
        _live(service, client, known, seed)
    service.tickets += stories.planted(clients)
    if quiet is not None:
        events, tickets = help_centre.limits(quiet)
        service.help_events += events
        service.tickets += tickets
    service.task_weeks += hand_work.task_weeks()
    service.automations += hand_work.AUTOMATIONS
    service.runs += procedures.recurring(known, seed)
    service.runs += procedures.named(clients, known)
    service.trainings += procedures.trainings(service.procedures, seed)
    service.people = _everybody(service, clients)
    return service


def _live(service: Service, client: Customer, known: dict[str, procedures.Procedure], seed: int) -> None:
    """One account's part."""
    service.organisations += (client.organisation, client.company)
    tickets = list(support.ordinary(client, seed))
    service.tickets += tickets
    service.help_events += help_centre.sessions(client, tickets, service.articles, seed)
    service.feedback += feedback.of_customer(client, tickets, service.clusters, seed)
    service.interventions += hand_work.interventions(client, seed)
    service.runs += procedures.runs(client, tickets, known, seed)


def _everybody(service: Service, clients: Sequence[Customer]) -> list[Person]:
    people = {(person.system, person.id): person for person in STAFF}
    for client in clients:
        people |= {(person.system, person.id): person for person, _ in client.people}
    for ticket in service.tickets:
        people.setdefault((ticket.requester.system, ticket.requester.id), ticket.requester)
    return list(people.values())
