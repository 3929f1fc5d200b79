with excepted as (
    select distinct
        exceptions.account_id,
        periods.period_on
    from {{ ref('fct_packaging_exceptions') }} as exceptions
    inner join {{ ref('int_periods__spined') }} as periods
        on
            periods.clock = 'month'
            and exceptions.approved_on <= periods.closing_on
            and periods.closing_on <= coalesce(exceptions.ends_on, date '9999-12-31')
    where exceptions.account_id is not null
)

select
    described.account_id || '|' || cast(described.period_on as varchar) as account_month_id,
    described.account_id,
    described.period_on,
    described.plan,
    described.customer_segment,
    described.country,
    cast(1 as integer) as packaged_account_count,
    cast(excepted.account_id is not null as integer) as excepted_account_count,
    described.is_complete
from {{ ref('int_account_months__segmented') }} as described
left join excepted
    on described.account_id = excepted.account_id and described.period_on = excepted.period_on
where described.mrr > 0
