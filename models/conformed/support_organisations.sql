{{ union_providers('support_organisations') }}
