{#
  The part of an amount that stands between two marks of its whole: each mark rounds once, so that the parts of neighbouring marks
  add up to the amount exactly. `before` and `share` count in the unit of `whole`; all three are decimals of at most 10 places.
#}
{% macro split_amount(amount, before, share, whole='1') -%}
  {%- set units -%} * 10000000000 {%- endset -%}
  ({{ scale_amount(amount, '(' ~ before ~ ' + ' ~ share ~ ')' ~ units, '(' ~ whole ~ ')' ~ units) }}
        - {{ scale_amount(amount, '(' ~ before ~ ')' ~ units, '(' ~ whole ~ ')' ~ units) }})
{%- endmacro %}
