"""Marginal CAC, variation of conversion and trend of CAC by channel and month, by orchestration/estimators/marginal.py. No rule of its own."""


def model(dbt, session):
    """One row per complete month and channel, and one for all channels together: costs in the reporting currency."""
    import math
    from itertools import groupby

    import polars as pl

    from orchestration.estimators.marginal import marginal_cost, theil_sen, variation

    dbt.config(materialized="table")
    names = ["clock", "channel", "period_on", "period_ends_on", "media_amount", "new_account_weight", "session_count"]
    counted = dbt.ref("int_channel_periods__counted").pl().select(names)
    keys = ["clock", "period_on", "period_ends_on"]
    together = counted.group_by(keys).agg(pl.lit("all").alias("channel"), pl.col(names[4:]).sum()).select(names)
    columns = pl.col(names[4:]).cast(pl.Float64)
    rows = pl.concat([counted.with_columns(columns), together.with_columns(columns)]).sort("channel", "clock", "period_on").rows(named=True)
    named = dbt.ref("thresholds").pl()
    thresholds = {name: int(value) for name, value in zip(named["name"], named["value"], strict=True) if name.startswith("channel_")}
    weeks_wanted, months_wanted = thresholds.get("channel_window_weeks", 0), thresholds.get("channel_trend_months", 0)
    fewest = thresholds.get("channel_minimum_weeks", 0)

    def known(value):
        return value if math.isfinite(value) else None

    found = []
    for channel, periods in groupby(rows, key=lambda row: row["channel"]):
        clocks = {clock: list(group) for clock, group in groupby(periods, key=lambda row: row["clock"])}
        for number, month in enumerate(clocks.get("month", []), start=1):
            weeks = [week for week in clocks.get("week", []) if week["period_ends_on"] <= month["period_ends_on"]][-weeks_wanted:]
            spend = [week["media_amount"] for week in weeks]
            enough = len(weeks) >= fewest and any(spend)
            marginal = marginal_cost(spend, [week["new_account_weight"] for week in weeks]) if enough else marginal_cost([], [])
            rates = [week["new_account_weight"] / week["session_count"] for week in weeks if week["session_count"]]
            costs = [
                (index, each["media_amount"] / each["new_account_weight"])
                for index, each in enumerate(clocks["month"][max(0, number - months_wanted) : number])
                if each["new_account_weight"]
            ]
            trend = theil_sen([index for index, _ in costs], [cost for _, cost in costs])
            found.append(
                {
                    "period_on": month["period_on"],
                    "channel": channel,
                    "marginal_week_count": len(weeks) if enough else 0,
                    "marginal_cac": known(marginal.value),
                    "marginal_cac_low": known(marginal.low),
                    "marginal_cac_high": known(marginal.high),
                    "conversion_week_count": len(rates),
                    "conversion_cv_ratio": known(variation(rates)) if len(rates) >= fewest else None,
                    "trend_month_count": trend.points,
                    "cac_slope": known(trend.value),
                    "cac_slope_low": known(trend.low),
                    "cac_slope_high": known(trend.high),
                }
            )
    schema = dict.fromkeys(("period_on", "channel", "marginal_week_count"), pl.String) | {"period_on": pl.Date}
    schema |= {"marginal_week_count": pl.Int64, "marginal_cac": pl.Float64, "marginal_cac_low": pl.Float64, "marginal_cac_high": pl.Float64}
    schema |= {"conversion_week_count": pl.Int64, "conversion_cv_ratio": pl.Float64, "trend_month_count": pl.Int64}
    schema |= dict.fromkeys(("cac_slope", "cac_slope_low", "cac_slope_high"), pl.Float64)
    return pl.DataFrame(found, schema=schema)
