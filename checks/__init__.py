"""Gates: what must hold where data comes in and before it goes out.

Belongs here: judging. Great Expectations suites built from the contracts, reconciliations, anomaly rules, and dbt's tests as results of
one shape. SQL reconciliations are dbt singular tests in `reconciliations/`.
Does not belong here: moving data, deciding to publish (orchestration/publish/), the orchestrator, a table's or a source's name.
"""

from checks.dbt_results import dbt_results
from checks.landed import check_landed
from checks.profiles import TableProfile, history_rows, profile_tables
from checks.reconcile import check_reconciliations
from checks.results import CheckResult
from checks.thresholds import Thresholds, read_thresholds
from checks.to_publish import check_to_publish, read_history

__all__ = [
    "CheckResult",
    "TableProfile",
    "Thresholds",
    "check_landed",
    "check_reconciliations",
    "check_to_publish",
    "dbt_results",
    "history_rows",
    "profile_tables",
    "read_history",
    "read_thresholds",
]
