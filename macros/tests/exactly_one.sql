{# Fails unless the boolean column is true in one row, no more and no fewer. #}
{% test exactly_one(model, column_name) %}
select count(*) filter (where {{ column_name }}) as row_count
from {{ model }}
having count(*) filter (where {{ column_name }}) != 1
{% endtest %}
