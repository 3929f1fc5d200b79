{# Segment kinds of lifetime values and the column of each: what an account was on the day it was acquired. #}
{% macro lifetime_segments() -%}
  {{ return({'total': "'all'", 'channel': 'channel', 'customer_segment': 'customer_segment', 'plan': 'plan', 'country': 'country'}) }}
{%- endmacro %}

{# One row per segment kind of each row of `relation`: columns segment_kind and segment beside its own. #}
{% macro by_lifetime_segment(relation) -%}
  select
        unnest([{% for kind in lifetime_segments() %}'{{ kind }}'{{ ", " if not loop.last }}{% endfor %}]) as segment_kind,
        unnest([{% for column in lifetime_segments().values() %}{{ column }}{{ ", " if not loop.last }}{% endfor %}]) as segment,
        *
    from {{ relation }}
{%- endmacro %}
