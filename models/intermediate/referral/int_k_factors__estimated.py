"""K and its interval for every cohort, scope and basis: the sums of int_referral_sums__counted through estimators/virality.py."""

import numpy as np

from orchestration.estimators.virality import k_factor

MOMENTS = ("sent_sent", "sent_matured", "sent_converted", "matured_matured", "matured_converted", "converted_converted")


def model(dbt, session):
    """One row per row of the sums; doubles, null where unknown."""
    dbt.config(materialized="table")
    rows = {name: np.ma.getdata(column) for name, column in dbt.ref("int_referral_sums__counted").fetchnumpy().items()}
    found = k_factor(*(rows[name] for name in ("user_count", "sent_count", "matured_count", "converted_count", *MOMENTS)))
    session.register("referral_estimates", rows | found._asdict())
    # Columns of no rows come without their types.
    return session.sql(
        """
        select
            cast(period_on as date) as period_on,
            cast(basis as varchar) as basis,
            cast(scope_kind as varchar) as scope_kind,
            cast(scope as varchar) as scope,
            user_count,
            referring_user_count,
            sent_count,
            matured_count,
            converted_count,
            nullif(invitations_per_user, 'nan'::double) as invitations_per_user,
            nullif(conversion, 'nan'::double) as conversion_ratio,
            nullif(k, 'nan'::double) as k_factor,
            nullif(low, 'nan'::double) as k_interval_low,
            nullif(high, 'nan'::double) as k_interval_high
        from referral_estimates
        """
    )
