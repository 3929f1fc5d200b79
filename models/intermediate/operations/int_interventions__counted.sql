select
    intervention_id,
    billing_account_id as account_id,
    kind,
    team,
    sop_id,
    minute_count,
    performed_at,
    {{ local_date('performed_at') }} as performed_on,
    cast(date_trunc('month', {{ local_date('performed_at') }}) as date) as period_on
from {{ ref('manual_interventions') }}
where
    {{ local_date('performed_at') }} <= {{ as_of() }}
    and (
        billing_account_id is null
        or billing_account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
    )
