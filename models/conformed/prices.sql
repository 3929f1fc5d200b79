{{ union_providers('prices') }}
