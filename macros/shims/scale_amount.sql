{#
  amount x numerator / denominator, rounded half away from zero to 4 decimals, exactly: the division is one of whole
  numbers, because DuckDB divides decimals as floating point. The numerator and the denominator are whole-number
  expressions, the denominator above 0. The amount is rounded as money first and widened then, as a product of 18 digits and 10000
  has no room in 18. Result: decimal(18,4).
#}
{% macro scale_amount(amount, numerator, denominator) -%}
  {%- set product -%}
    (cast(cast(cast({{ amount }} as decimal(18, 4)) as decimal(38, 4)) * 10000 as hugeint) * cast({{ numerator }} as hugeint))
  {%- endset -%}
  {%- set divisor -%} cast({{ denominator }} as hugeint) {%- endset -%}
  cast(
        cast(sign({{ product }}) * ((2 * abs({{ product }}) + {{ divisor }}) // (2 * {{ divisor }})) as decimal(22, 0))
        * cast(0.0001 as decimal(4, 4)) as decimal(18, 4)
    )
{%- endmacro %}
