-- Week 0 is the release's own window, weeks 1 to 4 the same hours before it: each begins at the same local time of the same weekday and
-- lasts as long, so that a change of the clocks neither shifts nor stretches one of them.
with begun as (
    select
        releases.release_tag,
        weeks.week_number,
        timezone('{{ var("time_zone") }}', timezone('UTC', releases.deployed_at)) - to_days(7 * weeks.week_number) as begins_at_local
    from {{ ref('int_releases__recorded') }} as releases
    cross join (values (0), (1), (2), (3), (4)) as weeks (week_number)
    where releases.deployed_at is not null
)

select
    begun.release_tag,
    windows.window_hours,
    begun.week_number,
    timezone('UTC', timezone('{{ var("time_zone") }}', begun.begins_at_local)) as starts_at,
    timezone('UTC', timezone('{{ var("time_zone") }}', begun.begins_at_local)) + to_hours(windows.window_hours) as ends_at
from begun
cross join (values (24), (72)) as windows (window_hours)
