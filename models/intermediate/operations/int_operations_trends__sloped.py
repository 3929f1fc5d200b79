"""Slopes of tickets per active account and of activation over the months up to each, by estimators/trends.py. No rule of its own."""

from math import isfinite

COLUMNS = {
    "period_on": "date",
    "ticket_month_count": "integer",
    "ticket_slope": "double",
    "ticket_slope_low": "double",
    "ticket_slope_high": "double",
    "activation_month_count": "integer",
    "activation_slope": "double",
    "activation_slope_low": "double",
    "activation_slope_high": "double",
    "immature_user_count": "bigint",
}


def model(dbt, session):
    """One row per complete month; slopes per month, null where there are too few months with a value."""
    from orchestration.estimators.trends import linear_trend

    dbt.config(materialized="table")
    settings = dict(dbt.ref("thresholds").project("name, cast(value as double)").fetchall())
    back, fewest = (int(settings.get(f"operations_trend_{name}", 0)) for name in ("months", "minimum_months"))
    fields = "period_on, ticket_count, active_account_count, activated_user_count, mature_user_count, immature_user_count, is_complete"
    counted = dbt.ref("int_operations_months__counted").project(fields).order("period_on").fetchall()
    months = [month[:6] for month in counted if month[6]]
    found = []
    for last in range(len(months)):
        recent = list(enumerate(months))[max(0, last + 1 - back) : last + 1]
        row = [months[last][0]]
        for numerator, denominator in ((1, 2), (3, 4)):
            points = [(place, month[numerator] / month[denominator]) for place, month in recent if month[denominator]]
            enough = points if len(points) >= fewest else []
            trend = linear_trend([place for place, _ in enough], [value for _, value in enough])
            row += [len(points), *(value if isfinite(value) else None for value in trend[:3])]
        found.append([*row, sum(month[5] for _, month in recent)])
    columns = zip(*found, strict=True) if found else ([] for _ in COLUMNS)
    typed = ", ".join(f"unnest(cast(${name} as {kind}[])) as {name}" for name, kind in COLUMNS.items())
    return session.sql(f"select {typed}", params={name: list(values) for name, values in zip(COLUMNS, columns, strict=True)})
