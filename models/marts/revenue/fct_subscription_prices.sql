with described as (
    select
        *,
        hash(price_id, quantity, status, is_counting, mrr, gross_mrr) as fingerprint
    from {{ ref('int_subscription_items__valued') }}
),

marked as (
    select
        *,
        coalesce(
            lag(fingerprint) over (partition by subscription_item_id order by from_on) != fingerprint
            or lag(to_on) over (partition by subscription_item_id order by from_on) != from_on,
            true
        ) as is_change
    from described
),

numbered as (
    select
        *,
        sum(cast(is_change as integer)) over (partition by subscription_item_id order by from_on) as state_number
    from marked
)

select
    subscription_item_id || '|' || cast(min(from_on) as varchar) as subscription_price_id,
    subscription_item_id,
    subscription_id,
    account_id,
    price_id,
    min(from_on) as valid_from_on,
    case when max(to_on) < date '9999-12-31' then cast(max(to_on) - 1 as date) end as valid_to_on,
    any_value(product_name) as product_name,
    any_value(kind) as kind,
    any_value(currency) as currency,
    any_value(billing_scheme) as billing_scheme,
    any_value(interval_unit) as interval_unit,
    any_value(interval_count) as interval_count,
    any_value(unit_amount) as unit_amount,
    quantity,
    status,
    is_counting,
    any_value(is_recurring) as is_licensed,
    any_value(gross_native_mrr) as gross_native_mrr,
    any_value(native_mrr) as native_mrr,
    gross_mrr,
    mrr
from numbered
group by subscription_item_id, subscription_id, account_id, price_id, quantity, status, is_counting, gross_mrr, mrr, state_number
