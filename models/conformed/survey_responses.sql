{{ union_providers('survey_responses') }}
