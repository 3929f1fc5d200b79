with credited as (
    select *
    from {{ ref('int_touches__weighted') }}
    where attribution_model = '{{ var("attribution_model", "last_non_direct") }}'
    -- A model that spreads the credit names the touch with most of it, the later of equals.
    qualify row_number() over (partition by account_id order by weight desc, touch_number desc) = 1
)

select
    conversions.account_id,
    conversions.acquired_on,
    conversions.acquired_month,
    conversions.country,
    conversions.customer_segment,
    conversions.plan,
    credited.channel,
    credited.campaign_id,
    coalesce(channels.is_paid, false) as is_paid_channel,
    conversions.signed_up_on
from {{ ref('int_accounts__converted') }} as conversions
inner join credited on conversions.account_id = credited.account_id
left join {{ ref('channels') }} as channels on credited.channel = channels.channel
