with bucketed as (
    select
        items.feedback_id,
        rules.bucket
    from {{ ref('feedback_items') }} as items
    inner join {{ ref('feedback_bucket_rules') }} as rules
        on {{ has_tag('items.tags', 'rules.tag') }}
    where rules.company = '{{ var("company") }}'
    qualify row_number() over (partition by items.feedback_id order by rules.priority) = 1
),

submitted as (
    select
        items.*,
        {{ local_date('items.submitted_at') }} as submitted_on,
        case when {{ local_date('items.closed_at') }} <= {{ as_of() }} then items.closed_at end as decided_at,
        case when {{ local_date('items.notified_at') }} <= {{ as_of() }} then items.notified_at end as told_at,
        coalesce(known.account_id, users.account_id) as account_id,
        coalesce(known.is_excluded, users.is_excluded, false) as is_excluded
    from {{ ref('feedback_items') }} as items
    left join {{ ref('int_accounts__known') }} as known
        on items.billing_account_id = known.account_id
    left join {{ ref('int_users__matched') }} as users
        on items.user_id = users.user_id
    where {{ local_date('items.submitted_at') }} <= {{ as_of() }}
)

select
    submitted.feedback_id,
    submitted.source,
    submitted.user_id,
    submitted.account_id,
    submitted.ticket_id,
    submitted.cluster_id,
    coalesce(bucketed.bucket, 'unclassified') as bucket,
    case
        when submitted.reporter_kind = 'internal' then 'internal'
        when submitted.reporter_kind = 'prospect' or submitted.account_id is null then 'prospect'
        when accounts.mrr > 0 then 'paying'
        when accounts.first_paid_on <= submitted.submitted_on then 'churned'
        else 'free'
    end as voice,
    coalesce(powers.is_power_user, false) as is_power_user,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.plan, 'unknown') as plan,
    cast(coalesce(accounts.mrr, 0) as decimal(18, 4)) as mrr_amount,
    submitted.submitted_at,
    submitted.submitted_on,
    submitted.decided_at as closed_at,
    {{ local_date('submitted.decided_at') }} as closed_on,
    submitted.told_at as notified_at,
    cast(date_diff('second', submitted.submitted_at, submitted.decided_at) // 86400 as integer) as days_to_close
from submitted
left join bucketed
    on submitted.feedback_id = bucketed.feedback_id
left join {{ ref('int_accounts__described') }} as accounts
    on
        submitted.account_id = accounts.account_id
        and accounts.from_on <= submitted.submitted_on
        and submitted.submitted_on < accounts.to_on
left join {{ ref('int_power_users__ranked') }} as powers
    on submitted.user_id = powers.user_id and submitted.submitted_on = powers.submitted_on
where not submitted.is_excluded
