select
    'slo:' || slo_id as slo_id,
    'slo' as source,
    plan_group,
    bucket_at,
    good as good_count,
    total as total_count
from {{ source('slo', 'counts') }}
