-- What is still asked for is no exception yet. The last day counts.
select
    exceptions.packaging_exception_id,
    exceptions.billing_account_id as account_id,
    exceptions.kind,
    exceptions.kind in ('hidden_concept', 'manual_approval') as is_bad_boundary,
    exceptions.approved_at,
    {{ local_date('exceptions.approved_at') }} as approved_on,
    exceptions.ends_on,
    coalesce(states.plan, 'none') as plan,
    coalesce(states.customer_segment, 'unknown') as customer_segment,
    cast(1 as integer) as exception_count,
    cast(exceptions.kind in ('hidden_concept', 'manual_approval') as integer) as bad_boundary_count
from {{ ref('packaging_exceptions') }} as exceptions
left join {{ ref('int_account_mrr__dated') }} as states
    on
        exceptions.billing_account_id = states.account_id
        and states.from_on <= {{ local_date('exceptions.approved_at') }}
        and {{ local_date('exceptions.approved_at') }} < states.to_on
where
    {{ local_date('exceptions.approved_at') }} <= {{ as_of() }}
    and coalesce(exceptions.billing_account_id, '') not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
