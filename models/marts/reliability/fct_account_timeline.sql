{{ config(tags=['event_scale']) }}
with events as (
    {%- for layer in ['system', 'product', 'operations'] %}
    {{ "union all" if not loop.first }}
    select
        event_id,
        account_id,
        occurred_at,
        '{{ layer }}' as layer,
        event_kind,
        subject_id,
        release_tag,
        detail
    from {{ ref('int_account_events__' ~ layer) }}
    {%- endfor %}
),

counted as (
    select *
    from events
    where account_id is null or account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
)

select
    counted.event_id as timeline_event_id,
    counted.account_id,
    counted.occurred_at,
    {{ local_date('counted.occurred_at') }} as occurred_on,
    counted.layer,
    counted.event_kind,
    counted.subject_id,
    coalesce(counted.release_tag, releases.release_tag) as release_tag,
    counted.release_tag is not null as is_release_given,
    counted.detail,
    1 as event_count,
    cast(counted.account_id is not null and coalesce(counted.release_tag, releases.release_tag) is not null as integer) as joined_event_count
from counted
asof left join {{ ref('int_releases__in_force') }} as releases
    on counted.occurred_at >= releases.from_at
