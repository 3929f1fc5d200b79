select
    'hubspot:' || id as crm_contact_id,
    'hubspot' as source,
    'hubspot:' || associatedcompanyid as crm_company_id,
    email_hash,
    email_domain,
    createdate as created_at
from {{ source('hubspot', 'contacts') }}
