{%- set has_books = (var('providers').get('ledger_lines') or []) | length > 0 %}
with months as (
    select
        period_on,
        cast(period_on - to_months({{ threshold('channel_window_months') }} - 1) as date) as window_from_on
    from {{ ref('int_periods__spined') }}
    where clock = 'month' and is_complete
),

cells as (
    select
        period_on,
        channel,
        media_amount,
        other_cost_amount,
        new_account_weight,
        session_count
    from {{ ref('fct_acquisition_monthly') }}
    union all
    select
        period_on,
        'all' as channel,
        media_amount,
        other_cost_amount,
        new_account_weight,
        session_count
    from {{ ref('fct_acquisition_monthly') }}
),

windowed as (
    select
        months.period_on,
        months.window_from_on,
        cells.channel,
        sum(cells.media_amount) as media_amount,
        -- Without the books only media is known, and the scope says so.
        sum(cells.media_amount{{ " + cells.other_cost_amount" if has_books }}) as cost_amount,
        sum(cells.new_account_weight) as new_account_weight,
        sum(cells.session_count) as session_count
    from months
    inner join cells on cells.period_on between months.window_from_on and months.period_on
    group by months.period_on, months.window_from_on, cells.channel
),

priced as (
    select
        *,
        case
            when new_account_weight > 0
                then {{ scale_amount('cost_amount', '10000000000', 'new_account_weight * 10000000000') }}
        end as cac_amount
    from windowed
)

select
    cast(priced.period_on as varchar) || '|' || priced.channel as channel_month_id,
    priced.period_on,
    priced.channel,
    coalesce(channels.is_paid, false) as is_paid_channel,
    priced.window_from_on,
    cast(priced.media_amount as decimal(18, 4)) as media_amount,
    '{{ "fully_loaded" if has_books else "blended" }}' as cac_scope,
    cast(priced.cost_amount as decimal(18, 4)) as cost_amount,
    cast(priced.new_account_weight as decimal(18, 10)) as new_account_weight,
    cast(priced.session_count as bigint) as session_count,
    priced.cac_amount,
    cast(slopes.marginal_cac as decimal(18, 4)) as marginal_cac_amount,
    cast(slopes.marginal_cac_low as decimal(18, 4)) as marginal_cac_low_amount,
    cast(slopes.marginal_cac_high as decimal(18, 4)) as marginal_cac_high_amount,
    slopes.marginal_week_count,
    slopes.conversion_cv_ratio,
    slopes.conversion_week_count,
    cast(slopes.cac_slope as decimal(18, 4)) as cac_slope_amount,
    cast(slopes.cac_slope_low as decimal(18, 4)) as cac_slope_low_amount,
    cast(slopes.cac_slope_high as decimal(18, 4)) as cac_slope_high_amount,
    slopes.trend_month_count,
    case
        when slopes.cac_slope is null or slopes.trend_month_count < {{ threshold('channel_minimum_months') }} then 'not_enough_data'
        when slopes.cac_slope_low > 0 then 'rising'
        when slopes.cac_slope_high < 0 then 'falling'
        else 'flat'
    end as cac_trend,
    case
        when
            slopes.marginal_week_count = 0
            or priced.cac_amount is null
            or priced.new_account_weight < {{ threshold('channel_minimum_new_accounts') }}
            then 'not_enough_data'
        when slopes.marginal_cac_low is null or slopes.marginal_cac_low > priced.cac_amount then 'saturated'
        when slopes.marginal_cac_high <= priced.cac_amount then 'room'
        else 'uncertain'
    end as saturation
from priced
left join {{ ref('int_channels__sloped') }} as slopes
    on priced.period_on = slopes.period_on and priced.channel = slopes.channel
left join {{ ref('channels') }} as channels on priced.channel = channels.channel
