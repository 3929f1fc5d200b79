{# Whether `tags`, with one space between, hold `tag` as a whole. #}
{% macro has_tag(tags, tag) -%}
  position(' ' || {{ tag }} || ' ' in ' ' || {{ tags }} || ' ') > 0
{%- endmacro %}
