-- What excluded accounts and accounts that billing does not know used has a cost too: it stays in the whole, and is nobody's.
{{ config(tags=['event_scale']) }}
with known as (
    select distinct account_id from {{ ref('accounts') }}
)

select
    usage.billing_account_id,
    case when excluded.account_id is null then known.account_id end as account_id,
    usage.used_on,
    cast(date_trunc('month', usage.used_on) as date) as period_on,
    usage.driver,
    usage.unit,
    usage.quantity
from {{ ref('metered_usage') }} as usage
left join known
    on usage.billing_account_id = known.account_id
left join {{ ref('int_accounts__excluded') }} as excluded
    on usage.billing_account_id = excluded.account_id
where usage.quantity > 0 and usage.used_on <= {{ as_of() }}
