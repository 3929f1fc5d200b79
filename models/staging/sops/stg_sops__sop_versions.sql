-- A box of spaces is blank.
select
    'sops:' || sop_id as sop_id,
    'sops' as source,
    version as version_number,
    published_at,
    nullif(trim(trigger_event), '') as trigger_event,
    nullif(trim(owner), '') as owner,
    nullif(trim(steps), '') as steps,
    nullif(trim(tools), '') as tools,
    nullif(trim(sla), '') as sla,
    nullif(trim(escalation), '') as escalation,
    nullif(trim(purpose), '') as purpose,
    nullif(trim(scope), '') as scope,
    nullif(trim(exceptions), '') as exceptions,
    step_count,
    expected_minutes,
    sla_hours,
    escalation_hours
from {{ source('sops', 'versions') }}
