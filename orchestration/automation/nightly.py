"""The nightly run from a shell: what `make nightly` and a cron line start.

Belongs here: order of the run as a person sees it, and its closing words.
Does not belong here: the steps themselves; they are the `nightly` job's assets.
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.automation.summary import summary
from orchestration.dbt_project import prepare_manifest
from orchestration.progress import say, show_progress
from orchestration.publish import single_publisher
from orchestration.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    import dagster as dg


# Tag of the runs that a shell starts; a run that the UI starts is its daemon's to watch.
STARTED_HERE = {"scalehouse/started_by": "shell"}


class RunFailed(RuntimeError):
    """The run stopped; the published file is as it was. The message says at which step and why."""


def prepare_dagster_home(settings: Settings) -> Path:
    """DAGSTER_HOME of the company, with the project's dagster.yaml and without the first-use dialog."""
    home = settings.paths.dagster_home
    (home / ".nux").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT_ROOT / "dagster.yaml", home / "dagster.yaml")
    (home / ".nux" / "nux.yaml").write_text("seen: 1\n")
    (home / ".telemetry").mkdir(exist_ok=True)
    return home


def fill_empty_inbox(settings: Settings) -> None:
    """Write the sample company's exports where there are none. Raises RunFailed for another company with nothing to land."""
    inbox = settings.paths.inbox
    if any(path.is_file() for path in inbox.rglob("*")) or any(settings.paths.lake.glob("*/*/*/manifest.json")):
        return
    if settings.company.company != "sample":
        raise RunFailed(
            f"no exports: put files in {inbox}/<source>/<table>/ for {', '.join(sorted(settings.company.sources))} and run again"
        )
    from sample_company.write import write  # The simulator is no part of a real company's run.

    say("inbox is empty: writing the sample company's exports")
    write(inbox=inbox, truth=settings.paths.truth)


def run_nightly(settings: Settings) -> str:
    """Run the nightly job in this process for `settings.as_of`; returns the closing table. Raises RunFailed."""
    show_progress()
    settings.apply_to_environment()
    say(f"company {settings.company.company}, as of {settings.as_of}")
    prepare_dagster_home(settings)
    fill_empty_inbox(settings)
    say("preparing the models")
    prepare_manifest(settings)
    say("starting the nightly job")
    # Dagster marks back-fill policies as beta each time one is made; a person watching a run can do nothing about it.
    warnings.filterwarnings("ignore", category=UserWarning, module="dagster.*")
    warnings.filterwarnings("ignore", message=".*in beta.*")
    import dagster as dg

    from orchestration.definitions import defs

    with single_publisher(settings.paths.root, "nightly", timeout_seconds=3600), dg.DagsterInstance.get() as instance:
        end_dead_runs(instance)
        result = defs.resolve_job_def("nightly").execute_in_process(
            instance=instance,
            tags=STARTED_HERE,
            partition_key=settings.as_of.isoformat(),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    if not result.success:
        raise RunFailed(_why(result))
    if not any(event.step_key == "publish" and event.is_step_success for event in result.all_node_events):
        # dbt left out a model that the manifest promised: a file changed between parsing and building.
        raise RunFailed("a step before the publish was skipped, so nothing was published; run it again")
    return summary(settings.paths.published, settings.company.reporting_currency)


def end_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Close the runs of earlier shells that were killed, and give back the places that they hold in pools; their ids.

    Called under the company's lock, which dies with its process: a run that a shell started and that has not ended is dead. Without this
    the next run would wait for ever for the writer's place, since no daemon runs beside a shell.
    """
    from dagster import DagsterRunStatus, RunsFilter

    open_states = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    dead = instance.get_runs(filters=RunsFilter(statuses=open_states, tags=STARTED_HERE))
    for run in dead:
        instance.report_run_failed(run, message="its process was killed; the next run takes over")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def _why(result: object) -> str:
    """First failing step of a run with its innermost message."""
    for event in result.all_node_events:  # type: ignore[attr-defined]
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return f"step {event.step_key}: {data.user_failure_data.description}"
            error = data.error
            while error is not None and error.cause is not None:
                error = error.cause
            return f"step {event.step_key}: {error.message.strip() if error else 'failed'}"
    return "the run did not succeed; see it in the UI (make ui)"
