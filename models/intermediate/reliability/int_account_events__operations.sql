{{ config(tags=['event_scale']) }}
-- A release reaches an account with its first event of the product while the release is in force; a deployment that names none brings none.
with reached as (
    select
        users.account_id,
        releases.deployment_id,
        releases.release_tag,
        min(events.occurred_at) as reached_at
    from {{ ref('product_events') }} as events
    inner join {{ ref('int_users__matched') }} as users
        on events.user_id = users.user_id
    asof inner join {{ ref('int_releases__in_force') }} as releases
        on events.occurred_at >= releases.from_at
    where users.account_id is not null and releases.release_tag is not null and {{ local_date('events.occurred_at') }} <= {{ as_of() }}
    group by users.account_id, releases.deployment_id, releases.release_tag
)

select
    concat_ws('|', 'release_reached', deployment_id, account_id) as event_id,
    account_id,
    reached_at as occurred_at,
    'release_reached' as event_kind,
    release_tag as subject_id,
    release_tag,
    'first use while the release was in force' as detail
from reached
union all
select
    'ticket|' || ticket_id as event_id,
    account_id,
    created_at as occurred_at,
    'ticket' as event_kind,
    ticket_id as subject_id,
    release_tag,
    concat_ws(' ', channel, coalesce(ticket_type, 'unclassified')) as detail
from {{ ref('int_tickets__resolved') }}
where not is_excluded
union all
select
    'manual_intervention|' || intervention_id as event_id,
    account_id,
    performed_at as occurred_at,
    'manual_intervention' as event_kind,
    intervention_id as subject_id,
    null as release_tag,
    concat_ws(' ', kind, minute_count, 'minutes') as detail
from {{ ref('int_interventions__counted') }}
union all
select
    'sop_run|' || sop_run_id as event_id,
    account_id,
    triggered_at as occurred_at,
    'sop_run' as event_kind,
    sop_run_id as subject_id,
    null as release_tag,
    coalesce(process, 'unknown process') as detail
from {{ ref('int_sop_runs__judged') }}
union all
select
    'limit_' || event_kind || '|' || limit_event_id as event_id,
    billing_account_id as account_id,
    occurred_at,
    'limit_' || event_kind as event_kind,
    limit_event_id as subject_id,
    null as release_tag,
    limit_name as detail
from {{ ref('limit_events') }}
where {{ local_date('occurred_at') }} <= {{ as_of() }}
