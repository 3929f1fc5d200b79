-- Countries that the shop systems write and that have no code. Each is reported as ZZ until the seed country_names has its row.
{{ config(severity='warn') }}
select coded.country
from {{ ref('int_order_countries__coded') }} as coded
left join {{ ref('country_names') }} as country_names on lower(coded.country) = lower(country_names.country_name)
where coded.country_code = 'ZZ' and country_names.country_name is null
