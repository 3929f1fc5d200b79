with dated as (
    select
        flag_id,
        kind,
        workflow,
        coalesce(is_core_workflow, false) as is_core_workflow,
        experiment_id,
        release_tag,
        nullif(trim(owner), '') as owner,
        created_at,
        {{ local_date('created_at') }} as created_on,
        {%- for stage in ['rolled_out', 'archived', 'last_evaluated'] %}
        case when {{ local_date(stage ~ '_at') }} <= {{ as_of() }} then {{ local_date(stage ~ '_at') }} end as {{ stage }}_on
            {{- "," if not loop.last }}
        {%- endfor %}
    from {{ ref('flags') }}
    where {{ local_date('created_at') }} <= {{ as_of() }}
),

-- Who saw a flag, as the account was on that day.
exposed as (
    select
        exposures.flag_id,
        count(distinct exposures.user_id) as exposed_user_count,
        count(distinct exposures.billing_account_id) as exposed_account_count,
        count(distinct exposures.variation) as variation_count,
        string_agg(distinct states.customer_segment, ' ' order by states.customer_segment) as exposed_segments,
        max({{ local_date('exposures.exposed_at') }}) as last_exposed_on
    from {{ ref('flag_exposures') }} as exposures
    left join {{ ref('int_accounts__dated') }} as states
        on
            exposures.billing_account_id = states.account_id
            and {{ local_date('exposures.exposed_at') }} >= states.from_on
            and {{ local_date('exposures.exposed_at') }} < states.to_on
    where
        {{ local_date('exposures.exposed_at') }} <= {{ as_of() }}
        and coalesce(exposures.billing_account_id not in (select account_id from {{ ref('int_accounts__excluded') }}), true)
    group by exposures.flag_id
),

aged as (
    select
        *,
        {{ as_of() }} - rolled_out_on as rolled_out_days,
        -- A flag that nobody ever read counts from its creation.
        {{ as_of() }} - coalesce(last_evaluated_on, created_on) as unread_days
    from dated
),

judged as (
    select
        *,
        archived_on is null
        and (
            coalesce(rolled_out_days > {{ threshold('flag_stale_days') }}, false)
            or unread_days > {{ threshold('flag_stale_days') }}
        ) as is_stale
    from aged
)

select
    judged.flag_id,
    judged.kind,
    judged.workflow,
    judged.is_core_workflow,
    judged.experiment_id,
    judged.release_tag,
    judged.owner,
    judged.created_on,
    judged.rolled_out_on,
    judged.archived_on,
    judged.last_evaluated_on,
    cast(coalesce(judged.archived_on, {{ as_of() }}) - judged.created_on as integer) as age_days,
    judged.is_stale,
    cast(
        case
            when judged.is_stale
                then greatest(coalesce(judged.rolled_out_days, 0), judged.unread_days) - {{ threshold('flag_stale_days') }}
            else 0
        end as integer
    ) as stale_days,
    judged.is_core_workflow and (judged.kind = 'experiment' or judged.experiment_id is not null) as is_core_experiment,
    cast(coalesce(exposed.exposed_user_count, 0) as integer) as exposed_user_count,
    cast(coalesce(exposed.exposed_account_count, 0) as integer) as exposed_account_count,
    cast(coalesce(exposed.variation_count, 0) as integer) as variation_count,
    exposed.exposed_segments,
    exposed.last_exposed_on,
    1 as flag_count,
    cast(judged.archived_on is null as integer) as live_count,
    cast(judged.is_stale as integer) as stale_count,
    cast(
        judged.archived_on is null and judged.is_core_workflow and (judged.kind = 'experiment' or judged.experiment_id is not null) as integer
    ) as core_experiment_count,
    cast(judged.archived_on is null and judged.owner is null as integer) as unowned_count
from judged
left join exposed on judged.flag_id = exposed.flag_id
