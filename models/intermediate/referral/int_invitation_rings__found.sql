-- Closed chains: from each invitation that brought a user, along the invitations of who was brought, back to who invited.
with recursive edges as (
    select distinct
        inviter_user_id,
        invitee_user_id
    from {{ ref('int_invitations__dated') }}
    where inviter_user_id <> invitee_user_id
),

walks as (
    select
        inviter_user_id,
        invitee_user_id,
        invitee_user_id as reached_user_id,
        [inviter_user_id, invitee_user_id] as path,
        1 as step_count
    from edges
    union all
    select
        walks.inviter_user_id,
        walks.invitee_user_id,
        edges.invitee_user_id as reached_user_id,
        list_append(walks.path, edges.invitee_user_id) as path,
        walks.step_count + 1 as step_count
    from walks
    inner join edges
        on walks.reached_user_id = edges.inviter_user_id
    where
        walks.step_count < {{ threshold('referral_ring_longest') }}
        and walks.reached_user_id <> walks.inviter_user_id
        and (edges.invitee_user_id = walks.inviter_user_id or not list_contains(walks.path, edges.invitee_user_id))
)

select
    inviter_user_id,
    invitee_user_id,
    step_count as ring_length,
    array_to_string(path, ' > ') as ring_path
from walks
where reached_user_id = inviter_user_id
qualify row_number() over (partition by inviter_user_id, invitee_user_id order by step_count, array_to_string(path, ' > ')) = 1
