-- What the trends are made of. A user counts in the month of the sign-up, once no sign-up of that month can still be activated. Months before
-- the first ticket had no help desk to write to.
with tickets as (
    select
        cast(date_trunc('month', created_on) as date) as period_on,
        count(*) as ticket_count
    from {{ ref('int_tickets__resolved') }}
    where not is_excluded
    group by date_trunc('month', created_on)
),

active as (
    select
        period_on,
        count(*) as active_account_count
    from {{ ref('int_accounts__active_monthly') }}
    group by period_on
),

signed_up as (
    select
        cast(date_trunc('month', signed_up_on) as date) as period_on,
        case when bool_and(is_mature) then count(*) else 0 end as mature_user_count,
        count(*) filter (where not is_mature) as immature_user_count,
        case when bool_and(is_mature) then count(activated_at) else 0 end as activated_user_count
    from {{ ref('int_users__activated') }}
    where not is_excluded
    group by date_trunc('month', signed_up_on)
)

select
    periods.period_on,
    periods.is_complete,
    coalesce(tickets.ticket_count, 0) as ticket_count,
    coalesce(active.active_account_count, 0) as active_account_count,
    coalesce(signed_up.mature_user_count, 0) as mature_user_count,
    coalesce(signed_up.immature_user_count, 0) as immature_user_count,
    coalesce(signed_up.activated_user_count, 0) as activated_user_count
from {{ ref('int_periods__spined') }} as periods
left join tickets on periods.period_on = tickets.period_on
left join active on periods.period_on = active.period_on
left join signed_up on periods.period_on = signed_up.period_on
where periods.clock = 'month' and periods.period_on >= (select min(earliest.period_on) from tickets as earliest)
