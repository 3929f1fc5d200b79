with margins as (
    select
        quarters.period_on,
        sum(ratios.revenue_amount) as revenue_amount,
        sum(ratios.cost_of_revenue_amount) as cost_of_revenue_amount
    from {{ ref('int_periods__spined') }} as quarters
    inner join {{ ref('int_gross_margins__monthly') }} as ratios
        on ratios.period_on between quarters.period_ends_on - interval 12 month and quarters.period_ends_on
    where quarters.clock = 'quarter' and quarters.is_complete
    group by quarters.period_on
    having count(*) = 12 and sum(ratios.revenue_amount) > 0
),

newcomers as (
    select
        period_on,
        count(*) filter (where is_new) as new_customer_count,
        count(*) as customer_count,
        count(*) filter (where repeat_count > 0) as repeat_customer_count,
        sum(first_purchase_amount) filter (where is_new) as first_purchase_amount
    from {{ ref('int_customer_purchases__timed') }}
    group by period_on
),

predicted as (
    select
        newcomers.*,
        fits.bg_nbd_is_converged and fits.gamma_gamma_is_converged as is_converged,
        coalesce(nullif(fits.bg_nbd_reason, ''), fits.gamma_gamma_reason) as reason,
        fits.expected_repeat_purchases,
        fits.expected_purchase_value,
        cast(
            coalesce(newcomers.first_purchase_amount, 0)
            + newcomers.new_customer_count
            * cast(fits.expected_repeat_purchases * fits.expected_purchase_value as decimal(18, 4)) as decimal(18, 4)
        ) as lifetime_revenue_amount
    from newcomers
    inner join {{ ref('int_order_lifetimes__fitted') }} as fits on newcomers.period_on = cast(fits.period_on as date)
    where fits.bg_nbd_is_converged and fits.gamma_gamma_is_converged
)

select
    newcomers.period_on,
    newcomers.new_customer_count,
    newcomers.customer_count,
    newcomers.repeat_customer_count,
    predicted.expected_repeat_purchases,
    predicted.expected_purchase_value,
    predicted.lifetime_revenue_amount,
    {{ scale_amount(
        'predicted.lifetime_revenue_amount',
        '((margins.revenue_amount - margins.cost_of_revenue_amount) * 10000)',
        '(margins.revenue_amount * 10000)'
    ) }} as ltv_amount,
    case when predicted.lifetime_revenue_amount is not null and margins.revenue_amount is not null then newcomers.new_customer_count else 0 end
        as valued_customer_count,
    case
        when predicted.period_on is null then 'no_prediction'
        when margins.period_on is null then 'no_margin'
        else 'ok'
    end as status
from newcomers
left join predicted on newcomers.period_on = predicted.period_on
left join margins on newcomers.period_on = margins.period_on
