select as_of_on, starts_on from {{ ref('stg_pipeline__runs') }}
