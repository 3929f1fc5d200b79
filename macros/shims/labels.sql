{# Text in snake case: lower case, _ for whatever is no letter or digit; null for none. #}
{% macro snake_case(column) -%}
  nullif(trim(regexp_replace(lower({{ column }}), '[^a-z0-9]+', '_', 'g'), '_'), '')
{%- endmacro %}

{# Tags that commas part: lower case, one space between, - for a space within one; null for none. #}
{% macro spaced_tags(column) -%}
  nullif(
        trim(replace(regexp_replace(regexp_replace(lower(trim({{ column }})), '\s*,[\s,]*', ',', 'g'), '\s+', '-', 'g'), ',', ' ')),
        ''
    )
{%- endmacro %}

{# The value of the first label name:value among labels that commas part; null without. #}
{% macro label_value(column, name) -%}
  nullif(regexp_extract({{ column }}, '(?i)(^|,)\s*{{ name }}:\s*([^,]*[^,\s])', 2), '')
{%- endmacro %}

{# The values of all labels name:value among labels that commas part: lower case, sorted, one space between; null without. #}
{% macro label_values(column, name) -%}
  nullif(
        array_to_string(
            list_sort(list_distinct(regexp_extract_all(lower({{ column }}), '(?:^|,)\s*{{ name }}:\s*([^,]*[^,\s])', 1))), ' '
        ),
        ''
    )
{%- endmacro %}

{# Whether the label is among labels that commas part. #}
{% macro has_label(column, name) -%}
  regexp_matches(coalesce({{ column }}, ''), '(?i)(^|,)\s*{{ name }}\s*(,|$)')
{%- endmacro %}
