with came as (
    select
        process,
        triggered_on as day_on,
        count(*) as volume_in_count,
        sum(coalesce(expected_minutes, 0)) as demand_minute_count
    from {{ ref('int_sop_runs__judged') }}
    where process is not null
    group by process, triggered_on
),

went as (
    select
        process,
        done_on as day_on,
        count(*) as done_count
    from {{ ref('int_sop_runs__judged') }}
    where process is not null and done_on is not null
    group by process, done_on
),

worked as (
    select
        sops.process,
        interventions.performed_on as day_on,
        sum(interventions.minute_count) as manual_minute_count
    from {{ ref('int_interventions__counted') }} as interventions
    inner join {{ ref('sops') }} as sops
        on interventions.sop_id = sops.sop_id
    group by sops.process, interventions.performed_on
),

seen as (
    select process, day_on from came
    union all
    select process, day_on from worked
),

begun as (
    select
        process,
        min(day_on) as first_on
    from seen
    group by process
),

days as (
    select
        begun.process,
        periods.period_on as day_on,
        coalesce(came.volume_in_count, 0) as volume_in_count,
        coalesce(came.demand_minute_count, 0) as demand_minute_count,
        coalesce(went.done_count, 0) as done_count,
        coalesce(worked.manual_minute_count, 0) as manual_minute_count
    from begun
    inner join {{ ref('int_periods__spined') }} as periods
        on periods.clock = 'day' and begun.first_on <= periods.period_on
    left join came on begun.process = came.process and periods.period_on = came.day_on
    left join went on begun.process = went.process and periods.period_on = went.day_on
    left join worked on begun.process = worked.process and periods.period_on = worked.day_on
),

recent as (
    select
        days.process,
        days.day_on,
        sum(earlier.demand_minute_count) as recent_demand_minute_count
    from days
    inner join days as earlier
        on
            days.process = earlier.process
            and earlier.day_on between days.day_on - ({{ threshold('process_queue_days') }} - 1) and days.day_on
    group by days.process, days.day_on
),

summed as (
    select
        days.*,
        sum(days.volume_in_count - days.done_count) over (partition by days.process order by days.day_on) as queue_count,
        recent.recent_demand_minute_count
    from days
    inner join recent
        on days.process = recent.process and days.day_on = recent.day_on
),

capacities as (
    select
        process,
        weekly_minute_count,
        from_on,
        lead(from_on, 1, date '9999-12-31') over (partition by process order by from_on) as to_on
    from {{ ref('process_capacities') }}
    where company = '{{ var("company") }}'
),

judged as (
    select
        summed.*,
        capacities.process is not null as is_judged,
        cast(capacities.weekly_minute_count * {{ threshold('process_queue_days') }} / 7 as bigint) as recent_capacity_minute_count,
        -- Without a division, so that demand on the mark is on the mark.
        summed.recent_demand_minute_count * 7 > capacities.weekly_minute_count * {{ threshold('process_queue_days') }} as is_above_capacity
    from summed
    left join capacities
        on
            summed.process = capacities.process
            and capacities.from_on <= summed.day_on
            and summed.day_on < capacities.to_on
)

select
    concat_ws('|', process, day_on) as process_day_id,
    process,
    day_on,
    volume_in_count,
    done_count,
    cast(queue_count as bigint) as queue_count,
    cast(manual_minute_count as bigint) as manual_minute_count,
    cast(demand_minute_count as bigint) as demand_minute_count,
    cast(recent_demand_minute_count as bigint) as recent_demand_minute_count,
    recent_capacity_minute_count,
    is_above_capacity,
    cast(is_judged as integer) as judged_day_count,
    cast(coalesce(is_above_capacity, false) as integer) as above_capacity_day_count
from judged
