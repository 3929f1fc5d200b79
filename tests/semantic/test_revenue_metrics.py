"""The project's revenue metrics over marts of a few rows: one month worked out on paper, against the marts' own contracts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.semantic import Definitions, publish_metrics, read_definitions

AS_OF = date(2026, 6, 30)
MAY = "2026-05-01"


@pytest.fixture(scope="module")
def definitions(manifest: dict[str, Any], semantic_manifest: dict[str, Any]) -> Definitions:
    return read_definitions(semantic_manifest, manifest)


@pytest.fixture(scope="module")
def warehouse(
    definitions: Definitions, manifest: dict[str, Any], manifest_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every mart of the semantic layer, empty but for the rows below, with the metrics published from them."""
    connection = duckdb.connect()
    nodes = {node for model in definitions.models.values() for node in model.node_ids}
    for node in (manifest["nodes"][key] for key in sorted(nodes)):
        columns = ", ".join(f"{column['name']} {column['data_type']}" for column in node["columns"].values())
        connection.execute(f"create schema if not exists {node['schema']}; create table {node['schema']}.{node['alias']} ({columns})")
    for table, rows in ROWS.items():
        for row in rows:
            _insert(connection, table, row)
    concepts = {concept for metric in definitions.metrics.values() for concept in metric.requires}
    publish_metrics(
        connection,
        manifest_path.parent / "semantic_manifest.json",
        manifest_path,
        {concept: ["books"] for concept in concepts},
        AS_OF,
        reporting_currency="USD",
        time_zone="UTC",
        cache=tmp_path_factory.mktemp("compiled"),
    )
    yield connection
    connection.close()


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    """One row; amounts and counts that it does not name are 0, attributes are those of one place."""
    described = connection.execute(f"describe revenue.{table}").fetchall()
    attributes = {"plan": "basic", "country": "DE", "currency": "EUR", "customer_segment": "small", "acquisition_month": "2025-01"}
    zeros = {name: 0 for name, kind, *_ in described if name.endswith(("_mrr", "_count", "_amount")) and kind != "VARCHAR"}
    values = {**zeros, **attributes, **row}
    known = {name for name, *_ in described}
    assert row.keys() <= known, f"{table} has no {row.keys() - known}"
    names = [name for name in values if name in known]
    marks = ", ".join("?" for _ in names)
    connection.execute(f"insert into revenue.{table} ({', '.join(names)}) values ({marks})", [values[name] for name in names])


def _movement(account: str, side: str = "whole", **values: Any) -> dict[str, Any]:
    return {"movement_id": f"{account}|{side}", "account_id": account, "side": side, "period_on": MAY, **values}


# Opening 410 + new 80 + reactivation 40 + expansion 60 - contraction 50 - churn 50 = closing 490.
_MONTH = [
    _movement("a", opening_mrr=100, closing_mrr=130, expansion_mrr=30, retained_mrr=130, retained_capped_mrr=100)
    | {"opening_account_count": 1, "closing_account_count": 1},
    _movement("b", opening_mrr=200, closing_mrr=150, contraction_mrr=50, retained_mrr=150, retained_capped_mrr=150)
    | {"opening_account_count": 1, "closing_account_count": 1},
    _movement("c", opening_mrr=50, churn_mrr=50, involuntary_churn_mrr=50, opening_account_count=1, churned_account_count=1),
    _movement("d", closing_mrr=80, new_mrr=80, new_account_count=1, closing_account_count=1),
    _movement("e", closing_mrr=40, reactivation_mrr=40, reactivated_account_count=1, closing_account_count=1),
    _movement("f", free_account_count=1),
    _movement("g", "from", opening_mrr=60, plan_transfer_out_mrr=60, retained_mrr=90, retained_capped_mrr=60, opening_account_count=1),
    _movement("g", "to", plan="pro", closing_mrr=90, plan_transfer_in_mrr=60, expansion_mrr=30, closing_account_count=1),
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "fct_account_mrr_monthly": _MONTH,
    "fct_account_mrr_trailing_12m": [
        _movement("a", opening_mrr=100, retained_mrr=150, retained_capped_mrr=100, opening_account_count=1),
        _movement("b", opening_mrr=100, opening_account_count=1, churned_account_count=1),
    ],
    "fct_mrr_drivers_monthly": [
        {"driver_id": "1", "account_id": "a", "period_on": MAY, "driver": "seats", "change_mrr": 30} | {"voluntary_expansion_mrr": 30},
        {"driver_id": "2", "account_id": "g", "period_on": MAY, "driver": "plan", "change_mrr": 30} | {"forced_expansion_mrr": 30},
        {"driver_id": "3", "account_id": "b", "period_on": MAY, "driver": "discount", "change_mrr": -50},
    ],
    "fct_new_and_churned": [{"account_month_id": "h", "account_id": "h", "period_on": MAY, "account_count": 1}],
    "fct_trials": [
        {"subscription_id": "1", "account_id": "a", "started_on": "2026-05-01", "is_mature": True, "is_converted": True, "trial_count": 1},
        {"subscription_id": "2", "account_id": "b", "started_on": "2026-05-02", "is_mature": True, "is_converted": False, "trial_count": 1},
        # Paid already, but its window is open: counting it before its failures are known would flatter the cohort.
        {"subscription_id": "3", "account_id": "c", "started_on": "2026-05-31", "is_mature": False, "is_converted": True, "trial_count": 1},
        {"subscription_id": "4", "account_id": "d", "started_on": "2026-04-01", "is_mature": True, "is_converted": True, "trial_count": 1},
    ],
    "fct_charges": [
        {"charge_id": "1", "charged_on": "2026-05-03", "charged_amount": 100, "refunded_amount": 25, "charge_count": 1}
        | {"refunded_charge_count": 1},
        {"charge_id": "2", "charged_on": "2026-05-04"},
        {"charge_id": "3", "charged_on": "2026-05-31", "charged_amount": 300, "disputed_amount": 300, "charge_count": 1}
        | {"disputed_charge_count": 1},
    ],
    "fct_collections": [
        {"invoice_id": "1", "failed_on": "2026-05-04", "failed_amount": 200, "recovered_amount": 50, "failed_invoice_count": 1}
        | {"recovered_invoice_count": 1},
        {"invoice_id": "2", "failed_on": "2026-05-05", "failed_amount": 100, "failed_invoice_count": 1},
    ],
}


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("mrr", "490"),
        ("arr", "5880"),
        ("opening_mrr", "410"),
        ("paying_accounts", "5"),
        ("free_accounts", "1"),
        ("opening_accounts", "4"),
        ("new_accounts", "1"),
        ("reactivated_accounts", "1"),
        ("churned_accounts", "1"),
        ("new_mrr", "80"),
        ("reactivation_mrr", "40"),
        ("expansion_mrr", "60"),
        ("contraction_mrr", "50"),
        ("churn_mrr", "50"),
        ("voluntary_churn_mrr", "0"),
        ("involuntary_churn_mrr", "50"),
        ("arpa", "98"),  # 490 / 5
        ("asp", "80"),  # 80 / 1
        ("nrr", "0.9024390244"),  # 370 / 410
        ("grr", "0.7560975610"),  # (100 + 150 + 60) / 410
        ("logo_churn", "0.25"),  # 1 / 4
        ("gross_mrr_churn", "0.2439024390"),  # 100 / 410 = 1 - GRR
        ("net_mrr_churn", "0.0975609756"),  # 40 / 410 = 1 - NRR
        ("quick_ratio", "1.8"),  # 180 / 100
        ("nrr_trailing_12m", "0.75"),  # 150 / 200
        ("grr_trailing_12m", "0.5"),  # 100 / 200
        ("logo_churn_trailing_12m", "0.5"),  # 1 / 2
        ("mrr_change", "10"),  # expansion 60 - contraction 50
        ("expansion_forced", "30"),  # g stood at a limit
        ("expansion_voluntary", "30"),  # a did not
        ("new_and_churned_accounts", "1"),
        ("trials", "3"),
        ("immature_trials", "1"),
        ("trial_conversion", "0.5"),  # 1 of the 2 that are mature
        ("charged_amount", "400"),
        ("refund_rate", "0.0625"),  # 25 / 400
        ("refund_rate_count", "0.5"),  # 1 / 2
        ("dispute_rate", "0.75"),  # 300 / 400
        ("dispute_rate_count", "0.5"),  # 1 / 2
        ("dunning_recovery", "0.1666666667"),  # 50 / 300
        ("dunning_recovery_count", "0.5"),  # 1 / 2
        ("plan_transfer_in_mrr", "60"),
        ("plan_transfer_out_mrr", "60"),
        ("currency_transfer_in_mrr", "0"),
    ],
)
def test_the_month_of_may(warehouse: duckdb.DuckDBPyConnection, metric: str, value: str) -> None:
    rows = warehouse.execute(
        "select value from published.metrics where metric = ? and period_grain = 'month' and period_on = ? and segment_kind = 'total'",
        [metric, MAY],
    ).fetchall()
    assert rows == [(Decimal(value),)]


@pytest.mark.parametrize(
    ("metric", "kind", "segments"),
    [
        ("plan_transfer_out_mrr", "plan", {"basic": 60, "pro": 0}),
        ("plan_transfer_in_mrr", "plan", {"basic": 0, "pro": 60}),
        ("mrr", "plan", {"basic": 400, "pro": 90}),
        ("retained_mrr", "plan", {"basic": 370, "pro": 0}),
        ("mrr_change", "driver", {"discount": -50, "plan": 30, "seats": 30}),
    ],
)
def test_the_month_of_may_by_segment(warehouse: duckdb.DuckDBPyConnection, metric: str, kind: str, segments: dict[str, int]) -> None:
    rows = warehouse.execute(
        "select segment, value from published.metrics where metric = ? and period_grain = 'month' and period_on = ? and segment_kind = ?",
        [metric, MAY, kind],
    ).fetchall()
    assert dict(rows) == segments


def test_a_cohort_of_trials_is_complete_when_the_last_is_mature(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select period_on, is_complete from published.metrics "
        "where metric = 'trial_conversion' and period_grain = 'month' and segment_kind = 'total'"
    ).fetchall()
    assert rows == [(date(2026, 4, 1), True), (date(2026, 5, 1), False)]


def test_movements_are_read_on_every_clock_and_rates_from_the_week_up(definitions: Definitions) -> None:
    assert definitions.metrics["churn_mrr"].grains == ("day", "week", "month", "quarter")
    assert definitions.metrics["nrr"].grains == ("week", "month", "quarter")
    assert definitions.metrics["nrr_trailing_12m"].grains == ("month",)
    assert definitions.models["account_mrr"].relations["quarter"] == ("revenue", "fct_account_mrr_quarterly")
    assert definitions.metrics["nrr"].segments["acquisition_month"] == ("month", "quarter")


def test_every_metric_names_a_conformed_concept(definitions: Definitions, manifest: dict[str, Any]) -> None:
    conformed = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "model" and "conformed" in node["fqn"]}
    wrong = {metric.name: set(metric.requires) - conformed for metric in definitions.metrics.values()}
    assert {name: concepts for name, concepts in wrong.items() if concepts} == {}
