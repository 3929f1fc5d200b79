with waiting as (
    select
        months.period_on,
        count(*) as open_count,
        count(*) filter (
            where months.closing_on - greatest(
                decisions.opened_on,
                {%- for stage in ['decided', 'shipped', 'validated'] %}
                case when decisions.{{ stage }}_on <= months.closing_on then decisions.{{ stage }}_on else decisions.opened_on end
                    {{- "," if not loop.last }}
                {%- endfor %}
            ) >= {{ threshold('decision_aged_days') }}
        ) as aged_count
    from {{ ref('int_periods__spined') }} as months
    inner join {{ ref('fct_decisions') }} as decisions
        on
            months.closing_on >= decisions.opened_on
            and coalesce(decisions.learned_on > months.closing_on, true)
    where months.clock = 'month'
    group by months.period_on
)

select
    compared.period_on,
    compared.opened_count,
    compared.decided_count,
    compared.shipped_count,
    compared.validated_count,
    compared.learned_count,
    coalesce(waiting.open_count, 0) as open_count,
    coalesce(waiting.aged_count, 0) as aged_count,
    compared.deciding_second_count / 86400 / nullif(compared.decided_count, 0) as mean_deciding_days,
    compared.sized_release_count,
    compared.released_pull_request_count,
    compared.released_pull_request_count / nullif(compared.sized_release_count, 0) as mean_release_pull_requests,
    compared.support_note_count,
    compared.closed_item_count,
    compared.is_debate_longer,
    compared.is_release_bigger,
    compared.is_support_note_risen,
    compared.is_busy_and_flat,
    cast(coalesce(compared.is_debate_longer, false) as integer)
    + cast(coalesce(compared.is_release_bigger, false) as integer)
    + cast(coalesce(compared.is_support_note_risen, false) as integer) as symptom_count,
    compared.is_complete
from {{ ref('int_decision_months__compared') }} as compared
left join waiting on compared.period_on = waiting.period_on
