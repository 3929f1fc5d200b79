-- Sums over users whose tested weeks are all over, for the plateau's interval: users are what varies independently.
with limits as (
    select
        {{ threshold('retention_plateau_first_week') }} as first_week,
        {{ threshold('retention_plateau_last_week') }} as last_week
),

tested as (
    select
        users.user_id,
        limits.first_week,
        limits.last_week,
        coalesce(accounts.customer_segment, 'unknown') as customer_segment,
        list_filter(users.active_weeks, week -> week between limits.first_week and limits.last_week) as weeks
    from {{ ref('int_user_weeks__retained') }} as users
    cross join limits
    left join {{ ref('int_accounts__dated') }} as accounts
        on
            users.account_id = accounts.account_id
            and accounts.from_on <= {{ as_of() }}
            and accounts.to_on > {{ as_of() }}
    where
        users.last_complete_week >= limits.last_week
        and users.signed_up_on > cast({{ dbt.dateadd('month', '-' ~ threshold('pmf_evidence_months'), as_of()) }} as date)
),

scored as (
    select
        user_id,
        first_week,
        last_week,
        customer_segment,
        len(weeks) as active,
        -- Twice the distance to the middle week is a whole number.
        coalesce(list_sum(list_transform(weeks, week -> 2 * week - first_week - last_week)), 0) as doubled_score
    from tested
)

select
    kinds.segment_kind,
    case when kinds.segment_kind = 'total' then 'all' else scored.customer_segment end as segment,
    scored.first_week,
    scored.last_week,
    count(*) as user_count,
    cast(sum(scored.active) as bigint) as active,
    cast(sum(scored.active * scored.active) as bigint) as active_active,
    cast(sum(scored.doubled_score) as bigint) / 2 as score,
    cast(sum(scored.doubled_score * scored.doubled_score) as bigint) / 4 as score_score
from scored
cross join (values ('total'), ('customer_segment')) as kinds (segment_kind)
group by all
