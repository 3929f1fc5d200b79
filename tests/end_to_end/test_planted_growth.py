"""The simulator's true growth against the published file: who is whom, who is credited, what it cost, what came back.

The truth comes from the simulation's own records; nothing of it is read from the exports, and no code is shared with the models.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.runs import Run

Rows = list[dict[str, str]]


def rows(run: Run, name: str) -> Rows:
    with (run.truth / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def keyed(table: Rows, keys: Sequence[str], values: Sequence[str] = (), money: Sequence[str] = ()) -> dict[tuple, tuple]:
    """Rows as key -> values; empty text is null, whole numbers are numbers, money is exact."""

    def value(text: str) -> object:
        return None if text == "" else int(text) if text.lstrip("-").isdigit() else text

    return {
        tuple(row[key] or None for key in keys): (*(value(row[name]) for name in values), *(Decimal(row[name]) for name in money))
        for row in table
    }


def found(run: Run, sql: str, keys: int) -> dict[tuple, tuple]:
    return {row[:keys]: row[keys:] for row in run.query(sql)}


def test_every_user_is_whose_it_is_and_active_since_when(nightly: Run) -> None:
    published = found(
        nightly,
        """
        select user_id, account_id, account_match_rule, strftime(activated_at, '%Y-%m-%d %H:%M:%S')
        from published.dim_users where not is_excluded
        """,
        1,
    )
    assert published == keyed(rows(nightly, "users"), ["user_id"], ["account_id", "match_rule", "activated_at"])


def test_every_conflict_is_told(nightly: Run) -> None:
    names = ("kind", "left_id", "winner_id", "winner_rule", "other_id", "other_rule")
    published = found(nightly, f"select {', '.join(names)} from published.fct_identity_conflicts where not is_excluded", 6)
    assert published == keyed(rows(nightly, "identity_conflicts"), names)


def test_every_touch_has_its_weight_in_all_six_models(nightly: Run) -> None:
    published = found(
        nightly,
        """
        select account_id, attribution_model, touch_number::varchar, channel, nullif(campaign_id, 'none'), weight
        from published.fct_attributed_touches where weight <> 0
        """,
        3,
    )
    truth = keyed(
        rows(nightly, "attribution_weights"), ["account_id", "attribution_model", "touch_number"], ["channel", "campaign_id"], ["weight"]
    )
    assert published == truth


def test_media_spend_of_every_channel_and_month(nightly: Run) -> None:
    published = found(
        nightly,
        "select date_trunc('month', spent_on)::date::varchar, channel, sum(media_amount) from published.fct_ad_spend group by all",
        2,
    )
    spent = [row for row in rows(nightly, "cac_monthly") if row["channel"] != "all" and Decimal(row["media_spend"])]
    assert published == keyed(spent, ["month", "channel"], (), ["media_spend"])


def test_every_invitation_is_judged(nightly: Run) -> None:
    published = found(
        nightly, "select invitation_id, is_fraud::varchar, is_matured::varchar, is_converted::varchar from published.fct_invitations", 1
    )
    assert published == keyed(rows(nightly, "invitations"), ["invitation_id"], ["is_fraud", "is_matured", "is_converted"])


def test_cash_of_every_month(nightly: Run) -> None:
    published = found(nightly, "select period_on::varchar, closing_cash_amount, net_burn_amount from published.fct_cash_monthly", 1)
    assert published == keyed(rows(nightly, "cash_monthly"), ["month"], (), ["closing_cash", "net_burn"])


@pytest.mark.parametrize(
    ("survey", "outcomes"),
    [("nps", {"promoters": "promoter", "passives": "passive", "detractors": "detractor"}), ("csat", {"good": "good", "other": "bad"})],
)
def test_every_answer_is_counted(nightly: Run, survey: str, outcomes: dict[str, str]) -> None:
    counts = ", ".join(f"count(*) filter (where outcome = '{outcome}')" for outcome in outcomes.values())
    published = found(
        nightly,
        f"""
        select date_trunc('month', responded_on)::date::varchar, count(*), {counts}
        from published.fct_survey_responses where survey_kind = '{survey}' group by 1
        """,
        1,
    )
    assert published == keyed(rows(nightly, f"{survey}_monthly"), ["month"], ["responses", *outcomes])


def test_disappointment_of_active_users_by_segment(nightly: Run) -> None:
    published = found(
        nightly,
        """
        select
            date_trunc('month', responded_on)::date::varchar, customer_segment,
            count(*), sum(pmf_active_count)::int, sum(very_disappointed_count)::int
        from published.fct_survey_responses where survey_kind = 'pmf' group by 1, 2
        """,
        2,
    )
    truth = keyed(rows(nightly, "pmf"), ["month", "customer_segment"], ["responses", "active_responses", "active_very_disappointed"])
    assert published == truth


def test_the_cycle_of_every_won_deal(nightly: Run) -> None:
    published = found(nightly, "select deal_id, deal_type, account_id, cycle_days from published.fct_deals where status = 'won'", 1)
    assert published == keyed(rows(nightly, "sales_cycles"), ["deal_id"], ["deal_type", "account_id", "cycle_days"])


def test_cost_and_new_accounts_of_every_month(nightly: Run) -> None:
    """What CAC is made of, for the company: media, everything else, new paying accounts, those of paid channels."""
    published = found(
        nightly,
        """
        select
            period_on::varchar, sum(new_account_weight)::int, sum(paid_new_account_weight)::int, sum(media_amount), sum(other_cost_amount)
        from published.fct_acquisition_monthly group by 1
        """,
        1,
    )
    whole = [row for row in rows(nightly, "cac_monthly") if row["channel"] == "all"]
    for row in whole:
        row["others"] = str(Decimal(row["other_costs"]) + Decimal(row["referral_rewards"]))
    assert published == keyed(whole, ["month"], ["new_accounts", "new_paid_accounts"], ["media_spend", "others"])


def test_margin_of_every_product_and_month(nightly: Run) -> None:
    published = found(
        nightly, "select period_on::varchar, product, revenue_amount, cost_of_revenue_amount from published.fct_gross_margin_monthly", 2
    )
    products = [row for row in rows(nightly, "margins_monthly") if row["product"] != "all"]
    assert published == keyed(products, ["month", "product"], (), ["revenue", "cost_of_revenue"])
