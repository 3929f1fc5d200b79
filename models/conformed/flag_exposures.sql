{{ union_providers('flag_exposures') }}
