with trials as (
    select
        subscription_id,
        account_id,
        {{ local_date('trial_started_at') }} as started_on,
        {{ local_date('trial_ended_at') }} as ended_on,
        {{ local_date('trial_ended_at') }} + (
            select cast(value as integer) from {{ ref('thresholds') }} where name = 'trial_conversion_window_days'
        ) as window_ends_on
    from {{ ref('subscriptions') }}
    where
        {{ local_date('trial_started_at') }} <= {{ as_of() }}
        and account_id not in (select account_id from {{ ref('int_accounts__excluded') }})
),

items as (
    select * from {{ ref('int_subscription_items__valued') }}
),

paid as (
    select
        subscription_id,
        min(from_on) as first_paid_on
    from items
    where mrr > 0
    group by subscription_id
),

tried as (
    select
        trials.subscription_id,
        first(items.product_name order by items.kind = 'plan' desc, items.from_on asc, items.product_name asc) as plan,
        first(items.currency order by items.from_on, items.subscription_item_id) as currency
    from trials
    inner join items
        on trials.subscription_id = items.subscription_id
    group by trials.subscription_id
)

select
    trials.subscription_id,
    trials.account_id,
    trials.started_on,
    trials.ended_on,
    paid.first_paid_on,
    coalesce(tried.plan, 'unknown') as plan,
    coalesce(accounts.country, 'unknown') as country,
    coalesce(tried.currency, 'unknown') as currency,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.acquisition_month, 'none') as acquisition_month,
    1 as trial_count,
    cast(coalesce(paid.first_paid_on <= trials.window_ends_on, false) as integer) as converted_trial_count,
    coalesce(paid.first_paid_on <= trials.window_ends_on, false) as is_converted,
    trials.window_ends_on <= {{ as_of() }} as is_mature
from trials
left join paid
    on trials.subscription_id = paid.subscription_id
left join tried
    on trials.subscription_id = tried.subscription_id
left join {{ ref('int_account_mrr__dated') }} as accounts
    on
        trials.account_id = accounts.account_id
        and accounts.from_on <= trials.started_on
        and trials.started_on < accounts.to_on
