with months as (
    select
        cast(date_trunc('month', finished_on) as date) as period_on,
        account_id,
        job_name,
        count(*) as run_count,
        count(*) filter (where is_failed) as failed_count,
        count(*) filter (where is_retry) as retry_count
    from {{ ref('int_job_runs__judged') }}
    where finished_on is not null
    group by date_trunc('month', finished_on), account_id, job_name
)

select
    concat_ws('|', months.period_on, coalesce(months.account_id, 'none'), months.job_name) as job_month_id,
    months.period_on,
    months.account_id,
    months.job_name,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    coalesce(described.plan, 'none') as plan,
    months.run_count,
    months.failed_count,
    months.retry_count
from months
left join {{ ref('int_account_months__segmented') }} as described
    on months.account_id = described.account_id and months.period_on = described.period_on
