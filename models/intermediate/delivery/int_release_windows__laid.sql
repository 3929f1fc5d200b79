-- Week 0 is the release's own window, weeks 1 to 4 the same hours before it: each begins at the same local time of the same weekday and
-- lasts as long, so that a change of the clocks neither shifts nor stretches one of them.
select
    releases.release_tag,
    windows.window_hours,
    weeks.week_number,
    timezone('UTC', timezone('{{ var("time_zone") }}', begins.local_at)) as starts_at,
    timezone('UTC', timezone('{{ var("time_zone") }}', begins.local_at)) + to_hours(windows.window_hours) as ends_at
from {{ ref('int_releases__recorded') }} as releases
cross join (values (24), (72)) as windows (window_hours)
cross join (values (0), (1), (2), (3), (4)) as weeks (week_number)
cross join lateral (
    select
        timezone('{{ var("time_zone") }}', timezone('UTC', releases.deployed_at)) - to_days(7 * weeks.week_number) as local_at
) as begins
where releases.deployed_at is not null
