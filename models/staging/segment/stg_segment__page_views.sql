-- Of an address only host, path and the kind of click id go on: a query can hold anything, an e-mail too.
-- A click id counts with a value only; the first in the query is the one of the last click.
select
    'segment:' || id as page_view_id,
    'segment' as source,
    'segment:' || anonymous_id as visitor_id,
    'segment:' || user_id as user_id,
    viewed_at,
    {{ url_host('context_page_url') }} as page_host,
    {{ url_path('context_page_url') }} as page_path,
    {{ url_host('context_page_referrer') }} as referrer_host,
    nullif(lower(trim(context_campaign_source)), '') as utm_source,
    nullif(lower(trim(context_campaign_medium)), '') as utm_medium,
    nullif(trim(context_campaign_name), '') as utm_campaign,
    nullif(trim(context_campaign_content), '') as utm_content,
    nullif(regexp_extract(split_part(context_page_url, '#', 1), '[?&](gclid|fbclid|li_fat_id)=[^&]', 1), '') as click_id_kind
from {{ source('segment', 'pages') }}
