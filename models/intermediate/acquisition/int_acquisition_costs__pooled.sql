-- What was spent to acquire, before it is anyone's: media is known by channel and campaign, often by country, the rest by month only.
select
    cast(date_trunc('month', spent_on) as date) as period_on,
    'media' as cost_type,
    channel,
    campaign_id,
    country,
    sum(media_amount) as amount
from {{ ref('int_ad_spend__valued') }}
group by all
union all
select
    cast(date_trunc('month', posted_on) as date) as period_on,
    category as cost_type,
    null as channel,
    null as campaign_id,
    null as country,
    sum(amount) as amount
from {{ ref('int_ledger_lines__categorised') }}
-- The books' own media is the same money as the platforms' spend.
where category in ('agencies', 'sales_marketing_tools', 'sales_marketing_payroll', 'commission') and posted_on <= {{ as_of() }}
group by all
union all
select
    cast(date_trunc('month', {{ local_date('rewards.granted_at') }}) as date) as period_on,
    'referral_rewards' as cost_type,
    null as channel,
    null as campaign_id,
    null as country,
    sum({{ scale_amount('rewards.amount', 'rates.rate_units', '100000000') }}) as amount
from {{ ref('referral_rewards') }} as rewards
left join {{ ref('int_fx_rates__daily') }} as rates
    on {{ local_date('rewards.granted_at') }} = rates.rate_on and rewards.currency = rates.currency
where rewards.status = 'granted' and {{ local_date('rewards.granted_at') }} <= {{ as_of() }}
group by all
