with states as (
    select * from {{ ref('int_subscriptions__dated') }}
),

lines as (
    select * from {{ ref('int_subscription_items__valued') }}
    where is_counting and is_recurring
),

accounts as (
    select * from {{ ref('int_accounts__dated') }}
),

bounds as (
    select account_id, unnest([from_on, to_on]) as bound_on from lines
    union
    select account_id, unnest([from_on, to_on]) as bound_on from states
    union
    select account_id, from_on as bound_on from accounts
    where account_id in (select account_id from states)
),

segments as (
    select
        account_id,
        bound_on as from_on,
        lead(bound_on, 1, date '9999-12-31') over (partition by account_id order by bound_on) as to_on
    from bounds
    qualify from_on <= {{ as_of() }} and from_on < to_on
),

in_force as (
    select
        segments.account_id,
        segments.from_on,
        lines.subscription_item_id,
        lines.product_name,
        lines.kind,
        lines.currency,
        lines.mrr,
        lines.gross_mrr,
        sum(lines.mrr) over (partition by segments.account_id, segments.from_on, lines.kind, lines.product_name) as product_mrr
    from segments
    inner join lines
        on
            segments.account_id = lines.account_id
            and lines.from_on <= segments.from_on
            and segments.from_on < lines.to_on
),

totals as (
    select
        account_id,
        from_on,
        sum(mrr) as mrr,
        sum(gross_mrr) as gross_mrr,
        first(product_name order by kind = 'plan' desc, product_mrr desc, product_name asc) as plan,
        first(currency order by mrr desc, subscription_item_id asc) as currency
    from in_force
    group by account_id, from_on
),

described as (
    select
        segments.account_id,
        segments.from_on,
        segments.to_on,
        coalesce(totals.mrr, 0) as mrr,
        coalesce(totals.gross_mrr, 0) as gross_mrr,
        totals.mrr = 0 as is_free,
        totals.plan,
        totals.currency,
        accounts.country,
        accounts.customer_segment
    from segments
    left join totals
        on segments.account_id = totals.account_id and segments.from_on = totals.from_on
    left join accounts
        on
            segments.account_id = accounts.account_id
            and accounts.from_on <= segments.from_on
            and segments.from_on < accounts.to_on
),

-- A day without revenue has the attributes of the last paid day; before the first one, its own.
remembered as (
    select
        *,
        coalesce(max(case when mrr > 0 then from_on end) over so_far, from_on) as described_on,
        max(case when mrr > 0 then to_on end) over so_far as paid_until_on,
        min(case when mrr > 0 then from_on end) over (partition by account_id) as first_paid_on
    from described
    window so_far as (partition by account_id order by from_on rows between unbounded preceding and current row)
),

-- Days on which a subscription left paid service because its payment had failed.
failures as (
    select distinct
        account_id,
        left_on
    from states
    where from_on = left_on and churn_reason = 'involuntary'
)

select
    remembered.account_id,
    remembered.from_on,
    remembered.to_on,
    cast(remembered.mrr as decimal(18, 4)) as mrr,
    cast(remembered.gross_mrr as decimal(18, 4)) as gross_mrr,
    coalesce(remembered.is_free, false) as is_free,
    coalesce(described.plan, 'unknown') as plan,
    coalesce(described.currency, 'unknown') as currency,
    coalesce(described.country, 'unknown') as country,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    remembered.first_paid_on,
    coalesce(strftime(remembered.first_paid_on, '%Y-%m'), 'none') as acquisition_month,
    case
        when remembered.mrr > 0 or remembered.paid_until_on is null then null
        when failures.left_on is not null then 'involuntary'
        else 'voluntary'
    end as churn_reason
from remembered
inner join described
    on remembered.account_id = described.account_id and remembered.described_on = described.from_on
left join failures
    on remembered.account_id = failures.account_id and remembered.paid_until_on = failures.left_on
