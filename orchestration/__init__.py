"""scalehouse's Python: it moves bytes and judges data; it computes no metric.

Belongs here: settings, contracts, extraction, landing, estimators, publishing and the Dagster assets over them.
Does not belong here: business rules (models/), expectations (checks/), pictures (dashboards/), vendors' quirks (their folder).
"""
