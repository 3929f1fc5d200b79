select
    'github:' || number as pull_request_id,
    'github' as source,
    'github:' || user_hash as author_id,
    created_at as opened_at,
    merged_at,
    closed_at,
    additions as added_line_count,
    deletions as deleted_line_count,
    changed_files as changed_file_count,
    {{ label_values('labels', 'area') }} as areas,
    {{ label_values('labels', 'team') }} as teams,
    'decisions:' || {{ label_value('labels', 'decision') }} as decision_id
from {{ source('github', 'pull_requests') }}
