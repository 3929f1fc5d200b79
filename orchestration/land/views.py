"""Landed loads as views of a DuckDB warehouse: raw_<source>.<table>, merged by key, typed even when nothing has landed.

Of rows with one key the latest by cursor counts, then by load, then by row number. Loads whose ranges of a cursor in the key do not
touch cannot share a key: they are read as they are, and only overlapping ones are merged. A snapshot shows its last load. A row whose
latest version says that the source deleted it is not shown. Where the contract says `history`, raw_<source>.<table>__history shows every
version with the time from which and to which it held.

Belongs here: the SQL of these views. Does not belong here: any rule of a model.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.contracts import TableContract
from orchestration.extract.errors import ExportError
from orchestration.land.manifest import Manifest, committed_loads, table_folder

LINEAGE_TYPES = {
    "_load_id": "varchar",
    "_source_file": "varchar",
    "_row_number": "bigint",
    "_line_number": "bigint",
    "_extracted_at": "timestamp",
    "_extra": "varchar",
}


def create_views(connection: duckdb.DuckDBPyConnection, contracts: Iterable[TableContract], lake: Path) -> None:
    """Create or replace schema and view of every contract. Raises ExportError when loads of an older contract do not fit the new one."""
    for contract in contracts:
        schema, view = quoted(f"raw_{contract.source}"), quoted(contract.table)
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create or replace view {schema}.{view} as {view_sql(contract, Path(lake))}")
        if contract.history:
            name = quoted(f"{contract.table}__history")
            connection.execute(f"create or replace view {schema}.{name} as {history_sql(contract, Path(lake))}")


def view_sql(contract: TableContract, lake: Path) -> str:
    """The select of one table's view: its contract's columns, then the lineage columns; no row when nothing has landed."""
    landed = latest_sql(contract, lake)
    return f"select * from ({landed}) as landed where not {deleted_sql(contract)}" if contract.deleted_when else landed


def deleted_sql(contract: TableContract) -> str:
    """Whether a row says of itself that the source deleted it."""
    name = quoted(contract.deleted_when)
    return f"coalesce({name}, false)" if contract.column(contract.deleted_when).type == "boolean" else f"({name} is not null)"


def latest_sql(contract: TableContract, lake: Path) -> str:
    """As `view_sql`, with the rows that the source deleted."""
    loads = [load for load in committed_loads(contract, lake) if load.parts]
    if contract.load == "snapshot":
        loads = committed_loads(contract, lake)[-1:]
        loads = [load for load in loads if load.parts]
    if not loads:
        empty = [f"cast(null as {kind}) as {quoted(name)}" for name, kind in _types(contract).items()]
        return f"select {', '.join(empty)} where false"
    apart, together = _separate(contract, loads)
    selects = [_select(contract, lake, load_group) for load_group in _by_columns(apart)]
    if together:
        merged = " union all by name ".join(_select(contract, lake, group) for group in _by_columns(together))
        latest = [f"{quoted(contract.cursor)} desc nulls last"] if contract.cursor else []
        keys = ", ".join(quoted(name) for name in contract.key_columns)
        order = ", ".join([*latest, '"_load_id" desc', '"_row_number" desc'])
        selects.append(f"select * from ({merged}) as landed qualify row_number() over (partition by {keys} order by {order}) = 1")
    return " union all ".join(f"({select})" for select in selects)


def history_sql(contract: TableContract, lake: Path) -> str:
    """The select of one table's history: the view's columns, valid_from_at, valid_to_at (null: still holds); one row per key and version.

    A version of a merged table begins at its cursor's time, or at the export's where it has none, and ends where the next begins. Of a
    snapshot it begins at the first complete export that shows it and ends at the first that shows it no more: nothing else says that a
    row was deleted, unless the contract's `deleted_when` does; a version that says so ends the one before and is not shown.
    """
    loads = [load for load in committed_loads(contract, lake) if load.parts or contract.load == "snapshot"]
    with_rows = [load for load in loads if load.parts]
    if not with_rows:
        times = "cast(null as timestamp) as valid_from_at, cast(null as timestamp) as valid_to_at"
        return f"select *, {times} from ({latest_sql(contract, lake)})"
    versions = " union all by name ".join(_select(contract, lake, group) for group in _by_columns(with_rows))
    keys = ", ".join(quoted(name) for name in contract.key_columns)
    facts = ", ".join(quoted(column.name) for column in contract.columns if column.name != contract.cursor) or keys
    times = ", ".join(f"({number}, '{load.load_id}', cast('{load.extracted_at}' as timestamp))" for number, load in enumerate(loads, 1))
    numbered = f"select versions.*, loads.number from ({versions}) as versions inner join loads on versions._load_id = loads.load_id"
    if contract.load == "snapshot":
        steps = f"""
            runs as (select *, number - row_number() over (partition by {keys}, row({facts}) order by number) as run from ({numbered})),
            spans as (
                select *, min(number) over same as first_number, max(number) over same as last_number,
                    row_number() over (partition by {keys}, row({facts}), run order by number desc) as place
                from runs window same as (partition by {keys}, row({facts}), run)
            ),
            timed as (
                select spans.*, began.loaded_at as valid_from_at, ended.loaded_at as valid_to_at
                from spans inner join loads as began on spans.first_number = began.number
                left join loads as ended on spans.last_number + 1 = ended.number
                where spans.place = 1
            )"""
        helpers = "number, run, first_number, last_number, place"
    else:
        since = f"coalesce(cast({quoted(contract.cursor)} as timestamp), _extracted_at)" if _is_time(contract) else "_extracted_at"
        order = "order by valid_from_at, _load_id, _row_number"
        steps = f"""
            versioned as (select *, {since} as valid_from_at from ({numbered})),
            compared as (
                select *, row({facts}) is not distinct from lag(row({facts})) over (partition by {keys} {order}) as is_same from versioned
            ),
            timed as (
                select * exclude (is_same), lead(valid_from_at) over (partition by {keys} {order}) as valid_to_at
                from compared where not is_same
            )"""
        helpers = "number"
    alive = f" where not {deleted_sql(contract)}" if contract.deleted_when else ""
    return f"with loads(number, load_id, loaded_at) as (values {times}), {steps} select * exclude ({helpers}) from timed{alive}"


def _is_time(contract: TableContract) -> bool:
    return bool(contract.cursor) and contract.column(contract.cursor).type in ("date", "timestamp")


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _separate(contract: TableContract, loads: list[Manifest]) -> tuple[list[Manifest], list[Manifest]]:
    """Loads that share no key with any other, and the rest. Within one load a key occurs once."""
    if len(loads) == 1:
        return loads, []
    cursor = contract.cursor
    if cursor not in contract.key_columns or any(load.cursor_min is None or load.profile[cursor]["nulls"] for load in loads):
        return [], loads
    if any(load.columns.get(cursor) != contract.column(cursor).sql_type for load in loads):
        return [], loads
    if contract.column(cursor).type not in ("date", "timestamp"):
        return [], loads
    apart: list[Manifest] = []
    together: list[Manifest] = []
    group: list[Manifest] = []
    reach = ""
    for load in [*sorted(loads, key=lambda item: item.cursor_min), None]:
        # ISO texts of dates and times sort as the times do, as long as both have or lack a fraction: compare the shorter prefix.
        if load is not None and group and _not_after(load.cursor_min, reach):
            group.append(load)
            reach = max(reach, load.cursor_max)
            continue
        (apart if len(group) == 1 else together).extend(group)
        if load is not None:
            group, reach = [load], load.cursor_max
    return apart, together


def _not_after(start: str, end: str) -> bool:
    length = min(len(start), len(end))
    return start[:length] <= end[:length]


def _by_columns(loads: list[Manifest]) -> list[list[Manifest]]:
    """Loads grouped by the columns they were landed with."""
    groups: dict[tuple[tuple[str, str], ...], list[Manifest]] = {}
    for load in loads:
        groups.setdefault(tuple(load.columns.items()), []).append(load)
    return list(groups.values())


def _select(contract: TableContract, lake: Path, loads: list[Manifest]) -> str:
    folder = table_folder(contract, lake)
    files = [str((folder / load.load_id / part).resolve()) for load in loads for part in load.parts]
    landed = loads[0].columns | LINEAGE_TYPES
    columns = []
    for name, kind in _types(contract).items():
        if name not in landed:
            columns.append(f"cast(null as {kind}) as {quoted(name)}")
        elif landed[name] == kind:
            columns.append(f"{quoted(name)} as {quoted(name)}")
        elif kind == "varchar":
            columns.append(f"cast({quoted(name)} as varchar) as {quoted(name)}")
        else:
            raise ExportError(
                f"{contract.name}.{name}: load {loads[0].load_id} holds {landed[name]}, the contract now says {kind}; "
                "replay the table's loads of older contracts"
            )
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    return f"select {', '.join(columns)} from read_parquet([{listed}], hive_partitioning = false)"


def _types(contract: TableContract) -> dict[str, str]:
    return {column.name: column.sql_type for column in contract.columns} | LINEAGE_TYPES
