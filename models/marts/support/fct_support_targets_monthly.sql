with counted as (
    select
        cast(date_trunc('month', counted_on) as date) as period_on,
        target,
        judged_count,
        met_count,
        waiting_count
    from {{ ref('fct_ticket_targets') }}
),

summed as (
    select
        period_on,
        target,
        sum(judged_count) as judged_count,
        sum(met_count) as met_count,
        sum(waiting_count) as waiting_count
    from counted
    group by period_on, target
)

select
    summed.target || '|' || cast(summed.period_on as varchar) as target_month_id,
    summed.period_on,
    summed.target,
    targets.channel,
    targets.tier,
    targets.measure,
    targets.clock,
    cast(targets.target_minutes as bigint) as target_minutes,
    cast(summed.judged_count as bigint) as judged_count,
    cast(summed.met_count as bigint) as met_count,
    summed.met_count / nullif(summed.judged_count, 0) as met_ratio,
    cast(targets.required_ratio as double) as required_ratio,
    last_day(summed.period_on) <= {{ as_of() }} and summed.waiting_count = 0 as is_complete,
    case
        when summed.judged_count < {{ threshold('minimum_sample_size') }} then 'not_enough_data'
        when summed.met_count >= targets.required_ratio * summed.judged_count then 'met'
        else 'missed'
    end as verdict
from summed
inner join {{ ref('support_targets') }} as targets
    on summed.target = targets.target and targets.company = '{{ var("company") }}'
