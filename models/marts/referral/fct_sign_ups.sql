select
    sign_ups.user_id,
    sign_ups.account_id,
    sign_ups.signed_up_on,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.country, 'unknown') as country,
    -- An invitation is what made the user sign up, whatever advertisement was seen as well.
    case
        when sign_ups.is_invited then 'invited'
        when sign_ups.has_paid_touch then 'paid'
        else 'organic'
    end as origin,
    sign_ups.has_paid_touch,
    sign_ups.is_invited,
    1 as sign_up_count,
    cast(not sign_ups.has_paid_touch and not sign_ups.is_invited as integer) as organic_sign_up_count,
    cast(sign_ups.is_invited as integer) as invited_sign_up_count
from {{ ref('int_signups__sourced') }} as sign_ups
left join {{ ref('int_accounts__dated') }} as accounts
    on
        sign_ups.account_id = accounts.account_id
        and accounts.from_on <= sign_ups.signed_up_on
        and sign_ups.signed_up_on < accounts.to_on
