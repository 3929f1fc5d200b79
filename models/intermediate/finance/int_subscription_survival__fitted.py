"""Fitted survival by age, of the latest month's end. The maths: orchestration/estimators."""

from orchestration.estimators.lifetime_columns import subscription_survival


def model(dbt, session):
    dbt.config(materialized="table")
    settings = dict(dbt.ref("thresholds").project("name, value::double").fetchall())
    counts = dbt.ref("int_survival_ages__latest").order("segment_kind, segment, age_months").fetchnumpy()
    session.register("fitted_subscription_survival", subscription_survival(counts, int(settings["ltv_horizon_months"])))
    return session.sql("select * from fitted_subscription_survival")
