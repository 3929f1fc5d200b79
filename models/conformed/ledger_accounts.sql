{{ union_providers('ledger_accounts') }}
