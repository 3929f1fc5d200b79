{# Half the 95 % interval of a mean amount of n independent units, from their count, sum and sum of squares in whole ten-thousandths:
   quantile x sqrt((n sum x^2 - (sum x)^2) / (n^2 (n - 1))). Exact up to one root; null for one unit. The quantile is the normal one:
   a sample under minimum_sample_size is judged by nobody, and Student's differs by 4 % at 30. #}
{% macro half_interval(count, units, squares) -%}
  cast(
        1.959963984540054 * sqrt(
            cast({{ count }} * {{ squares }} - {{ units }} * {{ units }} as double)
            / nullif(cast({{ count }} * {{ count }} * ({{ count }} - 1) as double), 0)
        ) / 10000 as decimal(18, 4)
    )
{%- endmacro %}
