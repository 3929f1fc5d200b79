"""Which checks must have run and not failed before a publish: derived from the contracts and the manifest, never from what ran.

Belongs here: the list. Does not belong here: performing a check (checks/, which reads this list to know what to do).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from orchestration.publish.tables import METRIC_DEFINITIONS, METRICS, PublishedTable, declared_reconciliations, published_tables

LANDED, WAREHOUSE, TO_PUBLISH = "landed", "warehouse", "to_publish"
LANDED_CHECKS = ("files", "row_accounting", "quarantined_share", "row_floor", "schema_drift", "freshness", "volume", "null_share")
RAW_CHECKS = ("raw_rows",)
PUBLISHED_CHECKS = ("columns", "volume", "null_share")


@dataclass(frozen=True, order=True)
class RequiredCheck:
    """A check by what it looks at. As text: `boundary/table[.column]/check`."""

    boundary: str
    table: str
    column: str
    check: str

    def __str__(self) -> str:
        return check_name(self.boundary, self.table, self.column, self.check)


def check_name(boundary: str, table: str, column: str | None, check: str) -> str:
    return f"{boundary}/{table}{'.' + column if column else ''}/{check}"


class ContractColumn(Protocol):
    name: str
    required: bool


class Contract(Protocol):
    """What this list needs of a source table's contract."""

    source: str
    table: str
    columns: Iterable[ContractColumn]


def required_checks(manifest: Mapping[str, Any], contracts: Iterable[Contract]) -> list[RequiredCheck]:
    """Every check that a publish of this manifest needs; `contracts` are those of the sources that the company runs.

    Landed: each source table's accounting, floor, drift, freshness and volume, and its required columns. Warehouse: each dbt test, the raw
    views' rows, each declared reconciliation. To publish: each published table's columns, keys, never-null and never-negative columns,
    volume and nulls; no unexplained restatement. Sorted.
    """
    found: set[RequiredCheck] = set()
    for contract in contracts:
        name = f"{contract.source}.{contract.table}"
        found |= {RequiredCheck(LANDED, name, "", check) for check in LANDED_CHECKS}
        found |= {RequiredCheck(LANDED, name, column.name, "not_null") for column in contract.columns if column.required}
        found |= {RequiredCheck(WAREHOUSE, name, "", check) for check in RAW_CHECKS}
    found |= {RequiredCheck(WAREHOUSE, model, "", "reconciles") for model in declared_reconciliations(manifest)}
    found |= set(dbt_tests(manifest).values())
    for table in [*published_tables(manifest), METRICS, METRIC_DEFINITIONS]:
        found |= set(checks_of(table))
    found.add(RequiredCheck(TO_PUBLISH, METRICS.name, "", "restatements"))
    return sorted(found)


def checks_of(table: PublishedTable) -> list[RequiredCheck]:
    """The required checks of one published table."""
    checks = [RequiredCheck(TO_PUBLISH, table.name, "", check) for check in PUBLISHED_CHECKS]
    checks += [RequiredCheck(TO_PUBLISH, table.name, column.name, "not_null") for column in table.columns if column.required]
    checks += [RequiredCheck(TO_PUBLISH, table.name, column.name, "not_negative") for column in table.columns if not column.negative]
    if table.key:
        checks.append(RequiredCheck(TO_PUBLISH, table.name, "", "unique_key"))
    return checks


def dbt_tests(manifest: Mapping[str, Any]) -> dict[str, RequiredCheck]:
    """dbt's data tests by unique id. A test of no one model (a reconciliation in SQL) is named after itself."""
    found = {}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] != "test":
            continue
        attached = node.get("attached_node") or ""
        table = attached.split(".", 2)[-1] if attached else node["name"]
        found[unique_id] = RequiredCheck(WAREHOUSE, table, node.get("column_name") or "", node["name"])
    return found
