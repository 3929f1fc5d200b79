with cohorts as (
    select
        cast(date_trunc('month', activated_on) as date) as period_on,
        count(*) as user_count,
        sum(young_user_count) = 0 as is_mature
    from {{ ref('fct_user_referrals') }}
    group by date_trunc('month', activated_on)
)

select
    concat_ws('|', counted.period_on, counted.loop_type, counted.programme, counted.channel) as referral_cohort_id,
    counted.period_on,
    counted.loop_type,
    counted.programme,
    counted.channel,
    any_value(cohorts.user_count) as cohort_user_count,
    count(*) filter (where counted.sent_count > 0) as referring_user_count,
    cast(sum(counted.sent_gross_count) as bigint) as sent_gross_count,
    cast(sum(counted.matured_gross_count) as bigint) as matured_gross_count,
    cast(sum(counted.converted_gross_count) as bigint) as converted_gross_count,
    cast(sum(counted.sent_count) as bigint) as sent_count,
    cast(sum(counted.matured_count) as bigint) as matured_count,
    cast(sum(counted.converted_count) as bigint) as converted_count,
    cast(sum(counted.sent_gross_count - counted.sent_count) as bigint) as fraud_invitation_count,
    bool_and(cohorts.is_mature) and last_day(counted.period_on) <= {{ as_of() }} as is_complete
from {{ ref('int_user_invitations__counted') }} as counted
inner join cohorts
    on counted.period_on = cohorts.period_on
group by counted.period_on, counted.loop_type, counted.programme, counted.channel
