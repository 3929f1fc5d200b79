with items as (
    select
        cluster_id,
        count(*) as item_count,
        count(distinct account_id) as account_count,
        sum(loop_closed_count) as loop_closed_count,
        {%- for voice in ['paying', 'free', 'churned', 'prospect', 'internal'] %}
        count(*) filter (where voice = '{{ voice }}') as {{ voice }}_count,
        {%- endfor %}
        sum(power_user_count) as power_user_count,
        min(submitted_on) as first_submitted_on,
        max(submitted_on) as last_submitted_on
    from {{ ref('fct_feedback_items') }}
    where cluster_id is not null
    group by cluster_id
),

-- An account that asks twice pays once.
revenues as (
    select
        cluster_id,
        sum(mrr_amount) as mrr_amount
    from (
        select
            cluster_id,
            account_id,
            max(mrr_amount) as mrr_amount
        from {{ ref('fct_feedback_items') }}
        where cluster_id is not null and account_id is not null
        group by cluster_id, account_id
    ) as accounts
    group by cluster_id
),

released as (
    select
        release_tag,
        min(published_at) as released_at
    from {{ ref('releases') }}
    where {{ local_date('published_at') }} <= {{ as_of() }}
    group by release_tag
),

announced as (
    select
        release_tag,
        min(published_at) as announced_at
    from {{ ref('changelog_entries') }}
    where {{ local_date('published_at') }} <= {{ as_of() }}
    group by release_tag
)

select
    clusters.cluster_id,
    clusters.cluster_name,
    clusters.decision_id,
    clusters.release_tag,
    {{ local_date('clusters.created_at') }} as created_on,
    released.released_at,
    announced.announced_at,
    coalesce(items.item_count, 0) as item_count,
    coalesce(items.account_count, 0) as account_count,
    {%- for voice in ['paying', 'free', 'churned', 'prospect', 'internal'] %}
    coalesce(items.{{ voice }}_count, 0) as {{ voice }}_count,
    {%- endfor %}
    cast(coalesce(items.power_user_count, 0) as bigint) as power_user_count,
    cast(coalesce(items.loop_closed_count, 0) as bigint) as loop_closed_count,
    cast(coalesce(revenues.mrr_amount, 0) as decimal(18, 4)) as mrr_amount,
    items.first_submitted_on,
    items.last_submitted_on,
    case
        when announced.announced_at is not null and items.loop_closed_count = items.item_count then 'told'
        when clusters.release_tag is not null then 'released'
        when clusters.decision_id is not null then 'decided'
        else 'open'
    end as stage
from {{ ref('feedback_clusters') }} as clusters
left join items
    on clusters.cluster_id = items.cluster_id
left join revenues
    on clusters.cluster_id = revenues.cluster_id
left join released
    on clusters.release_tag = released.release_tag
left join announced
    on clusters.release_tag = announced.release_tag
where {{ local_date('clusters.created_at') }} <= {{ as_of() }}
