"""Marginal CAC, variation of conversion and trend of CAC by channel and month, by estimators/marginal.py. No rule of its own."""

from itertools import groupby
from math import isfinite

COLUMNS = {
    "period_on": "date",
    "channel": "varchar",
    "marginal_week_count": "integer",
    "marginal_cac": "double",
    "marginal_cac_low": "double",
    "marginal_cac_high": "double",
    "conversion_week_count": "integer",
    "conversion_cv_ratio": "double",
    "trend_month_count": "integer",
    "cac_slope": "double",
    "cac_slope_low": "double",
    "cac_slope_high": "double",
}
FIELDS = "period_on, period_ends_on, cast(media_amount as double), cast(new_account_weight as double), session_count"


def model(dbt, session):
    """One row per complete month and channel, and one for all channels together: costs in the reporting currency."""
    from orchestration.estimators.marginal import marginal_cost, theil_sen, variation

    dbt.config(materialized="table")
    settings = dict(dbt.ref("thresholds").project("name, cast(value as double)").fetchall())
    weeks_back, months_back, fewest = (
        int(settings.get(name, 0)) for name in ("channel_window_weeks", "channel_trend_months", "channel_minimum_weeks")
    )
    counted = dbt.ref("int_channel_periods__counted").project(f"channel, clock, {FIELDS}").order("1, 2, 3").fetchall()
    found = []
    for channel, periods in groupby(counted, key=lambda row: row[0]):
        clocks = {clock: [row[2:] for row in rows] for clock, rows in groupby(periods, key=lambda row: row[1])}
        months = clocks.get("month", [])
        for number, (month_on, month_ends_on, *_) in enumerate(months, start=1):
            weeks = [row[2:] for row in clocks.get("week", []) if row[1] <= month_ends_on][-weeks_back:]
            spend, accounts = [row[0] for row in weeks], [row[1] for row in weeks]
            enough = len(weeks) >= fewest and any(spend)
            marginal = marginal_cost(spend, accounts) if enough else marginal_cost([], [])
            rates = [row[1] / row[2] for row in weeks if row[2]]
            varied = variation(rates) if len(rates) >= fewest else None
            recent = enumerate(months[max(0, number - months_back) : number])
            costs = [(place, row[2] / row[3]) for place, row in recent if row[3]]
            trend = theil_sen([place for place, _ in costs], [cost for _, cost in costs])
            slopes = (len(weeks) if enough else 0, *marginal[:3]), (len(rates), varied), (trend.points, *trend[:3])
            values = (value if value is None or isfinite(value) else None for group in slopes for value in group)
            found.append((month_on, channel, *values))
    columns = zip(*found, strict=True) if found else ([] for _ in COLUMNS)
    typed = ", ".join(f"unnest(cast(${name} as {kind}[])) as {name}" for name, kind in COLUMNS.items())
    return session.sql(f"select {typed}", params={name: list(values) for name, values in zip(COLUMNS, columns, strict=True)})
