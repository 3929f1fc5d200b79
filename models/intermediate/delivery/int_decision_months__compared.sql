with set_beside as (
    select
        *,
        count(*) over three_before as before_month_count,
        {%- for name in [
            'decided_count', 'learned_count', 'deciding_second_count', 'sized_release_count', 'released_pull_request_count',
            'support_note_count', 'closed_item_count'
        ] %}
        cast(sum({{ name }}) over three_before as bigint) as before_{{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_decision_months__summed') }}
    window three_before as (order by period_on rows between 3 preceding and 1 preceding)
),

{# A mean is compared with the mean of the three months before: null while the company is younger or either has nothing to be a mean of. #}
{%- set rose = "(1 + " ~ threshold('throughput_rise_ratio', 'decimal(18,6)') ~ ")" %}

compared as (
    select
        *,
        case
            when before_month_count = 3 and decided_count > 0 and before_decided_count > 0
                then deciding_second_count * before_decided_count > before_deciding_second_count * decided_count * {{ rose }}
        end as is_debate_longer,
        case
            when before_month_count = 3 and sized_release_count > 0 and before_sized_release_count > 0
                then
                    released_pull_request_count * before_sized_release_count
                    > before_released_pull_request_count * sized_release_count * {{ rose }}
        end as is_release_bigger,
        case
            when before_month_count = 3 and before_support_note_count > 0
                then support_note_count * 3 > before_support_note_count * {{ rose }}
        end as is_support_note_risen,
        case
            when before_month_count = 3 and before_closed_item_count > 0
                then closed_item_count * 3 > before_closed_item_count * {{ rose }} and learned_count * 3 <= before_learned_count
        end as is_busy_and_flat
    from set_beside
)

select
    period_on,
    opened_count,
    decided_count,
    shipped_count,
    validated_count,
    learned_count,
    deciding_second_count,
    sized_release_count,
    released_pull_request_count,
    support_note_count,
    closed_item_count,
    is_debate_longer,
    is_release_bigger,
    is_support_note_risen,
    is_busy_and_flat,
    is_complete
from compared
