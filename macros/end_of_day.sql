{# The first moment after a day of the reporting time zone, as a UTC timestamp: what a run of that day may know ends here. #}
{% macro end_of_day(day) -%}
  timezone('UTC', timezone('{{ var("time_zone") }}', cast({{ day }} + 1 as timestamp)))
{%- endmacro %}
