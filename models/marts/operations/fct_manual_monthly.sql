{%- set back = threshold('operations_elasticity_months') %}
-- From the first month of work on: a month before anybody wrote it down is not one without work.
with months as (
    select
        periods.period_on,
        periods.is_complete,
        row_number() over (order by periods.period_on) as month_number,
        coalesce(sum(accounts.intervention_count), 0) as intervention_count,
        coalesce(sum(accounts.minute_count), 0) as minute_count,
        coalesce(sum(accounts.worked_account_count), 0) as worked_account_count,
        coalesce(sum(accounts.active_account_count), 0) as active_account_count
    from {{ ref('int_periods__spined') }} as periods
    left join {{ ref('fct_account_manual_monthly') }} as accounts
        on periods.period_on = accounts.period_on
    where
        periods.clock = 'month'
        and periods.period_on >= (select min(counted.period_on) from {{ ref('int_interventions__counted') }} as counted)
    group by periods.period_on, periods.is_complete
),

compared as (
    select
        months.period_on,
        sum(earlier.minute_count) as before_minute_count,
        sum(earlier.active_account_count) as before_account_count
    from months
    inner join months as earlier
        on earlier.month_number between months.month_number - {{ back }} and months.month_number - 1
    group by months.period_on
    having count(*) = {{ back }}
),

changed as (
    select
        months.*,
        compared.before_minute_count,
        compared.before_account_count,
        -- Both changes times the sum of the months before, so that they are whole numbers.
        months.minute_count * {{ back }} - compared.before_minute_count as minute_change,
        months.active_account_count * {{ back }} - compared.before_account_count as account_change
    from months
    left join compared
        on months.period_on = compared.period_on
),

elastic as (
    select
        *,
        case
            when
                is_complete
                and before_minute_count > 0
                and before_account_count > 0
                and account_change <> 0
                and abs(account_change) >= {{ threshold('operations_elasticity_minimum_change', 'decimal(9, 4)') }} * before_account_count
                then (minute_change * before_account_count) / (before_minute_count * account_change)
        end as minute_elasticity_ratio
    from changed
),

counted as (
    select
        *,
        -- Work that falls faster than a shrinking number of accounts is elastic too, and hides no labour.
        account_change > 0 and minute_elasticity_ratio >= {{ threshold('hidden_labour_elasticity', 'decimal(9, 4)') }} as is_elastic
    from elastic
)

select
    period_on,
    is_complete,
    cast(intervention_count as bigint) as intervention_count,
    cast(minute_count as bigint) as minute_count,
    cast(worked_account_count as bigint) as worked_account_count,
    cast(active_account_count as bigint) as active_account_count,
    minute_change / nullif(before_minute_count, 0) as minute_change_ratio,
    account_change / nullif(before_account_count, 0) as account_change_ratio,
    cast(minute_elasticity_ratio as double) as minute_elasticity_ratio,
    -- Months in a row, this one the last of them.
    cast(month_number - coalesce(
        max(month_number) filter (where not coalesce(is_elastic, false)) over (order by month_number), 0
    ) as integer) as elastic_month_count
from counted
