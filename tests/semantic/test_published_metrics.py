"""published.metrics of the hand-worked project: every value below was worked out on paper from the rows of its models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from orchestration.semantic import MetricError

Publish = Callable[..., Any]
Warehouse = duckdb.DuckDBPyConnection


def cell(warehouse: Warehouse, metric: str, grain: str, on: str, kind: str = "total", segment: str = "all") -> dict[str, Any]:
    """The one row of that key, by column name."""
    found = warehouse.execute(
        "from published.metrics where metric = ? and period_grain = ? and period_on = ? and segment_kind = ? and segment = ?",
        [metric, grain, on, kind, segment],
    )
    names = [column[0] for column in found.description]
    rows = found.fetchall()
    assert len(rows) == 1, (metric, grain, on, kind, segment, rows)
    return dict(zip(names, rows[0], strict=True))


def test_a_sum_is_published_to_the_smallest_unit(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    # 120 + 150 + 0 + 0.1001
    row = cell(warehouse, "mrr", "month", "2026-04-01")
    assert row["numerator"] == Decimal("270.1001")
    assert row["denominator"] is None
    assert row["value"] == Decimal("270.1001")
    assert (row["status"], row["reason"], row["interval_method"]) == ("ok", None, "none")


def test_a_ratio_has_its_two_sides_and_their_exact_quotient(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    row = cell(warehouse, "nrr", "month", "2026-04-01")
    # Retained 120 + 150 + 0 + 0.1001 of opening 100 + 200 + 50 + 0.1001. By long division 2,701,001 / 3,501,001 = 0.77149392416...
    assert (row["numerator"], row["denominator"]) == (Decimal("270.1001"), Decimal("350.1001"))
    assert row["value"] == Decimal("0.7714939242")
    # Four accounts had opening MRR; three were there in May, b among them until it left.
    assert row["sample_size"] == 4
    assert cell(warehouse, "nrr", "month", "2026-05-01")["sample_size"] == 3


def test_a_quotient_rounds_half_away_from_zero_at_ten_decimals(publish: Publish, warehouse: Warehouse) -> None:
    warehouse.execute("update main.fct_account_mrr_monthly set retained_mrr = 0.0001, opening_mrr = 2000000 where period_on = '2026-04-01'")
    warehouse.execute("delete from main.fct_account_mrr_monthly where period_on = '2026-04-01' and account_id <> 'a'")
    publish()
    # 0.0001 / 2,000,000 = 0.00000000005: the eleventh decimal is 5, so the tenth goes from 0 to 1.
    assert cell(warehouse, "nrr", "month", "2026-04-01")["value"] == Decimal("0.0000000001")
    warehouse.execute("update main.fct_account_mrr_monthly set retained_mrr = -0.0001 where period_on = '2026-04-01'")
    publish()
    assert cell(warehouse, "nrr", "month", "2026-04-01")["value"] == Decimal("-0.0000000001")


def test_a_ratio_over_nothing_is_null(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    row = cell(warehouse, "nrr", "month", "2026-03-01")
    assert (row["numerator"], row["denominator"], row["value"]) == (Decimal(0), Decimal(0), None)
    assert (row["interval_low"], row["interval_high"], row["sample_size"]) == (None, None, 0)


def test_each_clock_is_read_from_its_own_mart(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    quarter = cell(warehouse, "nrr", "quarter", "2026-04-01")
    # The quarter's mart: 120 + 0.1001 of 350.1001. Adding the months would give 390.2002 of 620.2002.
    assert (quarter["numerator"], quarter["denominator"]) == (Decimal("120.1001"), Decimal("350.1001"))
    assert quarter["value"] == Decimal("0.3430450320")
    assert cell(warehouse, "churned_accounts", "quarter", "2026-04-01")["value"] == 2
    assert cell(warehouse, "mrr", "week", "2026-05-04")["value"] == 270
    assert cell(warehouse, "mrr", "day", "2026-05-15")["value"] == 120


@pytest.mark.parametrize(
    ("grain", "period", "complete"),
    [
        ("day", "2026-05-14", True),
        ("day", "2026-05-15", True),  # the run's own day has ended
        ("week", "2026-05-04", True),
        ("week", "2026-05-11", False),  # ends on Sunday the 17th
        ("month", "2026-04-01", True),
        ("month", "2026-05-01", False),
        ("quarter", "2026-01-01", True),
        ("quarter", "2026-04-01", False),
    ],
)
def test_a_period_is_complete_when_its_last_day_is_computed(
    publish: Publish, warehouse: Warehouse, grain: str, period: str, complete: bool
) -> None:
    publish()
    assert cell(warehouse, "mrr", grain, period)["is_complete"] is complete


def test_a_period_ends_with_its_last_day_and_not_before(publish: Publish, warehouse: Warehouse) -> None:
    publish(as_of=date(2026, 5, 30))
    assert cell(warehouse, "mrr", "month", "2026-05-01")["is_complete"] is False
    assert cell(warehouse, "mrr", "week", "2026-05-11")["is_complete"] is True
    publish(as_of=date(2026, 5, 31))
    assert cell(warehouse, "mrr", "month", "2026-05-01")["is_complete"] is True
    publish(as_of=date(2026, 6, 30))
    assert cell(warehouse, "mrr", "quarter", "2026-04-01")["is_complete"] is True


def test_a_cohort_with_open_cases_is_not_complete(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    # April has ended, but the charge of the 30th may still be refunded.
    assert cell(warehouse, "refund_rate_count", "month", "2026-04-01")["is_complete"] is False
    assert cell(warehouse, "charge_count", "month", "2026-04-01")["is_complete"] is True


def test_segments_are_the_declared_dimensions_and_null_has_a_name(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    rows = warehouse.execute(
        "select segment, numerator, denominator, value from published.metrics "
        "where metric = 'logo_churn' and period_on = '2026-04-01' and period_grain = 'month' and segment_kind = 'plan'"
    ).fetchall()
    # c left, alone on pro; a and b stay on basic; d has no plan.
    assert rows == [("(none)", 0, 1, 0), ("basic", 0, 2, 0), ("pro", 1, 1, 1)]
    kinds = warehouse.execute("select distinct segment_kind from published.metrics where metric = 'charge_count'").fetchall()
    assert kinds == [("total",)]


def test_a_proportion_carries_a_wilson_interval(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    row = cell(warehouse, "logo_churn", "month", "2026-04-01")
    # 1 of 4, z^2 = 3.841459: centre (0.25 + 3.841459/8) / (1 + 3.841459/4) = 0.3724727, half-width 0.3268855.
    assert row["interval_method"] == "wilson"
    assert row["interval_low"] == pytest.approx(0.0455872, abs=1e-6)
    assert row["interval_high"] == pytest.approx(0.6993582, abs=1e-6)
    assert row["sample_size"] == 4


def test_a_ratio_of_amounts_carries_a_delta_interval(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    row = cell(warehouse, "refund_rate", "month", "2026-04-01")
    # 130 of 500; residuals -26, -48, 74; var = 3/2 x 8456 / 500^2 = 0.050736; 1.959964 x 0.2252465 = 0.4414751.
    assert row["value"] == Decimal("0.26")
    assert row["interval_method"] == "delta"
    assert row["interval_low"] == pytest.approx(-0.1814751, abs=1e-6)
    assert row["interval_high"] == pytest.approx(0.7014751, abs=1e-6)
    assert row["sample_size"] == 3


def test_a_derived_metric_and_a_ratio_across_semantic_models(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    assert cell(warehouse, "net_charged_amount", "month", "2026-04-01")["value"] == 370
    row = cell(warehouse, "charges_per_account", "month", "2026-04-01")
    assert (row["numerator"], row["denominator"], row["value"]) == (3, 4, Decimal("0.75"))
    # March has accounts at its end but no charge and nobody at its start; May has 3 accounts and no charge.
    assert cell(warehouse, "charges_per_account", "month", "2026-03-01")["value"] is None
    assert cell(warehouse, "charges_per_account", "month", "2026-05-01")["value"] == 0


def test_without_a_provider_a_metric_is_one_row_that_says_why(publish: Publish, warehouse: Warehouse) -> None:
    summary = publish(providers={"subscriptions": ["billing"], "charges": ["billing"], "refunds": []})
    rows = warehouse.execute(
        "select period_grain, period_on, segment_kind, segment, value, is_complete, status, reason from published.metrics "
        "where metric = 'refund_rate'"
    ).fetchall()
    reason = "no system provides refunds; name one in vars.providers"
    assert rows == [("all", None, "total", "all", None, False, "not_available", reason)]
    assert summary.not_available == ("refund_rate", "refunded_amount")
    assert cell(warehouse, "charged_amount", "month", "2026-04-01")["status"] == "ok"


def test_under_the_minimum_sample_a_ratio_is_not_enough_data(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    row = cell(warehouse, "logo_churn", "month", "2026-04-01")
    # No threshold in this warehouse: the default of 30 holds. The value stays; the verdict is the status.
    assert (row["status"], row["reason"]) == ("not_enough_data", "sample of 4 is under minimum_sample_size = 30")
    assert row["value"] == Decimal("0.25")

    warehouse.execute("create schema seeds; create table seeds.thresholds (name varchar, value decimal(18, 4), unit varchar)")
    warehouse.execute("insert into seeds.thresholds values ('minimum_sample_size', 4, 'rows'), ('minimum_sample_size.nrr', 5, 'rows')")
    publish()
    assert cell(warehouse, "logo_churn", "month", "2026-04-01")["status"] == "ok"
    assert cell(warehouse, "logo_churn", "month", "2026-05-01")["status"] == "not_enough_data"
    nrr = cell(warehouse, "nrr", "month", "2026-04-01")
    assert nrr["reason"] == "sample of 4 is under minimum_sample_size.nrr = 5"
    # A sum is not a rate and needs no sample.
    assert cell(warehouse, "mrr", "month", "2026-05-01")["status"] == "ok"


def test_keys_are_unique_and_rows_stand_in_order(publish: Publish, warehouse: Warehouse) -> None:
    warehouse.execute("set preserve_insertion_order = false")
    summary = publish()
    keys = warehouse.execute("select metric, period_grain, period_on, segment_kind, segment from published.metrics").fetchall()
    assert len(keys) == summary.rows == len(set(keys)) > 150
    grains = ("all", "day", "week", "month", "quarter")
    assert keys == sorted(keys, key=lambda key: (key[0], grains.index(key[1]), key[2], key[3] != "total", key[3], key[4]))
    assert warehouse.execute("select current_setting('preserve_insertion_order')").fetchall() == [(False,)]


def test_columns_have_the_types_of_the_contract(publish: Publish, warehouse: Warehouse) -> None:
    publish()
    found = warehouse.execute("describe published.metrics").fetchall()
    assert [(name, kind) for name, kind, *_ in found] == [
        ("metric", "VARCHAR"),
        ("period_grain", "VARCHAR"),
        ("period_on", "DATE"),
        ("segment_kind", "VARCHAR"),
        ("segment", "VARCHAR"),
        ("numerator", "DECIMAL(28,4)"),
        ("denominator", "DECIMAL(28,4)"),
        ("value", "DECIMAL(28,10)"),
        ("sample_size", "BIGINT"),
        ("interval_low", "DOUBLE"),
        ("interval_high", "DOUBLE"),
        ("interval_method", "VARCHAR"),
        ("is_complete", "BOOLEAN"),
        ("status", "VARCHAR"),
        ("reason", "VARCHAR"),
    ]


def test_a_mart_that_gives_no_proportion_is_named(publish: Publish, warehouse: Warehouse) -> None:
    warehouse.execute("update main.fct_account_mrr_monthly set churned_account_count = 9 where movement_id = 'a:2026-04-01'")
    with pytest.raises(MetricError, match=r"_hand_worked\.yml: metric logo_churn, month 2026-04-01, total all: 10\.0000 of 4\.0000"):
        publish()


def test_rows_without_a_date_are_not_lost_silently(publish: Publish, warehouse: Warehouse) -> None:
    warehouse.execute("update main.fct_charges set charged_on = null where charge_id = '2'")
    with pytest.raises(MetricError, match=r"_hand_worked\.yml: metrics .*charged_amount.* have no date in their agg_time_dimension"):
        publish()


def test_a_mart_that_is_not_built_is_named(publish: Publish, warehouse: Warehouse) -> None:
    warehouse.execute("drop table main.fct_account_mrr_quarterly")
    with pytest.raises(MetricError, match=r"by quarter and total: .*fct_account_mrr_quarterly"):
        publish()
