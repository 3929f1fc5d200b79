"""The truth of the engineering side as CSV files.

Belongs here: columns and text, as in `tables`: money and quantities have four digits; ids carry their source; release tags are bare.
Excluded accounts are left out.
Does not belong here: arithmetic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from sample_company.clock import day_begins
from sample_company.engineering.objectives import OBJECTIVES, counts
from sample_company.engineering.states import Engineering
from sample_company.growth.rates import DayRates
from sample_company.growth.states import World
from sample_company.money import text
from sample_company.truth import engineering_alerts as alerting
from sample_company.truth import engineering_costs as costs
from sample_company.truth import engineering_delivery as delivery
from sample_company.truth.engineering_limits import outcomes
from sample_company.truth.tables import _flag, _write

Rows = Iterable[Sequence[object]]
STAGES = ("opened", "decided", "shipped", "validated", "learned")


def write_engineering_truth(folder: Path, made: Engineering, world: World, as_of: date) -> dict[str, int]:
    """Write every truth file of the engineering side as known at the end of `as_of`; rows by file."""
    folder.mkdir(parents=True, exist_ok=True)
    cut = day_begins(as_of + timedelta(days=1))
    rates = DayRates(rate for rate in world.rates if rate.day <= as_of)
    deployments = (
        (f"github:{one.deployment.id}", one.deployment.tag, one.deployed, _flag(one.is_failed)) for one in delivery.judge(made, cut)
    )
    months = (
        (on, month.deployments, month.failed, delivery.middle(month.leads), delivery.middle(month.restores))
        for on, month in delivery.dora_months(made, cut).items()
    )
    stages = ((on, *(found[stage] for stage in STAGES)) for on, found in delivery.stage_months(made, cut).items())
    releases = (
        (one.tag, *delivery.answer_counts(one), _flag(delivery.is_triple_risk(one)), _flag(bool(one.owner)))
        for one in delivery.records(made, cut)
    )
    jobs = ((on, one.runs, one.failed, one.retries, one.attempts, one.failed_deliveries) for on, one in costs.job_months(made, cut).items())
    cost = (
        (on, f"stripe:{account}", driver, f"{quantity}.0000", text(amount))
        for on, account, driver, quantity, amount in costs.account_costs(made, world, rates, as_of)
    )
    limits = ((f"stripe:{one.account_id}", one.limit, one.kind, "" if one.days is None else one.days) for one in outcomes(made, cut))
    files: dict[str, tuple[str, Rows]] = {
        "deployments": ("deployment_id release_tag deployed_at is_failed", deployments),
        "dora_monthly": ("month deployment_count failed_deployment_count median_lead_minutes median_restore_minutes", months),
        "decisions_monthly": (" ".join(("month", *(f"{stage}_count" for stage in STAGES))), stages),
        "releases": (
            "release_tag unit_answer_count rollback_answer_count sequence_step_count ship_answer_count is_triple_risk has_owner",
            releases,
        ),
        "slo_alerts": ("slo_id plan_group alert fired_at cleared_at", _alerts(made, as_of)),
        "jobs_monthly": ("month run_count failed_count retry_count attempt_count failed_delivery_count", jobs),
        "cost_monthly": ("month account_id driver quantity cost_amount", cost),
        "idle_monthly": ("month idle_amount", ((on, text(amount)) for on, amount in costs.idle_months(made, rates, as_of).items())),
        "limits": ("account_id limit_name kind days_of_warning", limits),
        "stale_flags": ("flag_id", ((f"flags:{flag.key}",) for flag in made.flags if delivery.is_stale(flag, cut))),
    }
    return {f"{name}.csv": _write(folder, f"{name}.csv", header.split(), rows) for name, (header, rows) in files.items()}


def _alerts(made: Engineering, as_of: date) -> Rows:
    """Alerts of the buckets that an export of that day holds."""
    series: dict[tuple[str, str], list[alerting.Bucket]] = defaultdict(list)
    for count in counts(as_of, made.seed):
        series[count.objective, count.group].append(alerting.Bucket(count.at, count.good, count.total))
    targets = {one.id: one.target for one in OBJECTIVES}
    for (objective, group), buckets in series.items():
        for alert in alerting.alerts(buckets, targets[objective]):
            yield f"slo:{objective}", group, alert.rule, alert.fired, alert.cleared or ""
