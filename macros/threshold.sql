{# A number of seeds/thresholds.csv as a scalar of the given type; a name that is absent is null and fails the model's tests. #}
{% macro threshold(name, type='integer') -%}
  (select cast(value as {{ type }}) from {{ ref('thresholds') }} where name = '{{ name }}')
{%- endmacro %}
