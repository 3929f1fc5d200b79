-- Every pull request that reached production is in the size of one release, every deployment is one row, and every deployed release has its
-- two windows of evidence. A row here is a count that differs.
with counted as (
    select
        'pull requests in releases' as what,
        (select coalesce(sum(released_count), 0) from {{ ref('fct_pull_requests') }}) as expected,
        (select coalesce(sum(pull_request_count), 0) from {{ ref('fct_releases') }}) as found
    union all
    select
        'deployments with a success' as what,
        (select count(*) from {{ ref('int_deployments__judged') }}) as expected,
        (select count(*) from {{ ref('fct_deployments') }}) as found
    union all
    select
        'windows of deployed releases' as what,
        (select 2 * count(deployed_at) from {{ ref('fct_releases') }}) as expected,
        (select count(*) from {{ ref('fct_release_evidence') }}) as found
    union all
    select
        'deployments in months' as what,
        (select count(*) from {{ ref('fct_deployments') }} where deployed_on >= (select date_trunc('month', starts_on) from {{ ref('runs') }})) as expected,
        (select coalesce(sum(deployment_count), 0) from {{ ref('fct_dora_monthly') }}) as found
)

select
    what,
    expected,
    found
from counted
where expected <> found
