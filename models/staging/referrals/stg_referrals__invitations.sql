-- The referral service and the web tracking are the same product's: its users are Segment's.
select
    'referrals:' || id as invitation_id,
    'referrals' as source,
    'referrals:' || programme_id as programme_id,
    'segment:' || inviter_user_id as inviter_user_id,
    lower(regexp_replace(trim(channel), '[^A-Za-z0-9]+', '_', 'g')) as channel,
    invitee_email_hash,
    invitee_alias_hash,
    inviter_alias_hash,
    sent_at,
    accepted_at,
    'segment:' || invitee_user_id as invitee_user_id,
    signed_up_at,
    inviter_device_hash,
    invitee_device_hash,
    inviter_card_hash,
    invitee_card_hash,
    inviter_address_hash,
    invitee_address_hash
from {{ source('referrals', 'invitations') }}
