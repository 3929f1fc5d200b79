-- What moved the revenue of the accounts that paid at both ends of a month: each item's change is given to one driver, its
-- discount's change to another.
with retained as (
    select
        periods.period_on,
        periods.opening_on,
        periods.closing_on,
        movements.account_id
    from {{ ref('int_mrr_movements__classified') }} as movements
    inner join {{ ref('int_periods__spined') }} as periods
        on movements.clock = periods.clock and movements.period_on = periods.period_on
    where movements.clock = 'month' and movements.retained_mrr > 0
),

items as (
    select * from {{ ref('int_subscription_items__valued') }}
    where is_counting and is_recurring
),

{% for end in ['opening', 'closing'] -%}
{{ end }}_items as (
    select
        retained.period_on,
        items.*
    from retained
    inner join items
        on
            retained.account_id = items.account_id
            and items.from_on <= retained.{{ end }}_on
            and retained.{{ end }}_on < items.to_on
),

{% endfor -%}
compared as (
    select
        period_on,
        account_id,
        case
            when opening.product_id is null then 'added_product'
            when closing.product_id is null then 'removed_product'
            when opening.currency != closing.currency then 'currency_or_other'
            when opening.product_id != closing.product_id then 'plan'
            when opening.price_id != closing.price_id then 'price'
            when opening.tier_number != closing.tier_number then 'usage_tier'
            else 'seats'
        end as driver,
        coalesce(closing.gross_mrr, 0) - coalesce(opening.gross_mrr, 0) as gross_change,
        coalesce(closing.mrr, 0) - coalesce(opening.mrr, 0) as net_change
    from opening_items as opening
    full outer join closing_items as closing using (period_on, account_id, subscription_item_id)
),

parts as (
    select
        period_on,
        account_id,
        driver,
        gross_change as change_mrr
    from compared
    union all
    select
        period_on,
        account_id,
        'discount' as driver,
        net_change - gross_change as change_mrr
    from compared
)

select
    period_on,
    account_id,
    driver,
    cast(sum(change_mrr) as decimal(18, 4)) as change_mrr
from parts
group by period_on, account_id, driver
having sum(change_mrr) != 0
