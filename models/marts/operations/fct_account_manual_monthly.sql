-- Accounts that were worked for and accounts that were active, so that a mean per account has those without any work below it.
with worked as (
    select
        account_id,
        period_on,
        count(*) as intervention_count,
        sum(minute_count) as minute_count
    from {{ ref('int_interventions__counted') }}
    group by account_id, period_on
),

active as (
    select
        account_id,
        period_on
    from {{ ref('int_accounts__active_monthly') }}
),

together as (
    select
        coalesce(worked.account_id, active.account_id) as account_id,
        coalesce(worked.period_on, active.period_on) as period_on,
        coalesce(worked.intervention_count, 0) as intervention_count,
        coalesce(worked.minute_count, 0) as minute_count,
        cast(active.account_id is not null as integer) as active_account_count,
        cast(worked.period_on is not null and worked.account_id is not null as integer) as worked_account_count
    from worked
    full join active
        on worked.account_id = active.account_id and worked.period_on = active.period_on
)

select
    concat_ws('|', coalesce(together.account_id, 'none'), together.period_on) as account_month_id,
    together.account_id,
    together.period_on,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    coalesce(described.country, 'unknown') as country,
    coalesce(described.plan, 'none') as plan,
    together.intervention_count,
    cast(together.minute_count as bigint) as minute_count,
    together.active_account_count,
    together.worked_account_count
from together
left join {{ ref('int_account_months__segmented') }} as described
    on together.account_id = described.account_id and together.period_on = described.period_on
