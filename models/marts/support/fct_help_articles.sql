with viewed as (
    select
        views.help_event_id,
        views.article_id,
        views.user_id,
        views.occurred_at,
        views.occurred_at + to_hours({{ threshold('support_deflection_hours') }}) as judged_at
    from {{ ref('help_events') }} as views
    left join {{ ref('int_users__matched') }} as users
        on views.user_id = users.user_id
    where
        views.help_kind = 'article_view'
        and not coalesce(users.is_excluded, false)
        and {{ local_date('views.occurred_at') }} <= {{ as_of() }}
        and {{ local_date('views.occurred_at') }} > {{ as_of() }} - {{ threshold('support_article_window_days') }}
),

followed as (
    select distinct viewed.help_event_id
    from viewed
    inner join {{ ref('int_tickets__attributed') }} as tickets
        on
            viewed.user_id = tickets.user_id
            and viewed.occurred_at <= tickets.created_at
            and tickets.created_at < viewed.judged_at
),

counted as (
    select
        viewed.article_id,
        count(*) as view_count,
        count(distinct viewed.user_id) as viewer_count,
        count(*) filter (where viewed.user_id is not null and viewed.judged_at <= {{ end_of_day(as_of()) }}) as judged_view_count,
        count(*) filter (where followed.help_event_id is not null and viewed.judged_at <= {{ end_of_day(as_of()) }}) as followed_view_count
    from viewed
    left join followed
        on viewed.help_event_id = followed.help_event_id
    group by viewed.article_id
)

select
    articles.article_id,
    articles.workflow,
    {{ local_date('articles.published_at') }} as published_on,
    articles.caveat_count,
    articles.caveat_count >= {{ threshold('support_fragile_caveats') }} as is_fragile,
    coalesce(counted.view_count, 0) as view_count,
    coalesce(counted.viewer_count, 0) as viewer_count,
    coalesce(counted.judged_view_count, 0) as judged_view_count,
    coalesce(counted.followed_view_count, 0) as followed_view_count,
    counted.followed_view_count / nullif(counted.judged_view_count, 0) as followed_ratio
from {{ ref('help_articles') }} as articles
left join counted
    on articles.article_id = counted.article_id
where {{ local_date('articles.published_at') }} <= {{ as_of() }}
