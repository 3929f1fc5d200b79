with items as (
    select
        cast(date_trunc('month', submitted_on) as date) as period_on,
        voice,
        account_id,
        count(*) as item_count,
        max(mrr_amount) as mrr_amount
    from {{ ref('fct_feedback_items') }}
    group by all
),

voiced as (
    select
        period_on,
        voice,
        sum(item_count) as item_count,
        count(account_id) as account_count,
        -- An account that says two things in a month pays once.
        sum(case when account_id is not null then mrr_amount else 0 end) as mrr_amount
    from items
    group by period_on, voice
)

select
    voice || '|' || cast(period_on as varchar) as voice_month_id,
    period_on,
    voice,
    cast(item_count as bigint) as item_count,
    account_count,
    cast(mrr_amount as decimal(18, 4)) as mrr_amount,
    item_count / sum(item_count) over (partition by period_on) as item_ratio,
    mrr_amount / nullif(sum(mrr_amount) over (partition by period_on), 0) as mrr_ratio,
    last_day(period_on) <= {{ as_of() }} as is_complete
from voiced
