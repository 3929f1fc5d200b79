"""Slope of tickets per active account over months with its interval: int_support_months__pointed through estimators/trends.py."""

import numpy as np

from orchestration.estimators.trends import linear_trend


def model(dbt, session):
    """One row per segment that had active accounts; doubles, null where unknown."""
    dbt.config(materialized="table")
    points = dbt.ref("int_support_months__pointed").order("segment_kind, segment, month_number").fetchnumpy()
    segments = sorted(set(zip(points["segment_kind"], points["segment"], strict=True)))
    found = []
    for kind, segment in segments:
        mine = (points["segment_kind"] == kind) & (points["segment"] == segment)
        tickets, accounts, months = (np.ma.getdata(points[name])[mine] for name in ("ticket_count", "active_account_count", "month_number"))
        found.append(linear_trend(months - months.min(), tickets / accounts))
    columns = {
        "segment_kind": np.array([kind for kind, _ in segments], dtype=object),
        "segment": np.array([segment for _, segment in segments], dtype=object),
        "month_count": np.array([trend.points for trend in found], dtype=np.int64),
    } | {name: np.array([getattr(trend, name) for trend in found], dtype=np.float64) for name in ("slope", "low", "high")}
    session.register("support_trends", columns)
    return session.sql(
        """
        select
            cast(segment_kind as varchar) as segment_kind,
            cast(segment as varchar) as segment,
            month_count,
            nullif(slope, 'nan'::double) as slope_per_month,
            nullif(low, 'nan'::double) as slope_low,
            nullif(high, 'nan'::double) as slope_high
        from support_trends
        """
    )
