-- HubSpot's default pipeline runs its words together; stages of the company's own are kept, in snake case.
select
    'hubspot:' || deal_id as deal_id,
    'hubspot' as source,
    case dealstage
        when 'appointmentscheduled' then 'appointment_scheduled'
        when 'qualifiedtobuy' then 'qualified_to_buy'
        when 'presentationscheduled' then 'presentation_scheduled'
        when 'decisionmakerboughtin' then 'decision_maker_bought_in'
        when 'contractsent' then 'contract_sent'
        when 'closedwon' then 'closed_won'
        when 'closedlost' then 'closed_lost'
        else lower(regexp_replace(trim(dealstage), '[^A-Za-z0-9]+', '_', 'g'))
    end as stage,
    entered_at
from {{ source('hubspot', 'deal_stage_history') }}
