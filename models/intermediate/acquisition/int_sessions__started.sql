-- A plain table in portable SQL. An increment by day would have to know the page views of the day before, and those that a run of an
-- earlier day must not see.
{{ config(tags=['event_scale']) }}
with site_views as (
    select
        page_view_id,
        visitor_id,
        viewed_at,
        {{ local_date('viewed_at') }} as viewed_on,
        page_path,
        referrer_host,
        utm_source,
        utm_medium,
        utm_campaign,
        click_id_kind
    from {{ ref('page_views') }}
    where
        visitor_id is not null
        and page_host in (
            {%- for host in var('site_hosts', ['www.scalehouse.example']) -%}
            '{{ host }}'{{ ", " if not loop.last }}
            {%- endfor -%}
        )
),

followed as (
    select
        *,
        lag(viewed_at) over (partition by visitor_id order by viewed_at, page_view_id) as previous_viewed_at
    from site_views
    where viewed_on <= {{ as_of() }}
),

parted as (
    select
        *,
        case
            when
                previous_viewed_at is null
                or viewed_at >= {{ dbt.dateadd('minute', threshold('session_gap_minutes'), 'previous_viewed_at') }}
                then 1
            else 0
        end as start_count
    from followed
),

numbered as (
    select
        *,
        sum(start_count) over (
            partition by visitor_id order by viewed_at, page_view_id rows between unbounded preceding and current row
        ) as session_number
    from parted
),

counted as (
    select
        visitor_id,
        session_number,
        count(*) as page_view_count,
        max(viewed_at) as ended_at
    from numbered
    group by visitor_id, session_number
)

select
    firsts.page_view_id as session_id,
    firsts.visitor_id,
    firsts.viewed_at as started_at,
    firsts.viewed_on as started_on,
    counted.ended_at,
    cast(counted.session_number as integer) as session_number,
    cast(counted.page_view_count as integer) as page_view_count,
    firsts.page_path as landing_path,
    firsts.referrer_host,
    firsts.utm_source,
    firsts.utm_medium,
    firsts.utm_campaign,
    firsts.click_id_kind
from numbered as firsts
inner join counted
    on firsts.visitor_id = counted.visitor_id and firsts.session_number = counted.session_number
where firsts.start_count = 1
