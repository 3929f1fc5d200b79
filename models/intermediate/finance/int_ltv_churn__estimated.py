"""Interval of the monthly logo churn behind each simple lifetime value. The maths: orchestration/estimators."""

from orchestration.estimators.lifetime_columns import churn_intervals


def model(dbt, session):
    dbt.config(materialized="table")
    windows = dbt.ref("int_ltv_windows__summed").order("period_on, segment_kind, segment").fetchnumpy()
    session.register("estimated_ltv_churn", churn_intervals(windows))
    return session.sql("select * from estimated_ltv_churn")
