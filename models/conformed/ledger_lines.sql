{{ union_providers('ledger_lines') }}
