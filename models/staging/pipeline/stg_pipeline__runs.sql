select as_of_on, starts_on from {{ source('pipeline', 'runs') }}
