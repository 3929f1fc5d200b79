with happened as (
    {%- for stage in ['opened', 'decided', 'shipped', 'validated', 'learned'] %}
    select
        cast(date_trunc('month', {{ local_date(stage ~ '_at') }}) as date) as period_on,
        '{{ stage }}_count' as name,
        1 as amount
    from {{ ref('int_decisions__staged') }}
    where {{ stage }}_at is not null
    union all
    {%- endfor %}
    select
        cast(date_trunc('month', {{ local_date('decided_at') }}) as date) as period_on,
        'deciding_second_count' as name,
        date_diff('second', opened_at, decided_at) as amount
    from {{ ref('int_decisions__staged') }}
    where decided_at is not null
    union all
    select
        cast(date_trunc('month', releases.released_on) as date) as period_on,
        unnest(['sized_release_count', 'released_pull_request_count']) as name,
        unnest([1, sizes.pull_request_count]) as amount
    from {{ ref('int_releases__recorded') }} as releases
    inner join {{ ref('int_releases__sized') }} as sizes
        on releases.release_tag = sizes.release_tag
    where sizes.is_sized
    union all
    -- A note about the product that support opened for somebody: it came out of a ticket.
    select
        cast(date_trunc('month', submitted_on) as date) as period_on,
        'support_note_count' as name,
        1 as amount
    from {{ ref('int_feedback_items__voiced') }}
    where ticket_id is not null
    union all
    select
        cast(date_trunc('month', {{ local_date('closed_at') }}) as date) as period_on,
        'closed_item_count' as name,
        1 as amount
    from {{ ref('work_items') }}
    where {{ local_date('closed_at') }} <= {{ as_of() }}
)

select
    months.period_on,
    {%- for name in [
        'opened_count', 'decided_count', 'shipped_count', 'validated_count', 'learned_count', 'deciding_second_count',
        'sized_release_count', 'released_pull_request_count', 'support_note_count', 'closed_item_count'
    ] %}
    cast(coalesce(sum(case when happened.name = '{{ name }}' then happened.amount end), 0) as bigint) as {{ name }},
    {%- endfor %}
    months.is_complete
from {{ ref('int_periods__spined') }} as months
left join happened on months.period_on = happened.period_on
where months.clock = 'month' and exists (select 1 from {{ ref('int_decisions__staged') }})
group by months.period_on, months.is_complete
