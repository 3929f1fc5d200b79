with episodes as (
    select
        account_id,
        limit_name,
        min(case when event_kind = 'warned' then occurred_at end) as first_warned_at,
        min(case when event_kind in ('reached', 'overage_billed') then occurred_at end) as first_hit_at,
        min_by(plan, occurred_at) as plan,
        min_by(customer_segment, occurred_at) as customer_segment,
        sum(warning_count) as warning_count,
        sum(overage_count) as overage_count,
        sum(surprise_count) as surprise_count,
        sum(overage_amount) as overage_amount
    from {{ ref('fct_limit_events') }}
    group by account_id, limit_name
)

select
    account_id || '|' || limit_name as account_limit_id,
    account_id,
    limit_name,
    plan,
    customer_segment,
    first_warned_at,
    first_hit_at,
    {{ local_date('first_hit_at') }} as first_hit_on,
    cast(case when first_warned_at < first_hit_at then date_sub('day', first_warned_at, first_hit_at) end as integer) as warning_days,
    case
        when first_hit_at is null then 'not_reached'
        when surprise_count > 0 then 'surprise'
        when first_warned_at < first_hit_at then 'warned'
        else 'not_warned'
    end as outcome,
    cast(warning_count as integer) as warning_count,
    cast(overage_count as integer) as overage_count,
    cast(surprise_count as integer) as surprise_count,
    cast(overage_amount as decimal(18, 4)) as overage_amount,
    cast(first_hit_at is not null as integer) as hit_count,
    cast(coalesce(first_warned_at < first_hit_at, false) as integer) as warned_hit_count
from episodes
