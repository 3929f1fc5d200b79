{{ union_providers('invoices') }}
