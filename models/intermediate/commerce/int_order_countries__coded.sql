with

listed_countries as (
    select country from {{ ref('orders') }}
    union
    select country from {{ ref('order_refunds') }}
    union
    select country from {{ ref('customers') }}
)

select
    listed.country,
    coalesce(country_names.country_code, case when length(listed.country) = 2 then upper(listed.country) end, 'ZZ') as country_code
from listed_countries as listed
left join {{ ref('country_names') }} as country_names on lower(listed.country) = lower(country_names.country_name)
where listed.country is not null
