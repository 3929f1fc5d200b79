select
    changes.account_id || '|' || cast(changes.period_on as varchar) || '|' || changes.driver as driver_id,
    changes.period_on,
    movements.period_ends_on,
    changes.account_id,
    changes.driver,
    movements.plan,
    movements.country,
    movements.currency,
    movements.customer_segment,
    movements.acquisition_month,
    case
        when movements.expansion_mrr > 0 then 'expansion'
        when movements.contraction_mrr > 0 then 'contraction'
        else 'none'
    end as movement,
    changes.change_mrr,
    greatest(changes.change_mrr, 0) as increase_mrr,
    greatest(-changes.change_mrr, 0) as decrease_mrr,
    forced.forced_on is not null and movements.expansion_mrr > 0 as is_forced,
    case when movements.expansion_mrr > 0 and forced.forced_on is not null then changes.change_mrr else 0 end as forced_expansion_mrr,
    case when movements.expansion_mrr > 0 and forced.forced_on is null then changes.change_mrr else 0 end as voluntary_expansion_mrr,
    movements.is_complete
from {{ ref('int_mrr_changes__attributed') }} as changes
inner join {{ ref('fct_account_mrr_monthly') }} as movements
    on
        changes.account_id = movements.account_id
        and changes.period_on = movements.period_on
        and movements.side in ('whole', 'to')
left join {{ ref('int_expansions__forced') }} as forced
    on
        changes.account_id = forced.account_id
        and changes.period_on = forced.period_on
