{# The columns of the model's own contract, so that siblings of one shape state their columns once, in YAML. #}
{% macro contracted_columns() -%}
  {{ model.columns.keys() | join(',\n    ') or '*' }}
{%- endmacro %}
