{# First instant after the day that a run computes, UTC: what is younger is not judged. #}
{% macro as_of_end() -%}
  timezone('UTC', timezone('{{ var("time_zone") }}', cast({{ as_of() }} + 1 as timestamp)))
{%- endmacro %}
