-- Deals as they stood on the run's day: one that closed later was open.
with closed as (
    select
        *,
        {{ local_date('created_at') }} as created_on,
        coalesce({{ local_date('closed_at') }} <= {{ as_of() }}, false) as is_closed
    from {{ ref('deals') }}
)

select
    deals.deal_id,
    deals.crm_company_id,
    companies.account_id,
    deals.owner_id,
    deals.deal_type,
    deals.lead_source,
    deals.currency,
    deals.amount as native_amount,
    deals.created_at,
    deals.created_on,
    case when deals.is_closed then deals.closed_at end as closed_at,
    case when deals.is_closed then {{ local_date('deals.closed_at') }} end as closed_on,
    deals.is_closed and coalesce(deals.is_won, false) as is_won,
    deals.is_closed and coalesce(deals.is_lost, false) as is_lost,
    case when deals.is_closed then deals.lost_reason end as lost_reason
from closed as deals
left join {{ ref('int_crm_companies__matched') }} as companies
    on deals.crm_company_id = companies.crm_company_id
where
    deals.created_on <= {{ as_of() }}
    and (
        companies.account_id is null
        or companies.account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
    )
