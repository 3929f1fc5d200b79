{#
  The body of a conformed table: the union of stg_<source>__<concept> over the sources that
  vars.providers names for the concept; with none, a typed empty table. Columns and types are the
  model's own contract, so a conformed table's columns stand in one place, its YAML.
#}
{% macro union_providers(concept) -%}
  {%- set sources = (var('providers').get(concept) or []) -%}
  {%- if not sources %}
select
    {%- for column in model.columns.values() %}
    cast(null as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
    {%- endfor %}
    {%- if not model.columns %} 1 as placeholder {% endif %}
where false
  {%- endif %}
  {%- for name in sources %}
{{ "union all by name" if not loop.first }}
select
    {%- for column in model.columns.values() %}
    cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
    {%- endfor %}
    {%- if not model.columns %} * {% endif %}
from {{ ref('stg_' ~ name ~ '__' ~ concept) }}
  {%- endfor %}
{%- endmacro %}
