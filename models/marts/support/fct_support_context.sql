with exposed as (
    select
        flags.release_tag,
        count(distinct known.account_id) as exposed_account_count,
        count(distinct accounts.plan) as exposed_plan_count
    from {{ ref('flag_exposures') }} as exposures
    inner join {{ ref('flags') }} as flags
        on exposures.flag_id = flags.flag_id
    inner join {{ ref('int_accounts__known') }} as known
        on exposures.billing_account_id = known.account_id
    left join {{ ref('int_accounts__described') }} as accounts
        on
            known.account_id = accounts.account_id
            and accounts.from_on <= {{ local_date('exposures.exposed_at') }}
            and {{ local_date('exposures.exposed_at') }} < accounts.to_on
    where
        flags.release_tag is not null
        and not known.is_excluded
        and {{ local_date('exposures.exposed_at') }} <= {{ as_of() }}
    group by flags.release_tag
),

ringed as (
    select
        release_tag,
        bool_or(ring = 'beta') as has_beta_ring,
        bool_or(ring = 'plan_based') as has_plan_ring
    from {{ ref('release_rollouts') }}
    where {{ local_date('started_at') }} <= {{ as_of() }}
    group by release_tag
),

bugs as (
    select
        release_tag,
        count(*) as known_bug_count,
        count(*) filter (where closed_at is null or {{ local_date('closed_at') }} > {{ as_of() }}) as open_bug_count
    from {{ ref('work_items') }}
    where kind = 'bug' and release_tag is not null and {{ local_date('opened_at') }} <= {{ as_of() }}
    group by release_tag
),

answered as (
    select
        releases.release_tag,
        min(releases.published_at) as released_at,
        coalesce(bool_or(records.unit_behaviour is not null), false) as knows_release,
        coalesce(bool_or(ringed.has_beta_ring or exposed.exposed_account_count > 0), false) as knows_beta_accounts,
        coalesce(bool_or(ringed.has_plan_ring or exposed.exposed_plan_count > 0), false) as knows_plans,
        coalesce(bool_or(records.unit_break is not null or bugs.known_bug_count > 0), false) as knows_bugs,
        coalesce(bool_or(records.ship_support is not null or records.rollback_macros is not null), false) as knows_workarounds,
        coalesce(max(exposed.exposed_account_count), 0) as exposed_account_count,
        coalesce(max(bugs.known_bug_count), 0) as known_bug_count,
        coalesce(max(bugs.open_bug_count), 0) as open_bug_count
    from {{ ref('releases') }} as releases
    left join {{ ref('release_records') }} as records
        on releases.release_tag = records.release_tag
    left join ringed
        on releases.release_tag = ringed.release_tag
    left join exposed
        on releases.release_tag = exposed.release_tag
    left join bugs
        on releases.release_tag = bugs.release_tag
    where not releases.is_prerelease and {{ local_date('releases.published_at') }} <= {{ as_of() }}
    group by releases.release_tag
),

asked as (
    select
        release_tag,
        count(*) as ticket_count
    from {{ ref('fct_tickets') }}
    where release_tag is not null
    group by release_tag
)

select
    answered.release_tag,
    answered.released_at,
    {{ local_date('answered.released_at') }} as released_on,
    answered.knows_release,
    answered.knows_beta_accounts,
    answered.knows_plans,
    answered.knows_bugs,
    answered.knows_workarounds,
    {%- set answers = ['knows_release', 'knows_beta_accounts', 'knows_plans', 'knows_bugs', 'knows_workarounds'] %}
    {%- for answer in answers %}
    {{ '+ ' if not loop.first }}cast(answered.{{ answer }} as integer){{ ' as answer_count,' if loop.last }}
    {%- endfor %}
    1 as release_count,
    cast(
        {%- for answer in answers %}
        {{ 'and ' if not loop.first }}answered.{{ answer }}
        {%- endfor %}
        as integer
    ) as ready_count,
    answered.exposed_account_count,
    answered.known_bug_count,
    answered.open_bug_count,
    coalesce(asked.ticket_count, 0) as ticket_count
from answered
left join asked
    on answered.release_tag = asked.release_tag
