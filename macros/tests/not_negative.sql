{# Fails with the rows in which one of the columns is null or below 0; many columns are one query. #}
{% test not_negative(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {% for column in columns %}{{ "or " if not loop.first }}{{ column }} is null or {{ column }} < 0 {% endfor %}
{% endtest %}
