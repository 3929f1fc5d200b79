{# The day a run computes, from the table that the run wrote; no model reads the clock. #}
{% macro as_of() -%}
  (select as_of_on from {{ ref('runs') }})
{%- endmacro %}

{# Calendar day of a UTC timestamp in the reporting time zone. #}
{% macro local_date(column) -%}
  cast(timezone('{{ var("time_zone") }}', timezone('UTC', {{ column }})) as date)
{%- endmacro %}
