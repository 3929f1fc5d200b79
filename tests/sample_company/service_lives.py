"""The service side of the company at a scale, built once, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sample_company.clock import ENDS_ON
from sample_company.growth.states import World
from sample_company.growth.world import build_world
from sample_company.service.rows import HEADERS
from sample_company.service.states import Service
from sample_company.service.world import build_service
from sample_company.states import Account
from sample_company.truth.growth_identity import Identity
from sample_company.truth.service_tickets import Judged, Whose, judged_tickets
from sample_company.write import simulate_accounts, simulate_shoppers

KEYS = {
    ("zendesk", "schedules"): ("schedule_id", "valid_from", "interval_start"),
    ("manual_work", "task_times"): ("task", "week_on"),
    ("sops", "versions"): ("sop_id", "version"),
    ("sops", "trainings"): ("sop_id", "version", "person_id"),
}


def key_of(table: tuple[str, str], row: dict[str, str]) -> tuple[str, ...]:
    """The key of an exported row."""
    assert table in HEADERS
    return tuple(row[name] for name in KEYS.get(table, ("id",)))


@dataclass(frozen=True)
class Lives:
    accounts: list[Account]
    world: World
    service: Service

    def whose(self, as_of: date = ENDS_ON) -> Whose:
        return Whose(Identity(self.world, self.accounts, as_of))

    def judged(self, as_of: date = ENDS_ON) -> list[Judged]:
        return judged_tickets(self.service, self.whose(as_of))

    def stories(self, as_of: date = ENDS_ON) -> dict[str, Judged]:
        return {one.ticket.story: one for one in self.judged(as_of) if one.ticket.story}


@lru_cache(maxsize=4)
def lives(scale: float) -> Lives:
    accounts = list(simulate_accounts(scale, 7))
    world = build_world(accounts, list(simulate_shoppers(0.01, 7)), scale, 7)
    return Lives(accounts, world, build_service(accounts, world, 7))
