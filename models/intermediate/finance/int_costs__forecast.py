"""Hosting cost and revenue of the months to come, by orchestration/estimators/forecast.py. No rule of its own."""

from datetime import date

SERIES = {"hosting_cost": "hosting_amount", "revenue": "revenue_amount"}
COLUMNS = {
    "series": "varchar",
    "step": "bigint",
    "period_on": "date",
    "status": "varchar",
    "observation_count": "bigint",
    "amount": "double",
    "low_amount": "double",
    "high_amount": "double",
}


def model(dbt, session):
    """One row per series and month ahead, or one without a month where there is no forecast; amounts in the reporting currency."""
    from orchestration.estimators.digits import published
    from orchestration.estimators.forecast import forecast_amounts

    dbt.config(materialized="table")
    thresholds = dict(dbt.ref("thresholds").project("name, cast(value as double)").fetchall())
    horizon, minimum = (int(thresholds[name]) for name in ("forecast_horizon_months", "forecast_minimum_months"))
    fields = ", ".join(f"cast({column} as double)" for column in SERIES.values())
    # A running month lacks the costs that are posted at its end.
    found = dbt.ref("int_finance_months__summed").project(f"period_on, is_complete, {fields}").fetchall()
    months = {_number(day): amounts for day, is_complete, *amounts in found if is_complete}
    rows = []
    for place, series in enumerate(SERIES if months else ()):
        # A month that the books lack keeps its place, without a number.
        values = [months[month][place] if month in months else float("nan") for month in range(min(months), max(months) + 1)]
        ahead = forecast_amounts(values, horizon, minimum)
        if ahead.status != "ok":
            rows.append((series, 0, None, ahead.status, ahead.observations, None, None, None))
        for step, bounds in enumerate(zip(ahead.mean, ahead.low, ahead.high, strict=True), start=1):
            amounts = (round(value, 4) for value in published(bounds).tolist())
            rows.append((series, step, _first_day(max(months) + step), ahead.status, ahead.observations, *amounts))
    columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
    typed = ", ".join(f"unnest(cast(${name} as {kind}[])) as {name}" for name, kind in COLUMNS.items())
    return session.sql(f"select {typed}", params={name: list(values) for name, values in zip(COLUMNS, columns, strict=True)})


def _number(day):
    return day.year * 12 + day.month - 1


def _first_day(number):
    return date(number // 12, number % 12 + 1, 1)
