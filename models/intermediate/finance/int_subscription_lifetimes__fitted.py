"""Shifted-beta-geometric lifetimes per month's end and segment. The maths: orchestration/estimators."""

from orchestration.estimators.lifetime_columns import subscription_lifetimes


def model(dbt, session):
    dbt.config(materialized="table")
    settings = dict(dbt.ref("thresholds").project("name, value::double").fetchall())
    counts = dbt.ref("int_survival_ages__summed").order("period_on, segment_kind, segment, age_months").fetchnumpy()
    fitted = subscription_lifetimes(counts, int(settings["ltv_horizon_months"]), settings["ltv_annual_discount_ratio"])
    session.register("fitted_subscription_lifetimes", fitted)
    return session.sql("select * from fitted_subscription_lifetimes")
