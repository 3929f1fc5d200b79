"""The sample company's acquisition against its planted truth: every account, every touch, every month's spend and CAC.

The truth plants the channel with each page and does its own sums; it shares no rule, no seed and no SQL with the models. The past day is
computed from the exports of that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PAST
from tests.runs import Run
from tests.warehouses import company, publish

#: Costs without a channel are shared out by the month's accounts, and each part is rounded to the ten-thousandth.
HALF_A_CENT = Decimal("0.005")


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("acquired_accounts", "attribution_weights", "cac_monthly") as connection:
        yield connection


def same(connection: duckdb.DuckDBPyConnection, told: str, found: str) -> None:
    """Both queries give the same rows, as often."""
    assert connection.execute(f"({told}) except all ({found})").fetchall() == []
    assert connection.execute(f"({found}) except all ({told})").fetchall() == []


def test_every_account_is_credited_to_its_channel_and_campaign(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select account_id, cast(acquired_on as date), channel, campaign_id, cast(is_paid_channel as boolean) from truth_acquired_accounts",
        "select account_id, acquired_on, channel, campaign_id, is_paid_channel from intermediate.int_accounts__acquired",
    )
    assert marts.execute("select count(*) > 50, count(distinct channel) > 8 from truth_acquired_accounts").fetchall() == [(True, True)]


def test_every_touch_has_its_weight_in_every_model(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select account_id, attribution_model, cast(touch_number as bigint), session_id, channel, coalesce(campaign_id, 'none'),
            cast(weight as decimal(12, 10))
        from truth_attribution_weights
        where cast(weight as decimal(12, 10)) > 0
        """,
        """
        select account_id, attribution_model, touch_number, session_id, channel, campaign_id, weight
        from acquisition.fct_attributed_touches
        where weight > 0
        """,
    )
    assert marts.execute("select count(distinct attribution_model) from truth_attribution_weights").fetchall() == [(6,)]


def test_every_months_spend_and_accounts_by_channel(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select cast(month as date), channel, cast(media_spend as decimal(38, 4)), cast(new_accounts as decimal(38, 10)),
            cast(new_paid_accounts as decimal(38, 10))
        from truth_cac_monthly
        where channel <> 'all' and not (cast(media_spend as double) = 0 and new_accounts = '0')
        """,
        """
        select period_on, channel, cast(sum(media_amount) as decimal(38, 4)), cast(sum(new_account_weight) as decimal(38, 10)),
            cast(sum(paid_new_account_weight) as decimal(38, 10))
        from acquisition.fct_acquisition_monthly
        group by all
        having sum(media_amount) <> 0 or sum(new_account_weight) <> 0
        """,
    )


def test_every_months_other_costs(marts: duckdb.DuckDBPyConnection) -> None:
    """The company's to the ten-thousandth; a channel's to half a cent."""
    rows = marts.execute(
        """
        select truth.month, truth.channel, cast(truth.other_costs as decimal(18, 4)) + cast(truth.referral_rewards as decimal(18, 4)),
            coalesce(found.amount, 0)
        from truth_cac_monthly as truth
        left join (
            select period_on, coalesce(channel, 'all') as channel, cast(sum(other_cost_amount) as decimal(18, 4)) as amount
            from acquisition.fct_acquisition_monthly
            group by grouping sets ((period_on), (period_on, channel))
        ) as found on cast(truth.month as date) = found.period_on and truth.channel = found.channel
        """
    ).fetchall()
    assert [row for row in rows if row[1] == "all" and row[2] != row[3]] == []
    assert [row for row in rows if abs(row[2] - row[3]) > HALF_A_CENT] == []
    assert sum(row[2] > 0 for row in rows) > 50


@pytest.mark.parametrize("metric", ["cac_paid", "cac_blended", "cac_fully_loaded"])
def test_published_cac_is_the_planted_one(marts: duckdb.DuckDBPyConnection, metric: str) -> None:
    """In total to ten decimals, null where nobody was won; by channel to half a cent for each of its accounts."""
    rows = marts.execute(
        f"""
        select truth.month, truth.channel, cast(truth.{metric} as decimal(28, 10)), published.value
        from truth_cac_monthly as truth
        left join published.metrics as published
            on published.metric = ? and published.period_grain = 'month' and published.period_on = cast(truth.month as date)
            and published.segment_kind = case truth.channel when 'all' then 'total' else 'channel' end and published.segment = truth.channel
        """,
        [metric],
    ).fetchall()
    assert [row for row in rows if row[1] == "all" and row[2] != row[3]] == []
    assert [row for row in rows if (row[2] is None) != (row[3] is None)] == []
    assert [row for row in rows if row[2] is not None and abs(row[2] - row[3]) > HALF_A_CENT] == []
    assert sum(row[2] is not None for row in rows) > 10


def test_without_books_cac_is_paid_and_blended_and_says_what_it_lacks(past_nightly: Run, tmp_path: Path) -> None:
    """The same company without a ledger and a CRM."""
    providers = company()["providers"] | {name: [] for name in ("ledger_lines", "crm_companies", "crm_contacts", "deals")}
    copy = tmp_path / "warehouse.duckdb"
    copy.write_bytes(past_nightly.warehouse.read_bytes())
    publish(copy, past_nightly.folder / "target", "acquisition", tmp_path, PAST, providers)
    with duckdb.connect(str(copy), read_only=True) as connection:
        rows = connection.execute(
            "select metric, bool_or(value > 0), min(case when status = 'not_available' then reason end) from published.metrics "
            "where metric in ('cac_paid', 'cac_blended', 'cac_fully_loaded') group by metric order by metric"
        ).fetchall()
    assert rows == [
        ("cac_blended", True, None),
        ("cac_fully_loaded", None, "no system provides ledger_lines; name one in vars.providers"),
        ("cac_paid", True, None),
    ]


def test_segments_add_up_to_the_whole(marts: duckdb.DuckDBPyConnection) -> None:
    """Spend, costs and accounts by channel, campaign, customer segment and country are those of the company, month by month."""
    differing = marts.execute(
        """
        with told as (
            select metric, period_on, segment_kind, sum(numerator) as amount
            from published.metrics
            where metric in ('media_spend', 'acquisition_cost', 'acquired_accounts') and period_grain = 'month'
            group by all
        )

        select told.metric, told.period_on, told.segment_kind
        from told
        inner join told as whole on told.metric = whole.metric and told.period_on = whole.period_on and whole.segment_kind = 'total'
        where told.amount <> whole.amount
        """
    ).fetchall()
    assert differing == []
    kinds = "select count(distinct segment_kind) from published.metrics where metric = 'media_spend'"
    assert marts.execute(kinds).fetchall() == [(5,)]
