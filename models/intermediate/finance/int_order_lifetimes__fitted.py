"""BG/NBD and gamma-gamma over the shop's customers per quarter's end. The maths: orchestration/estimators."""

from orchestration.estimators.lifetime_columns import order_lifetimes


def model(dbt, session):
    dbt.config(materialized="table")
    settings = dict(dbt.ref("thresholds").project("name, value::double").fetchall())
    customers = dbt.ref("int_customer_purchases__timed").order("period_on, customer_id").fetchnumpy()
    fitted = order_lifetimes(customers, int(settings["ltv_horizon_months"]), settings["ltv_annual_discount_ratio"])
    session.register("fitted_order_lifetimes", fitted)
    return session.sql("select * from fitted_order_lifetimes")
