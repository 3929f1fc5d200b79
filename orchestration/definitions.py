"""The one entry point of Dagster: everything is assembled from the contracts and the manifest; nothing is listed by hand."""

from __future__ import annotations

from datetime import date

import dagster as dg

from checks.gates import after_landing, before_publishing
from orchestration.assets.metrics import build_metric_assets
from orchestration.assets.published import build_audit_asset, build_published_assets
from orchestration.assets.raw import build_raw_assets
from orchestration.assets.warehouse import build_dbt_assets, build_run_asset, dbt_resource
from orchestration.automation.jobs import build_nightly, build_replay, daily_partitions
from orchestration.contracts import load_contracts
from orchestration.dbt_project import prepare_manifest
from orchestration.settings import Settings


def build_definitions(settings: Settings | None = None) -> dg.Definitions:
    """Definitions of the company that the environment names. Parses the dbt project when something changed."""
    settings = settings or Settings()
    settings.apply_to_environment()
    manifest = prepare_manifest(settings)
    contracts = load_contracts(manifest, settings.salt)
    partitions = daily_partitions(settings)

    def judge_landing(tables, loads, as_of: date):
        return after_landing(tables, loads, settings.paths, as_of)

    nightly, schedule = build_nightly(partitions)
    return dg.Definitions(
        assets=[
            *build_raw_assets(contracts, settings, judge_landing),
            build_run_asset(contracts, settings, partitions),
            *build_dbt_assets(manifest, settings, partitions),
            build_metric_assets(manifest, contracts, settings, partitions),
            build_audit_asset(manifest, contracts, settings, partitions, before_publishing),
            build_published_assets(manifest, contracts, settings, partitions),
        ],
        jobs=[nightly, build_replay(contracts, settings)],
        schedules=[schedule],
        resources={"dbt": dbt_resource()},
    )


defs = build_definitions()
