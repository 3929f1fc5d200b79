{# Segment kinds of lifetime values and the column of each: what an account was on the day it was acquired. #}
{% macro lifetime_segments() -%}
  {{ return({'total': "'all'", 'channel': 'channel', 'customer_segment': 'customer_segment', 'plan': 'plan', 'country': 'country'}) }}
{%- endmacro %}

{# One row per segment kind of each row of `relation`, but for the kinds it does not know: segment_kind and segment beside its own columns. #}
{% macro by_lifetime_segment(relation, without=[]) -%}
  {%- set kinds = lifetime_segments().items() | rejectattr(0, 'in', without) | list -%}
  select
        unnest([{% for kind, column in kinds %}'{{ kind }}'{{ ", " if not loop.last }}{% endfor %}]) as segment_kind,
        unnest([{% for kind, column in kinds %}{{ column }}{{ ", " if not loop.last }}{% endfor %}]) as segment,
        *
    from {{ relation }}
{%- endmacro %}
