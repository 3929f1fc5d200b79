select
    ratings.rating_id,
    ratings.ticket_id,
    tickets.account_id,
    tickets.channel,
    tickets.customer_segment,
    tickets.plan,
    tickets.tier,
    ratings.score,
    ratings.answer,
    ratings.rated_at,
    {{ local_date('ratings.rated_at') }} as rated_on,
    cast(coalesce(ratings.score between 1 and 5, false) or coalesce(ratings.answer in ('good', 'bad'), false) as integer) as rating_count,
    cast(coalesce(ratings.score between 4 and 5, false) or coalesce(ratings.answer = 'good', false) as integer) as satisfied_count
from {{ ref('ticket_ratings') }} as ratings
inner join {{ ref('fct_tickets') }} as tickets
    on ratings.ticket_id = tickets.ticket_id
where {{ local_date('ratings.rated_at') }} <= {{ as_of() }}
qualify
    row_number() over (
        partition by ratings.ticket_id order by ratings.rated_at desc, length(ratings.rating_id) desc, ratings.rating_id desc
    ) = 1
