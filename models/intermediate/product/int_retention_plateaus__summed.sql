-- Sums over users whose tested weeks are all over, for the plateau's interval: users are what varies independently.
with tested as (
    select
        users.user_id,
        coalesce(accounts.customer_segment, 'unknown') as customer_segment,
        list_filter(
            users.active_weeks,
            week -> week between {{ threshold('retention_plateau_first_week') }} and {{ threshold('retention_plateau_last_week') }}
        ) as weeks
    from {{ ref('int_user_weeks__retained') }} as users
    left join {{ ref('int_accounts__dated') }} as accounts
        on
            users.account_id = accounts.account_id
            and accounts.from_on <= {{ as_of() }}
            and {{ as_of() }} < accounts.to_on
    where
        users.last_complete_week >= {{ threshold('retention_plateau_last_week') }}
        and users.signed_up_on > cast({{ dbt.dateadd('month', '-' ~ threshold('pmf_evidence_months'), as_of()) }} as date)
),

scored as (
    select
        user_id,
        customer_segment,
        len(weeks) as active,
        -- Twice the distance to the middle week is a whole number.
        coalesce(list_sum(list_transform(
            weeks,
            week -> 2 * week - {{ threshold('retention_plateau_first_week') }} - {{ threshold('retention_plateau_last_week') }}
        )), 0) as doubled_score
    from tested
)

select
    kinds.segment_kind,
    case when kinds.segment_kind = 'total' then 'all' else scored.customer_segment end as segment,
    {{ threshold('retention_plateau_first_week') }} as first_week,
    {{ threshold('retention_plateau_last_week') }} as last_week,
    count(*) as user_count,
    cast(sum(scored.active) as bigint) as active,
    cast(sum(scored.active * scored.active) as bigint) as active_active,
    sum(scored.doubled_score) / 2 as score,
    sum(scored.doubled_score * scored.doubled_score) / 4 as score_score
from scored
cross join (values ('total'), ('customer_segment')) as kinds (segment_kind)
group by kinds.segment_kind, case when kinds.segment_kind = 'total' then 'all' else scored.customer_segment end
