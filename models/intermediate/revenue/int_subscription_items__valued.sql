-- The house's reading: recurring discounts reduce, and what is on hold makes nothing.
with monthly as (
    select
        * exclude (discounts_counted, is_contested, is_cancelling, gross_native_mrr, native_mrr),
        case when is_counting then gross_native_mrr else 0 end as gross_native_mrr,
        case when is_counting then native_mrr else 0 end as native_mrr
    from {{ ref('int_subscription_items__priced') }}
    where discounts_counted = 'recurring'
)
