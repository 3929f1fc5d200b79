with judged as (
    select
        count(*) filter (where verdict = 'pass') as passed_count,
        count(*) filter (where verdict in ('pass', 'fail')) as judged_count
    from {{ ref('pmf_scorecard') }}
    where segment_kind = 'total'
),

needed as (
    select cast(value as bigint) as needed_count
    from {{ ref('thresholds') }}
    where name = 'pmf_signals_needed'
)

select
    stages.stage,
    stages.from_on,
    stages.focus,
    stages.focus_metrics,
    stages.reason,
    judged.passed_count,
    judged.judged_count,
    needed.needed_count,
    case
        when judged.passed_count >= needed.needed_count then 'past_pmf'
        when judged.judged_count >= needed.needed_count then 'before_pmf'
        else 'not_enough_data'
    end as observed,
    -- Who says to be past product-market fit while the signals fail is looking at the wrong number.
    case
        when stages.stage <> 'pre_pmf' and judged.judged_count >= needed.needed_count and judged.passed_count < needed.needed_count then 'retention'
        else stages.focus
    end as advised_focus
from {{ ref('fct_growth_stages') }} as stages
cross join judged
cross join needed
where stages.is_current
