{# Fails with the intervals [from_on, to_on) of an entity that are empty or begin before the entity's previous one has ended. #}
{% test intervals_do_not_overlap(model, entity, from_on='from_on', to_on='to_on') %}
select *
from (
    select
        {{ entity }},
        {{ from_on }},
        {{ to_on }},
        lag({{ to_on }}) over (partition by {{ entity }} order by {{ from_on }}) as previous_to_on
    from {{ model }}
)
where {{ from_on }} >= {{ to_on }} or previous_to_on > {{ from_on }}
{% endtest %}
