-- A rise of what an account pays is forced when the account stood at a limit on its day or in the days before.
with steps as (
    select
        account_id,
        from_on,
        mrr,
        lag(mrr) over (partition by account_id order by from_on) as mrr_before
    from {{ ref('int_account_mrr__dated') }}
),

rises as (
    select
        account_id,
        from_on as risen_on
    from steps
    where mrr_before > 0 and mrr > mrr_before and from_on <= {{ as_of() }}
),

hits as (
    select
        billing_account_id as account_id,
        {{ local_date('occurred_at') }} as hit_on
    from {{ ref('limit_events') }}
    where event_kind in ('reached', 'blocked')
)

select
    rises.account_id,
    cast(date_trunc('month', rises.risen_on) as date) as period_on,
    min(rises.risen_on) as forced_on
from rises
inner join hits
    on
        rises.account_id = hits.account_id
        and hits.hit_on between rises.risen_on - {{ threshold('forced_expansion_window_days') }} and rises.risen_on
group by all
