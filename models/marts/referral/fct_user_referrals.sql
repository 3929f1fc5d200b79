with totals as (
    select
        user_id,
        sum(sent_gross_count) as sent_gross_count,
        sum(converted_gross_count) as converted_gross_count,
        sum(sent_count) as sent_count,
        sum(matured_count) as matured_count,
        sum(converted_count) as converted_count
    from {{ ref('int_user_invitations__counted') }}
    group by user_id
),

aged as (
    select
        user_id,
        account_id,
        activated_on,
        activated_on + {{ threshold('referral_sending_window_days') }} <= {{ as_of() }} as is_done_sending,
        activated_on + {{ threshold('referral_sending_window_days') }} + {{ threshold('referral_conversion_window_days') }} <= {{ as_of() }}
            as is_mature
    from {{ ref('int_users__activated') }}
    where activated_on <= {{ as_of() }} and not is_excluded
)

select
    users.user_id,
    users.account_id,
    users.activated_on,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.country, 'unknown') as country,
    users.is_done_sending,
    users.is_mature,
    1 as user_count,
    cast(not users.is_done_sending as integer) as sending_user_count,
    cast(not users.is_mature as integer) as young_user_count,
    cast(users.is_done_sending as integer) as sent_user_count,
    cast(users.is_mature as integer) as mature_user_count,
    cast(users.is_done_sending and coalesce(totals.sent_count, 0) > 0 as integer) as referring_user_count,
    cast(case when users.is_done_sending then coalesce(totals.sent_count, 0) else 0 end as bigint) as sent_count,
    cast(coalesce(totals.matured_count, 0) as bigint) as matured_count,
    cast(coalesce(totals.converted_count, 0) as bigint) as converted_count,
    cast(case when users.is_mature then coalesce(totals.converted_count, 0) else 0 end as bigint) as mature_converted_count,
    cast(case when users.is_mature then coalesce(totals.converted_gross_count, 0) else 0 end as bigint) as mature_converted_gross_count
from aged as users
left join totals
    on users.user_id = totals.user_id
left join {{ ref('int_accounts__dated') }} as accounts
    on
        users.account_id = accounts.account_id
        and accounts.from_on <= users.activated_on
        and users.activated_on < accounts.to_on
