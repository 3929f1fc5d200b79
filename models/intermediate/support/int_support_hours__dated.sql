with versions as (
    select
        schedule_id,
        valid_from_on,
        lead(valid_from_on, 1, date '9999-12-31') over (partition by schedule_id order by valid_from_on) as valid_to_on
    from (select distinct schedule_id, valid_from_on from {{ ref('support_schedules') }}) as stated
),

-- A day more on either side: the schedule's day may be a neighbour of the company's.
spanned as (
    select unnest(generate_series(
        (select min({{ local_date('created_at') }}) - 1 from {{ ref('tickets') }}),
        {{ as_of() }} + 1,
        interval 1 day
    )) as day_at
),

opened as (
    select
        hours.schedule_id,
        hours.time_zone,
        hours.opens_minute,
        hours.closes_minute,
        cast(spanned.day_at as date) as day_on
    from {{ ref('support_schedules') }} as hours
    inner join versions
        on hours.schedule_id = versions.schedule_id and hours.valid_from_on = versions.valid_from_on
    inner join spanned
        on
            isodow(spanned.day_at) = hours.weekday
            and spanned.day_at >= versions.valid_from_on
            and spanned.day_at < versions.valid_to_on
)

select
    opened.schedule_id,
    opened.day_on,
    timezone('UTC', timezone(opened.time_zone, opened.day_on + to_minutes(opened.opens_minute))) as opens_at,
    timezone('UTC', timezone(opened.time_zone, opened.day_on + to_minutes(opened.closes_minute))) as closes_at
from opened
left join {{ ref('support_holidays') }} as holidays
    on
        opened.day_on = holidays.holiday_on
        and holidays.company = '{{ var("company") }}'
        and opened.schedule_id = coalesce(holidays.schedule_id, opened.schedule_id)
where holidays.holiday_on is null
