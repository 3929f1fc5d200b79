with months as (
    select
        cast(date_trunc('month', {{ local_date('attempted_at') }}) as date) as period_on,
        billing_account_id as account_id,
        count(*) as attempt_count,
        count(*) filter (where attempt_number > 1) as retry_count
    from {{ ref('webhook_attempts') }}
    where
        {{ local_date('attempted_at') }} <= {{ as_of() }}
        and (
            billing_account_id is null
            or billing_account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
        )
    group by period_on, billing_account_id
)

select
    concat_ws('|', months.period_on, coalesce(months.account_id, 'none')) as webhook_month_id,
    months.period_on,
    months.account_id,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    coalesce(described.plan, 'none') as plan,
    months.attempt_count,
    months.retry_count
from months
left join {{ ref('int_account_months__segmented') }} as described
    on months.account_id = described.account_id and months.period_on = described.period_on
