with months as (
    select
        slo_id,
        service,
        slo_name,
        cast(date_trunc('month', day_on) as date) as period_on,
        target_ratio,
        coalesce(sum(good_count) filter (where plan_group = 'paid'), 0) as paid_good_count,
        coalesce(sum(total_count) filter (where plan_group = 'paid'), 0) as paid_total_count,
        coalesce(sum(good_count) filter (where plan_group = 'free'), 0) as free_good_count,
        coalesce(sum(total_count) filter (where plan_group = 'free'), 0) as free_total_count
    from {{ ref('fct_slo_windows') }}
    group by slo_id, service, slo_name, date_trunc('month', day_on), target_ratio
)

select
    concat_ws('|', slo_id, period_on) as slo_month_id,
    slo_id,
    service,
    slo_name,
    period_on,
    target_ratio,
    cast(paid_good_count as bigint) as paid_good_count,
    cast(paid_total_count as bigint) as paid_total_count,
    cast(free_good_count as bigint) as free_good_count,
    cast(free_total_count as bigint) as free_total_count,
    paid_good_count / nullif(paid_total_count, 0) as paid_good_ratio,
    free_good_count / nullif(free_total_count, 0) as free_good_ratio,
    -- One division of whole numbers: a difference of two would leave a rest.
    (paid_good_count * free_total_count - free_good_count * paid_total_count) / nullif(paid_total_count * free_total_count, 0) as paid_gap_ratio,
    cast(paid_good_count as decimal(18, 0)) < target_ratio * cast(paid_total_count as decimal(18, 0)) as is_paid_below_target
from months
