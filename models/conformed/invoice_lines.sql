{{ union_providers('invoice_lines') }}
