select
    'sops:' || sop_id as sop_id,
    version as version_number,
    'sops:' || person_id as person_id,
    'sops' as source,
    required as is_required,
    trained_at
from {{ source('sops', 'trainings') }}
