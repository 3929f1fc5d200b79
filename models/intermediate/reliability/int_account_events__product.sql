{{ config(tags=['event_scale']) }}
with acts as (
    select
        users.account_id,
        events.occurred_at,
        events.event_name,
        events.user_id
    from {{ ref('product_events') }} as events
    inner join {{ ref('core_actions') }} as core
        on events.event_name = core.event_name and core.company = '{{ var("company") }}'
    inner join {{ ref('int_users__matched') }} as users
        on events.user_id = users.user_id
    where users.account_id is not null and {{ local_date('events.occurred_at') }} <= {{ as_of() }}
),

ends as (
    select
        account_id,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at
    from acts
    group by account_id
)

select
    'sign_up|' || user_id as event_id,
    account_id,
    signed_up_at as occurred_at,
    'sign_up' as event_kind,
    user_id as subject_id,
    null as release_tag,
    'user signed up' as detail
from {{ ref('int_users__matched') }}
union all
select
    'activation|' || user_id as event_id,
    account_id,
    activated_at as occurred_at,
    'activation' as event_kind,
    user_id as subject_id,
    null as release_tag,
    'user reached the first outcome' as detail
from {{ ref('int_users__activated') }}
where activated_at is not null
union all
select
    'core_action_first|' || account_id as event_id,
    account_id,
    first_at as occurred_at,
    'core_action_first' as event_kind,
    account_id as subject_id,
    null as release_tag,
    'first core action of the account' as detail
from ends
union all
select
    'core_action_last|' || account_id as event_id,
    account_id,
    last_at as occurred_at,
    'core_action_last' as event_kind,
    account_id as subject_id,
    null as release_tag,
    'last core action of the account so far' as detail
from ends
union all
select
    'flag_exposure|' || exposures.exposure_id as event_id,
    coalesce(exposures.billing_account_id, users.account_id) as account_id,
    exposures.exposed_at as occurred_at,
    'flag_exposure' as event_kind,
    exposures.flag_id as subject_id,
    flags.release_tag,
    'variation ' || exposures.variation as detail
from {{ ref('flag_exposures') }} as exposures
left join {{ ref('int_users__matched') }} as users
    on exposures.user_id = users.user_id
left join {{ ref('flags') }} as flags
    on exposures.flag_id = flags.flag_id
where {{ local_date('exposures.exposed_at') }} <= {{ as_of() }}
