{{ union_providers('support_people') }}
