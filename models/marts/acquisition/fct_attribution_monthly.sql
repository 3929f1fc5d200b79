-- The six models side by side: the same spend and the same customers, shared out in six ways.
with credited as (
    select
        cast(date_trunc('month', touches.acquired_on) as date) as period_on,
        touches.attribution_model,
        touches.channel,
        sum(touches.weight) as new_account_weight,
        sum({{ split_amount('conversions.mrr', 'touches.weight_before', 'touches.weight') }}) as new_mrr
    from {{ ref('int_touches__weighted') }} as touches
    inner join {{ ref('int_accounts__converted') }} as conversions on touches.account_id = conversions.account_id
    group by all
    having sum(touches.weight) > 0
),

spent as (
    select
        cast(date_trunc('month', spent_on) as date) as period_on,
        channel,
        sum(media_amount) as media_amount
    from {{ ref('int_ad_spend__valued') }}
    group by all
),

spent_by_model as (
    select
        spent.period_on,
        models.attribution_model,
        spent.channel,
        spent.media_amount
    from spent
    cross join (
        values ('first_touch'), ('last_touch'), ('last_non_direct'), ('linear'), ('position_based'), ('time_decay')
    ) as models (attribution_model)
),

joined as (
    select
        period_on,
        attribution_model,
        channel,
        coalesce(credited.new_account_weight, 0) as new_account_weight,
        coalesce(credited.new_mrr, 0) as new_mrr,
        coalesce(spent_by_model.media_amount, 0) as media_amount
    from credited
    full outer join spent_by_model using (period_on, attribution_model, channel)
)

select
    joined.attribution_model || '|' || cast(joined.period_on as varchar) || '|' || joined.channel as attribution_id,
    joined.period_on,
    joined.attribution_model,
    joined.channel,
    cast(joined.new_account_weight as decimal(18, 10)) as new_account_weight,
    cast(joined.new_mrr as decimal(18, 4)) as new_mrr,
    cast(joined.media_amount as decimal(18, 4)) as media_amount,
    periods.is_complete
from joined
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and joined.period_on = periods.period_on
