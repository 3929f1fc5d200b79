-- The company's primary model turned into amounts: what of each new account is whose.
with valued as (
    select
        conversions.*,
        receipts.receipt_amount,
        receipts.window_ends_on > {{ as_of() }} as is_open,
        case
            -- Without a margin, or with one below zero, nothing pays anything back.
            when margins.revenue_amount > margins.cost_of_revenue_amount and margins.revenue_amount > 0
                then {{ scale_amount(
                    'conversions.mrr',
                    'cast(margins.revenue_amount - margins.cost_of_revenue_amount as decimal(38, 4)) * 10000',
                    'cast(margins.revenue_amount as decimal(38, 4)) * 10000'
                ) }}
            else 0
        end as margin_amount
    from {{ ref('int_accounts__converted') }} as conversions
    inner join {{ ref('int_account_receipts__windowed') }} as receipts on conversions.account_id = receipts.account_id
    left join {{ ref('int_gross_margins__monthly') }} as margins on conversions.acquired_month = margins.period_on
)

select
    touches.touch_id,
    valued.account_id,
    valued.acquired_on,
    valued.acquired_month,
    touches.channel,
    coalesce(touches.campaign_id, 'none') as campaign_id,
    coalesce(channels.is_paid, false) as is_paid_channel,
    valued.customer_segment,
    valued.country,
    touches.weight,
    case when valued.is_open then touches.weight else 0 end as open_weight,
    cast({{ split_amount('valued.mrr', 'touches.weight_before', 'touches.weight') }} as decimal(18, 4)) as new_mrr,
    cast({{ split_amount('valued.margin_amount', 'touches.weight_before', 'touches.weight') }} as decimal(18, 4)) as margin_amount,
    cast({{ split_amount('valued.receipt_amount', 'touches.weight_before', 'touches.weight') }} as decimal(18, 4)) as receipt_amount
from valued
inner join {{ ref('int_touches__weighted') }} as touches
    on valued.account_id = touches.account_id and touches.attribution_model = '{{ var("attribution_model", "last_non_direct") }}'
left join {{ ref('channels') }} as channels on touches.channel = channels.channel
where touches.weight > 0
