"""Slope of the sales cycle over time with its interval: the points of int_sales_cycles__pointed through estimators/trends.py."""

import numpy as np

from orchestration.estimators.digits import published
from orchestration.estimators.trends import linear_trend


def model(dbt, session):
    """One row per segment that won anything; doubles, null where unknown."""
    dbt.config(materialized="table")
    # Sums of doubles depend on the order of the rows: the same deals must give the same slope to the last digit.
    points = dbt.ref("int_sales_cycles__pointed").order("segment_kind, segment, month_number, cycle_days").fetchnumpy()
    segments = sorted(set(zip(points["segment_kind"], points["segment"], strict=True)))
    found = []
    for kind, segment in segments:
        mine = (points["segment_kind"] == kind) & (points["segment"] == segment)
        found.append(linear_trend(np.ma.getdata(points["month_number"])[mine], np.ma.getdata(points["cycle_days"])[mine]))
    columns = {
        "segment_kind": np.array([kind for kind, _ in segments], dtype=object),
        "segment": np.array([segment for _, segment in segments], dtype=object),
        "won_count": np.array([trend.points for trend in found], dtype=np.int64),
    } | {name: published([getattr(trend, name) for trend in found]) for name in ("slope", "low", "high")}
    session.register("cycle_trends", columns)
    return session.sql(
        """
        select
            cast(segment_kind as varchar) as segment_kind,
            cast(segment as varchar) as segment,
            won_count,
            nullif(slope, 'nan'::double) as slope_days_per_month,
            nullif(low, 'nan'::double) as slope_low,
            nullif(high, 'nan'::double) as slope_high
        from cycle_trends
        """
    )
