"""The data tests of a dbt step inside Dagster: which of them belong to the step, and what Dagster shows of each.

Belongs here: the choice of tests, check results and observations as dagster-dbt gives them for tests that dbt itself runs.
Does not belong here: running a test (data_tests.py), failing the step (assets/warehouse.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration.data_tests import DataTest


class DataTestChecks:
    """The data tests of the step that `context` runs.

    `tagged` and `inside` choose as dbt's selection by tag does: a test of any model with the tag runs where the tag is selected, every
    other test where it is excluded. A run of a part of the step's assets runs the checks that were chosen with them.
    """

    def __init__(
        self,
        context: dg.AssetExecutionContext,
        manifest: Mapping[str, Any],
        tests: Sequence[DataTest],
        translator: DagsterDbtTranslator,
        *,
        tagged: str,
        inside: bool,
    ) -> None:
        self._manifest, self._translator = manifest, translator
        self._keys = {test.unique_id: get_asset_check_key_for_test(manifest, translator, test.unique_id, project=None) for test in tests}
        self._shown = set(context.selected_asset_check_keys)
        mine = [test for test in tests if inside == any(tagged in self._node(parent).get("tags", []) for parent in test.parents)]
        self.tests = [test for test in mine if self._keys[test.unique_id] in self._shown] if context.is_subset else mine

    def events(self, results: Sequence[Mapping[str, Any]]) -> Iterator[dg.AssetCheckResult | dg.AssetObservation]:
        """A check result of each test that is a check, an observation of each parent of every other test."""
        parents = {test.unique_id: test.parents for test in self.tests}
        for result in results:
            metadata = {"unique_id": result["unique_id"], "status": result["status"], "Execution Duration": result["execution_time"]}
            if result["failures"] is not None:
                metadata["dagster_dbt/failed_row_count"] = result["failures"]
            key = self._keys[result["unique_id"]]
            if key in self._shown:
                yield dg.AssetCheckResult(
                    asset_key=key.asset_key,
                    check_name=key.name,
                    passed=result["status"] == "pass",
                    severity=dg.AssetCheckSeverity.WARN if result["status"] == "warn" else dg.AssetCheckSeverity.ERROR,
                    metadata=metadata,
                )
                continue
            for parent in parents[result["unique_id"]]:
                yield dg.AssetObservation(asset_key=self._translator.get_asset_key(self._node(parent)), metadata=metadata)

    def _node(self, unique_id: str) -> Mapping[str, Any]:
        return self._manifest["nodes"].get(unique_id) or self._manifest["sources"][unique_id]
