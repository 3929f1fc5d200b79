with subscriptions as (
    select
        fits.period_on,
        fits.segment_kind,
        fits.segment,
        'shifted_beta_geometric' as model,
        unnest(['alpha', 'beta']) as parameter,
        unnest([fits.alpha, fits.beta]) as value,
        unnest([sqrt(fits.alpha_variance), sqrt(fits.beta_variance)]) as standard_error,
        fits.log_likelihood,
        ages.at_risk_count as sample_size,
        fits.is_converged,
        fits.reason
    from {{ ref('int_subscription_lifetimes__fitted') }} as fits
    inner join {{ ref('int_survival_ages__summed') }} as ages
        on
            fits.period_on = ages.period_on
            and fits.segment_kind = ages.segment_kind
            and fits.segment = ages.segment
            and ages.age_months = 1
),

orders as (
    {%- for model, parameters in {'bg_nbd': ['r', 'alpha', 'a', 'b'], 'gamma_gamma': ['p', 'q', 'v']}.items() %}
    {{ "union all" if not loop.first }}
    select
        fits.period_on,
        'total' as segment_kind,
        'all' as segment,
        '{{ model }}' as model,
        unnest([
            {%- for name in parameters %}
            {
                'parameter': '{{ name }}',
                'value': fits.{{ model }}_{{ name }},
                'standard_error': fits.{{ model }}_{{ name }}_error
            }{{ "," if not loop.last }}
            {%- endfor %}
        ]) as estimate,
        fits.{{ model }}_log_likelihood as log_likelihood,
        fits.{{ model }}_customer_count as sample_size,
        fits.{{ model }}_is_converged as is_converged,
        fits.{{ model }}_reason as reason
    from {{ ref('int_order_lifetimes__fitted') }} as fits
    {%- endfor %}
),

united as (
    select * from subscriptions
    union all by name
    select
        * exclude (estimate),
        estimate.parameter,
        estimate.value,
        estimate.standard_error
    from orders
)

select
    cast(cast(period_on as date) as varchar) || '|' || model || '|' || segment_kind || '|' || segment || '|' || parameter as ltv_parameter_id,
    cast(period_on as date) as period_on,
    model,
    cast(segment_kind as varchar) as segment_kind,
    cast(segment as varchar) as segment,
    parameter,
    case when is_converged then cast(value as double) end as value,
    case when is_converged then cast(standard_error as double) end as standard_error,
    case when is_converged then cast(log_likelihood as double) end as log_likelihood,
    cast(sample_size as bigint) as sample_size,
    cast(is_converged as boolean) as is_converged,
    nullif(cast(reason as varchar), '') as reason
from united
