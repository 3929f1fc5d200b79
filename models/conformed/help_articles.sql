{{ union_providers('help_articles') }}
