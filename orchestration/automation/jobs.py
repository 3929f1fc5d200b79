"""The nightly job with its daily partitions (a partition is the day computed, `as_of`) and schedule; the replay job."""

from collections.abc import Mapping
from datetime import timedelta

import dagster as dg

from orchestration.contracts import TableContract
from orchestration.land import replay
from orchestration.settings import Settings


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per day that can be computed: from the company's first day; a closed data set ends at its own day."""
    company = settings.company
    last = max(company.as_of, settings.as_of) if company.as_of else None
    return dg.DailyPartitionsDefinition(
        start_date=company.starts_on.isoformat(),
        end_date=(last + timedelta(days=1)).isoformat() if last else None,
        timezone=company.time_zone,
    )


def build_nightly(partitions: dg.DailyPartitionsDefinition) -> tuple[object, dg.ScheduleDefinition]:
    """The job over every asset, as few big steps in one process, and its schedule at 03:00 of the company's time zone."""
    job = dg.define_asset_job(
        "nightly",
        selection=dg.AssetSelection.all(),
        partitions_def=partitions,
        executor_def=dg.in_process_executor,
        description="Land, transform, check, publish. A partition is the day that is computed; an earlier one is a back-fill.",
    )
    schedule = dg.build_schedule_from_partitioned_job(job, name="nightly_schedule", hour_of_day=3, minute_of_hour=0)
    return job, schedule


def build_replay(contracts: Mapping[tuple[str, str], TableContract], settings: Settings) -> dg.JobDefinition:
    """Land quarantined rows again from the kept bytes, after a contract was mended. The next nightly publishes them."""

    @dg.op(name="replay_quarantine", pool="warehouse")
    def replay_quarantine(context: dg.OpExecutionContext) -> None:
        for line in replay_all(contracts, settings):
            context.log.info(line)

    @dg.job(name="replay", executor_def=dg.in_process_executor, description="Land quarantined rows again, after a contract was mended.")
    def replay_job() -> None:
        replay_quarantine()

    return replay_job


def replay_all(contracts: Mapping[tuple[str, str], TableContract], settings: Settings) -> list[str]:
    """Replay every table's loads that have quarantined rows or were landed under another contract or salt; one line per load."""
    lines = []
    for contract in contracts.values():
        for result in replay(contract, settings.paths.lake, settings.paths.quarantine, older_contracts=True):
            told = (
                result.error or f"{result.accepted:,} accepted, {result.quarantined:,} still quarantined, {result.duplicates:,} duplicates"
            )
            lines.append(f"{contract.name} {result.file}: {told}")
    return lines
