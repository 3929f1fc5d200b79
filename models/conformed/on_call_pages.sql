{{ union_providers('on_call_pages') }}
