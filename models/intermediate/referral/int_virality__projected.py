"""Users after each cycle from the latest mature cohort on: its K and both bounds through estimators/virality.py."""

import numpy as np

from orchestration.estimators.virality import project_users


def model(dbt, session):
    """One row per cycle of the one cohort of int_virality__started; none where it has no cycle time."""
    dbt.config(materialized="table")
    found = {name: np.zeros(0) for name in ("cycle_number", "day_number", "users", "new_users", "users_low", "users_high")}
    rows = dbt.ref("int_virality__started").fetchall()
    for users, invitations, conversion, low, high, cycle_days, horizon, ceiling in rows:
        centre = project_users(users, invitations, conversion, cycle_days, horizon, ceiling)
        found = {"cycle_number": centre.cycle, "day_number": centre.day, "users": centre.users, "new_users": centre.new_users}
        for name, k in (("users_low", low), ("users_high", high)):
            found[name] = project_users(users, k, 1.0, cycle_days, horizon, ceiling).users
    session.register("virality_projected", found)
    return session.sql(
        "select cast(cycle_number as integer) as cycle_number, cast(day_number as double) as day_number, cast(users as double) as users, "
        "cast(new_users as double) as new_users, cast(users_low as double) as users_low, cast(users_high as double) as users_high "
        "from virality_projected"
    )
