-- Sums over the users of a cohort, and over their squares and products, for the interval of K: users are what varies independently.
with cohorts as (
    select
        cast(date_trunc('month', activated_on) as date) as period_on,
        count(*) as user_count
    from {{ ref('int_users__activated') }}
    where activated_on <= {{ as_of() }} and not is_excluded
    group by date_trunc('month', activated_on)
),

scoped as (
    select
        counted.period_on,
        counted.user_id,
        bases.basis,
        kinds.scope_kind,
        case kinds.scope_kind
            when 'total' then 'all'
            when 'loop_type' then counted.loop_type
            when 'programme' then counted.programme
            when 'channel' then counted.channel
        end as scope,
        sum(case when bases.basis = 'all' then counted.sent_gross_count else counted.sent_count end) as sent,
        sum(case when bases.basis = 'all' then counted.matured_gross_count else counted.matured_count end) as matured,
        sum(case when bases.basis = 'all' then counted.converted_gross_count else counted.converted_count end) as converted,
        flatten(list(counted.cycle_days)) as cycle_days
    from {{ ref('int_user_invitations__counted') }} as counted
    cross join (values ('all'), ('without_fraud')) as bases (basis)
    cross join (values ('total'), ('loop_type'), ('programme'), ('channel')) as kinds (scope_kind)
    group by counted.period_on, counted.user_id, bases.basis, kinds.scope_kind, scope
),

-- A cohort that sent nothing has a total of 0; a programme that nobody used that month has no row.
summed as (
    select
        period_on,
        basis,
        scope_kind,
        scope,
        count(*) filter (where sent > 0) as referring_user_count,
        sum(sent) as sent_count,
        sum(matured) as matured_count,
        sum(converted) as converted_count,
        sum(sent * sent) as sent_sent,
        sum(sent * matured) as sent_matured,
        sum(sent * converted) as sent_converted,
        sum(matured * matured) as matured_matured,
        sum(matured * converted) as matured_converted,
        sum(converted * converted) as converted_converted,
        list_aggregate(flatten(list(cycle_days)), 'median') as cycle_days,
        len(flatten(list(cycle_days))) as cycle_count
    from scoped
    group by period_on, basis, scope_kind, scope
    union all by name
    select
        cohorts.period_on,
        bases.basis,
        'total' as scope_kind,
        'all' as scope
    from cohorts
    cross join (values ('all'), ('without_fraud')) as bases (basis)
    where cohorts.period_on not in (select scoped.period_on from scoped)
)

select
    summed.period_on,
    summed.basis,
    summed.scope_kind,
    summed.scope,
    cohorts.user_count,
    cast(coalesce(summed.referring_user_count, 0) as bigint) as referring_user_count,
    cast(coalesce(summed.sent_count, 0) as bigint) as sent_count,
    cast(coalesce(summed.matured_count, 0) as bigint) as matured_count,
    cast(coalesce(summed.converted_count, 0) as bigint) as converted_count,
    cast(coalesce(summed.sent_sent, 0) as bigint) as sent_sent,
    cast(coalesce(summed.sent_matured, 0) as bigint) as sent_matured,
    cast(coalesce(summed.sent_converted, 0) as bigint) as sent_converted,
    cast(coalesce(summed.matured_matured, 0) as bigint) as matured_matured,
    cast(coalesce(summed.matured_converted, 0) as bigint) as matured_converted,
    cast(coalesce(summed.converted_converted, 0) as bigint) as converted_converted,
    cast(summed.cycle_days as double) as cycle_days,
    cast(coalesce(summed.cycle_count, 0) as bigint) as cycle_count
from summed
inner join cohorts
    on summed.period_on = cohorts.period_on
