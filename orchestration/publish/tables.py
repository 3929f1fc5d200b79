"""What is published: the models that say so in their `config.meta`, and the registers that publishing itself keeps.

Belongs here: reading published tables out of dbt's manifest; the columns of the registers, once.
Does not belong here: values, queries, checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCHEMA = "published"


@dataclass(frozen=True)
class Column:
    """One column of a published table; `required` means never null, `negative` whether values below 0 are allowed."""

    name: str
    data_type: str
    description: str = ""
    required: bool = False
    negative: bool = True
    personal: bool = False


@dataclass(frozen=True)
class PublishedTable:
    """One published table: where the warehouse has it (`schema.name`) and what its contract promises.

    `key` is unique over the rows. With `open_columns` the table may have more columns than are named here.
    """

    name: str
    relation: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    domain: str = ""
    open_columns: bool = False


def published_tables(manifest: Mapping[str, Any]) -> list[PublishedTable]:
    """Models with `config.meta.published: true`, by name. A disabled model is in no manifest's nodes and so is not published."""
    tests = _tests_by_model(manifest)
    found = [
        _table(node, tests.get(unique_id, []))
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and (node["config"].get("meta") or {}).get("published")
    ]
    return sorted(found, key=lambda table: table.name)


def declared_reconciliations(manifest: Mapping[str, Any]) -> dict[str, tuple[str, tuple[Mapping[str, Any], ...]]]:
    """Model -> (its relation, what its `config.meta.reconciles` states); one statement or a list of them (checks/reconcile.py)."""
    found = {}
    for node in manifest["nodes"].values():
        stated = (node["config"].get("meta") or {}).get("reconciles") if node["resource_type"] == "model" else None
        if stated:
            relation = f"{node['schema']}.{node.get('alias') or node['name']}"
            found[node["name"]] = (relation, tuple(stated) if isinstance(stated, list) else (stated,))
    return dict(sorted(found.items()))


def _table(node: Mapping[str, Any], tests: list[Mapping[str, Any]]) -> PublishedTable:
    key, required, positive = _promises(node, tests)
    columns = tuple(
        Column(
            name=name,
            data_type=column.get("data_type") or "",
            description=column.get("description") or "",
            required=name in required,
            negative=name not in positive,
            personal=bool(((column.get("config") or {}).get("meta") or column.get("meta") or {}).get("personal")),
        )
        for name, column in node["columns"].items()
    )
    return PublishedTable(
        name=node["name"],
        relation=f"{node['schema']}.{node.get('alias') or node['name']}",
        description=node.get("description") or "",
        columns=columns,
        key=key,
        domain=node["fqn"][2] if len(node["fqn"]) > 3 else node["schema"],
    )


def _promises(node: Mapping[str, Any], tests: list[Mapping[str, Any]]) -> tuple[tuple[str, ...], set[str], set[str]]:
    """Key, never-null and never-negative columns that a model's constraints and generic tests state."""
    keys: list[tuple[str, ...]] = []
    required: set[str] = set()
    positive: set[str] = set()
    stated = [(constraint, tuple(constraint.get("columns") or ())) for constraint in node.get("constraints") or []]
    for name, column in node["columns"].items():
        stated += [(constraint, (name,)) for constraint in column.get("constraints") or []]
    for constraint, columns in stated:
        if constraint["type"] in ("primary_key", "unique"):
            keys.append(columns)
        if constraint["type"] in ("primary_key", "not_null"):
            required.update(columns)
    for test in tests:
        given = test.get("test_metadata") or {}
        arguments = given.get("kwargs") or {}
        columns = tuple(arguments.get("columns") or ([arguments["column_name"]] if arguments.get("column_name") else []))
        if given.get("name") in ("unique", "unique_combination"):
            keys.append(columns)
        if given.get("name") in ("not_null", "unique_combination"):
            required.update(columns)
        if given.get("name") == "not_negative":
            positive.update(columns)
    # The shortest key is the one that says most: the others follow from it.
    return (min(keys, key=lambda key: (len(key), key)) if keys else ()), required, positive


def _tests_by_model(manifest: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    by_model: dict[str, list[Mapping[str, Any]]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("attached_node") and not (node.get("config") or {}).get("where"):
            by_model.setdefault(node["attached_node"], []).append(node)
    return by_model


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    """Columns from (name, type, description); a type that ends in `!` is never null."""
    return tuple(
        Column(name, data_type.rstrip("!"), description, required=data_type.endswith("!")) for name, data_type, description in rows
    )


_METRIC_KEY = (
    ("metric", "varchar!", "Name of the metric; metric_definitions says what it is."),
    ("period_grain", "varchar!", "day, week, month, quarter, or all."),
    ("period_on", "date", "First day of the period."),
    ("segment_kind", "varchar!", "By what the metric is split; total for no split."),
    ("segment", "varchar!", "The part of the split; all for no split."),
)
METRICS = PublishedTable(
    "metrics",
    "published.metrics",
    "Every metric's values. Grain, one row per metric, period grain, period, segment kind and segment.",
    _columns(
        *_METRIC_KEY,
        ("numerator", "decimal(28,4)", "What is divided, or the value of a metric that divides nothing."),
        ("denominator", "decimal(28,4)", "What it is divided by."),
        ("value", "decimal(28,10)", "The metric; null where status is not ok."),
        ("sample_size", "bigint", "Rows that the value stands on."),
        ("interval_low", "double", "Lower end of the 95 % interval."),
        ("interval_high", "double", "Upper end of the 95 % interval."),
        ("interval_method", "varchar", "How the interval was computed."),
        ("is_complete", "boolean!", "Whether the period had ended on the day computed."),
        ("status", "varchar!", "ok, not_enough_data or not_available."),
        ("reason", "varchar", "Why the status is not ok."),
    ),
    key=tuple(name for name, _, _ in _METRIC_KEY),
    domain="metrics",
)
# Its columns are the register's own (semantic/register.py); what publishing needs of it stands here.
METRIC_DEFINITIONS = PublishedTable(
    "metric_definitions",
    "published.metric_definitions",
    "What each metric is. Grain, one row per metric.",
    _columns(("metric", "varchar!", "Name of the metric."), ("definition_hash", "varchar!", "Changes when the metric's meaning does.")),
    key=("metric",),
    domain="metrics",
    open_columns=True,
)
LOADS = PublishedTable(
    "loads",
    "",
    "Row accounting of every committed load: rows_in = accepted + quarantined + duplicates. Grain, one row per source, table and load.",
    _columns(
        ("source", "varchar!", "Source of the export."),
        ("source_table", "varchar!", "Table of the source."),
        ("load_id", "varchar!", "Load: its sequence and the start of its file's hash."),
        ("source_file", "varchar", "Name of the export file."),
        ("sha256", "varchar", "Hash of the file's bytes."),
        ("rows_in", "bigint!", "Records that the file held."),
        ("accepted", "bigint!", "Rows that conformed to the contract."),
        ("quarantined", "bigint!", "Rows that did not, kept with a reason."),
        ("duplicates", "bigint!", "Rows that repeated another row of the export."),
        ("visible_rows", "bigint", "Accepted rows that no later load has replaced."),
        ("cursor_from_at", "timestamp", "Earliest cursor among the accepted rows."),
        ("cursor_to_at", "timestamp", "Latest cursor among the accepted rows."),
        ("contract_hash", "varchar", "Hash of the contract that the load was conformed to."),
    ),
    key=("source", "source_table", "load_id"),
)
PUBLICATIONS = PublishedTable(
    "publications",
    "",
    "What was published, as of when, from which loads. Grain, one row per version.",
    _columns(
        ("version", "bigint!", "Number of the version; a sequence, never a time."),
        ("as_of", "date!", "Day that the numbers are computed for."),
        ("published_at", "timestamp!", "When the version was built to be published, UTC."),
        ("run_id", "varchar", "Run that built it."),
        ("content_digest", "varchar!", "Hash over the contents of all tables, the day, the loads and the code."),
        ("manifest_checksum", "varchar", "Hash of the dbt project that built it."),
        ("code_revision", "varchar", "Revision of the code, where it is known."),
        ("load_count", "bigint!", "Committed loads that the version was built from."),
        ("newest_loads", "varchar!", "JSON: newest load of each source table."),
        ("row_count", "bigint!", "Rows of all published tables."),
        ("rows_by_table", "varchar!", "JSON: rows of each published table."),
        ("lineage_hashes", "varchar!", "JSON: hash of the models and seeds that each metric stands on."),
    ),
    key=("version",),
)
RESTATEMENTS = PublishedTable(
    "restatements",
    "",
    "Values of closed periods that a version changed, with the cause. Grain, one row per version, metric, period and segment.",
    _columns(
        ("version", "bigint!", "Version that changed the value."),
        *_METRIC_KEY,
        ("old_value", "decimal(28,10)", "Value of the version before."),
        ("new_value", "decimal(28,10)", "Value of this version."),
        ("old_numerator", "decimal(28,4)", "Numerator of the version before."),
        ("new_numerator", "decimal(28,4)", "Numerator of this version."),
        ("old_denominator", "decimal(28,4)", "Denominator of the version before."),
        ("new_denominator", "decimal(28,4)", "Denominator of this version."),
        ("cause", "varchar!", "changed_definition, backfill, corrected_source, late_data or unexplained."),
        ("detail", "varchar", "The load, the definition or the day behind the cause."),
    ),
    key=("version", "metric", "period_grain", "period_on", "segment_kind", "segment"),
)
QUALITY_RESULTS = PublishedTable(
    "quality_results",
    "",
    "What every gate found for this version. Grain, one row per boundary, table, column and check.",
    _columns(
        ("boundary", "varchar!", "landed, warehouse or to_publish."),
        ("table_name", "varchar!", "Table that was checked."),
        ("column_name", "varchar", "Column that was checked; null for the whole table."),
        ("check_name", "varchar!", "What was checked."),
        ("severity", "varchar!", "error blocks a publish, warn tells."),
        ("status", "varchar!", "passed, failed, crashed or skipped."),
        ("observed", "varchar", "What was found."),
        ("expected", "varchar", "What should have been found."),
        ("failing_rows", "varchar", "JSON: a sample of the failing rows, or where they are."),
        ("message", "varchar", "What it means and what to do."),
        ("seconds", "double", "Time that the check took."),
    ),
)
QUALITY_HISTORY = PublishedTable(
    "quality_history",
    "",
    "Rows and nulls of every published column, version by version: what the anomaly checks compare with. "
    "Grain, one row per version, table and column (null column: the table itself).",
    _columns(
        ("version", "bigint!", "Version."),
        ("as_of", "date!", "Day that the version computed."),
        ("table_name", "varchar!", "Published table."),
        ("column_name", "varchar", "Column; null for the table itself."),
        ("row_count", "bigint!", "Rows of the table."),
        ("null_count", "bigint", "Rows in which the column is null."),
    ),
)
REGISTERS = (LOADS, PUBLICATIONS, RESTATEMENTS, QUALITY_RESULTS, QUALITY_HISTORY)
# Facts about the run rather than about the business: kept out of content hashes, so that the same content is the same hash.
VOLATILE = {"published_at", "run_id", "seconds"}


def empty_table(table: PublishedTable) -> str:
    """SQL that creates a register, empty, in the current catalog's published schema."""
    columns = ", ".join(f"{column.name} {column.data_type}" for column in table.columns)
    return f"create table {SCHEMA}.{table.name} ({columns})"
