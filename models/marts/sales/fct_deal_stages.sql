with followed as (
    select
        deal_id,
        stage,
        entered_at,
        lead(entered_at) over (partition by deal_id order by entered_at) as left_at,
        row_number() over (partition by deal_id order by entered_at) as stage_number
    from {{ ref('deal_stages') }}
    where {{ local_date('entered_at') }} <= {{ as_of() }}
)

select
    concat_ws('|', stages.deal_id, stages.stage_number) as deal_stage_id,
    stages.deal_id,
    cast(stages.stage_number as integer) as stage_number,
    stages.stage,
    deals.deal_type,
    deals.customer_segment,
    stages.entered_at,
    stages.left_at,
    {{ local_date('stages.entered_at') }} as entered_on,
    date_diff('second', stages.entered_at, stages.left_at) / 86400 as stage_days
from followed as stages
inner join {{ ref('fct_deals') }} as deals
    on stages.deal_id = deals.deal_id
