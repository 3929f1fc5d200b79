with named as (
    select
        release_tag,
        release_kind,
        deployed_on,
        named_metric,
        verdict
    from {{ ref('fct_releases') }}
    where named_metric is not null and deployed_on is not null
),

-- The finest clock at which a metric is published.
published as (
    select
        metric,
        case period_grain when 'day' then 1 when 'week' then 2 when 'month' then 3 else 4 end as grain_order,
        period_grain,
        period_on,
        cast(
            period_on + case period_grain
                when 'day' then interval 1 day
                when 'week' then interval 7 day
                when 'month' then interval 1 month
                else interval 3 month
            end as date
        ) as next_period_on,
        value
    from {{ ref('stg_semantic__metrics') }}
    where segment_kind = 'total' and is_complete and status = 'ok' and value is not null
    qualify grain_order = min(grain_order) over (partition by metric)
),

set_beside as (
    select
        named.release_tag,
        max(published.period_grain) as period_grain,
        max(case when published.next_period_on <= named.deployed_on then published.period_on end) as before_period_on,
        max_by(published.value, published.period_on) filter (where published.next_period_on <= named.deployed_on) as before_value,
        min(case when published.period_on > named.deployed_on then published.period_on end) as after_period_on,
        min_by(published.value, published.period_on) filter (where published.period_on > named.deployed_on) as after_value
    from named
    inner join published
        on named.named_metric = published.metric
    group by named.release_tag
)

select
    named.release_tag,
    named.release_kind,
    named.deployed_on,
    named.named_metric,
    set_beside.period_grain,
    set_beside.before_period_on,
    cast(set_beside.before_value as double) as before_value,
    set_beside.after_period_on,
    cast(set_beside.after_value as double) as after_value,
    cast(set_beside.after_value - set_beside.before_value as double) as change,
    named.verdict,
    case
        when set_beside.release_tag is null then 'not_published'
        when set_beside.before_value is null or set_beside.after_value is null then 'not_enough_data'
        else 'ok'
    end as status
from named
left join set_beside on named.release_tag = set_beside.release_tag
