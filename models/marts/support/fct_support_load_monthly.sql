with months as (
    select
        loads.period_on,
        kinds.segment_kind,
        case when kinds.segment_kind = 'plan' then loads.plan else loads.customer_segment end as segment,
        loads.is_complete,
        sum(loads.ticket_count) as ticket_count,
        sum(loads.active_account_count) as active_account_count,
        sum(loads.mrr_amount) as mrr_amount
    from {{ ref('fct_account_support_monthly') }} as loads
    cross join (values ('customer_segment'), ('plan')) as kinds (segment_kind)
    group by all
),

shared as (
    select
        *,
        sum(ticket_count) over (partition by period_on, segment_kind) as all_ticket_count,
        sum(mrr_amount) over (partition by period_on, segment_kind) as all_mrr_amount
    from months
)

select
    segment_kind || '|' || segment || '|' || cast(period_on as varchar) as load_id,
    period_on,
    segment_kind,
    segment,
    cast(ticket_count as bigint) as ticket_count,
    cast(active_account_count as bigint) as active_account_count,
    cast(mrr_amount as decimal(18, 4)) as mrr_amount,
    ticket_count / nullif(all_ticket_count, 0) as ticket_ratio,
    mrr_amount / nullif(all_mrr_amount, 0) as mrr_ratio,
    ticket_count / nullif(all_ticket_count, 0) - mrr_amount / nullif(all_mrr_amount, 0) as excess_ratio,
    is_complete,
    case
        when all_ticket_count < {{ threshold('minimum_sample_size') }} or all_mrr_amount = 0 then 'not_enough_data'
        -- More than its revenue's share and more than half of all: the segment, not the product, makes the load.
        when 2 * ticket_count > all_ticket_count and ticket_count * all_mrr_amount > mrr_amount * all_ticket_count then 'concentrated'
        else 'spread'
    end as verdict
from shared
