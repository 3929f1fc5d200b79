select
    touches.touch_id,
    touches.account_id,
    touches.attribution_model,
    touches.attribution_model = '{{ var("attribution_model", "last_non_direct") }}' as is_primary_model,
    touches.acquired_on,
    touches.touch_number,
    touches.session_id,
    touches.touched_at,
    touches.channel,
    coalesce(touches.campaign_id, 'none') as campaign_id,
    coalesce(channels.is_paid, false) as is_paid_channel,
    conversions.customer_segment,
    conversions.country,
    touches.weight
from {{ ref('int_touches__weighted') }} as touches
inner join {{ ref('int_accounts__converted') }} as conversions on touches.account_id = conversions.account_id
left join {{ ref('channels') }} as channels on touches.channel = channels.channel
