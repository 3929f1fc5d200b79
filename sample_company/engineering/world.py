"""The engineering side of the company, put together.

Belongs here: the order in which its parts are made.
Does not belong here: any single part.
"""

from __future__ import annotations

from collections.abc import Sequence

from sample_company.clock import ENDS_ON
from sample_company.engineering import bills, decisions, flags, incidents, jobs, limits, meters
from sample_company.engineering.releases import release_all
from sample_company.engineering.states import Engineering
from sample_company.growth.states import World
from sample_company.states import Account
from sample_company.truth.mrr import Timeline


def build_engineering(accounts: Sequence[Account], world: World, scale: float, seed: int) -> Engineering:
    """Everything of the engineering side for these accounts and the users of `world`. Releases are the same at every scale; an account's
    jobs, usage and limits are the same at every scale."""
    made = Engineering(seed)
    made.signals, made.decisions = decisions.make(seed)
    release_all(made, seed)
    incidents.occur(made, seed)
    made.flags = flags.flags(seed)
    made.exposures = flags.exposures(made.flags, world.users, seed)
    tags = jobs.LiveTags(made.deployments)
    made.runs = jobs.system_runs(tags, seed)
    for account in accounts:
        timeline = Timeline(account, ENDS_ON)
        made.runs += jobs.runs(timeline, tags, seed)
        made.attempts += jobs.webhooks(timeline, seed)
        made.usage += meters.usage(timeline, seed)
        made.limit_events += limits.limit_events(timeline, seed)
        made.exceptions += limits.exceptions(timeline, seed)
    made.charges = bills.charges(made.usage, scale)
    return made
