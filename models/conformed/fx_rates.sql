{{ union_providers('fx_rates') }}
