"""Slope and level of the retention curve with intervals: the sums of int_retention_plateaus__summed through estimators/trends.py."""

import numpy as np

from orchestration.estimators.trends import plateau


def model(dbt, session):
    """One row per segment; doubles, null where unknown."""
    dbt.config(materialized="table")
    rows = {name: np.ma.getdata(column) for name, column in dbt.ref("int_retention_plateaus__summed").fetchnumpy().items()}
    # The weeks are thresholds: the same in every row.
    first, last = (int(rows[name][0]) if len(rows[name]) else default for name, default in (("first_week", 0), ("last_week", 1)))
    sums = (rows[name] for name in ("user_count", "active", "active_active", "score", "score_score"))
    found = plateau(*sums, first_week=first, last_week=last)
    session.register("plateau_estimates", rows | found._asdict())
    return session.sql(
        """
        select
            cast(segment_kind as varchar) as segment_kind,
            cast(segment as varchar) as segment,
            cast(first_week as integer) as first_week,
            cast(last_week as integer) as last_week,
            user_count,
            slope,
            nullif(slope_low, 'nan'::double) as slope_low,
            nullif(slope_high, 'nan'::double) as slope_high,
            level,
            nullif(level_low, 'nan'::double) as level_low,
            nullif(level_high, 'nan'::double) as level_high
        from plateau_estimates
        """
    )
