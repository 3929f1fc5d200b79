"""dbt's parsed sources as typed contracts: what an export must look like and how its text becomes values.

Belongs here: the vocabulary of `meta` in `_<source>__sources.yml`, its defaults, and the mistakes one can make in it.
Does not belong here: reading an export, converting a value, any table by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.contract_types import (
    LOADER_PREFIXES,
    Column,
    ContractError,
    FileFormat,
    Freshness,
    Money,
    TableContract,
    nearest,
)
from orchestration.rest_contract import build_rest

__all__ = ["Column", "ContractError", "FileFormat", "Freshness", "Money", "TableContract", "build_contract", "load_contracts", "nearest"]

FORMAT_TYPES = ("csv", "ndjson", "json", "parquet", "xlsx")
TYPES = ("varchar", "boolean", "bigint", "date", "timestamp", "double")
TRANSPORTS = ("file", "rest", "both")
LOADS = ("merge", "append", "snapshot")
DERIVATIONS = ("hash", "email_hash", "email_alias_hash", "email_domain")
LINEAGE_COLUMNS = ("_load_id", "_source_file", "_row_number", "_line_number", "_extracted_at", "_extra")
TIME_DIRECTIVES = {
    "Y", "m", "-m", "d", "-d", "H", "-H", "I", "-I", "M", "S", "p", "b", "B", "z", "f", ".f", "3f", ".3f", "6f", ".6f", "T", "F", "%",
}  # fmt: skip
_TABLE_KEYS = {
    "vendor", "domain", "owner", "transport", "file_pattern", "format", "null_tokens", "key", "cursor", "load", "time_zone",
    "timestamp_format", "date_format", "decimal_separator", "thousands_separator", "on_new_column", "freshness", "row_floor",
    "rest", "rest_defaults", "loader", "deleted_when", "history",
}  # fmt: skip
_COLUMN_KEYS = {
    "source_name", "required", "format", "time_zone", "money", "percent", "round", "decimal_separator", "thousands_separator",
    "true_tokens", "false_tokens", "values", "personal", "null_tokens", "derive",
}  # fmt: skip
_TYPE = re.compile(rf"({'|'.join(TYPES)})|decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)")


def load_contracts(manifest_path: Path, salt: str = "") -> dict[tuple[str, str], TableContract]:
    """Contracts of every source table that comes by file, REST or both in dbt's manifest.json, by (source, table), sorted.

    `salt` goes into every hash that a column derives; another salt is another contract, so that hashes of two salts never meet.

    Raises ContractError for a manifest that cannot be read and for each mistake in a source's YAML.
    """
    try:
        manifest = json.loads(Path(manifest_path).read_text(encoding="utf-8"))
        sources = manifest["sources"]
    except (OSError, ValueError, KeyError) as error:
        raise ContractError(f"{manifest_path}: expected dbt's manifest.json with sources ({error}); run `dbt parse`") from None
    contracts = {}
    for node in sources.values():
        meta = (node.get("config") or {}).get("meta") or node.get("meta") or {}
        transport = _one_of(f"{node['source_name']}.{node['name']}", "transport", meta.get("transport"), (*TRANSPORTS, "internal"))
        if transport in TRANSPORTS:
            contract = build_contract(node["source_name"], node["name"], meta, node["columns"].values(), node.get("description", ""))
            salted = (replace(column, salt=salt) if "hash" in column.derive else column for column in contract.columns)
            contracts[contract.source, contract.table] = replace(contract, columns=tuple(salted))
    _check_parents(contracts)
    return dict(sorted(contracts.items()))


def build_contract(
    source: str, table: str, meta: Mapping[str, Any], columns: Iterable[Mapping[str, Any]], description: str = ""
) -> TableContract:
    """One contract from a table's merged meta and its columns (name, data_type, config.meta). Raises ContractError."""
    where = f"{source}.{table}"
    _refuse_unknown(where, meta, _TABLE_KEYS)
    columns = list(columns)
    built = tuple(_column(where, meta, column) for column in columns)
    if not built:
        raise ContractError(f"{where}: expected at least one column; write `columns:` with name and data_type")
    names = [column.name for column in built]
    as_they_come = [column.source_name for column in built if not column.derive]
    for label, values in (("name", names), ("source_name", as_they_come)):
        for value in values:
            if values.count(value) > 1:
                raise ContractError(f"{where}.{value}: expected each {label} once, got it {values.count(value)} times; rename one")
    key = tuple(_texts(where, "key", meta.get("key", [])))
    cursor = meta.get("cursor") or ""
    for label, names_used in (("key", key), ("cursor", (cursor,) if cursor else ())):
        for name in names_used:
            _known_column(where, label, name, names)
    for column in built:
        if column.money and column.money.currency_column:
            _known_column(f"{where}.{column.name}", "money.currency", column.money.currency_column, names)
    load = _one_of(where, "load", meta.get("load", "merge"), LOADS)
    transport = _one_of(where, "transport", meta.get("transport", "file"), TRANSPORTS)
    if "rest" in meta and transport == "file":
        raise ContractError(f"{where}: rest: expected with transport rest or both, got transport: file; write transport: both")
    floor = meta.get("row_floor")
    if floor is not None and (isinstance(floor, bool) or not isinstance(floor, (int, float)) or not 0 < floor <= 1):
        raise ContractError(f"{where}: row_floor: expected a share over 0 and up to 1 of the last snapshot, got {floor!r}; write 0.9")
    return TableContract(
        source=source,
        table=table,
        columns=built,
        key=key,
        cursor=cursor,
        load=load,
        file_pattern=tuple(_texts(where, "file_pattern", meta.get("file_pattern", "*"))) or ("*",),
        format=_file_format(where, meta.get("format", {})),
        on_new_column=_one_of(where, "on_new_column", meta.get("on_new_column", "keep"), ("keep", "fail")),
        row_floor=float(floor) if floor is not None else None,
        freshness=_freshness(where, meta.get("freshness")),
        owner=str(meta.get("owner", "")),
        description=description,
        vendor=str(meta.get("vendor", "")),
        domain=str(meta.get("domain", "")),
        transport=transport,
        loader=_one_of(where, "loader", meta.get("loader", ""), ("", *LOADER_PREFIXES)),
        deleted_when=_deleted_when(where, meta.get("deleted_when") or "", built),
        history=_history(where, meta.get("history", False), key),
        rest=build_rest(where, meta, columns, lambda column, over: _column(where, meta, column, over)) if transport != "file" else None,
    )


def _deleted_when(where: str, name: str, columns: tuple[Column, ...]) -> str:
    if name:
        _known_column(where, "deleted_when", name, [column.name for column in columns])
        kind = next(column.type for column in columns if column.name == name)
        if kind not in ("boolean", "date", "timestamp"):
            raise ContractError(f"{where}: deleted_when: expected a boolean, date or timestamp column, got {name}, a {kind}")
    return name


def _history(where: str, value: Any, key: tuple[str, ...]) -> bool:
    if not isinstance(value, bool):
        raise ContractError(f"{where}: history: expected true or false, got {value!r}")
    if value and not key:
        raise ContractError(f"{where}: history: expected a table with a key: without one a changed row is another row")
    return value


def _check_parents(contracts: Mapping[tuple[str, str], TableContract]) -> None:
    """A child resource asks about a table of its source that does not, in the end, ask about it."""
    for contract in contracts.values():
        behind, at = [contract.table], contract
        while at.rest and at.rest.parent:
            parent = at.rest.parent
            tables = [table for source, table in contracts if source == contract.source]
            if parent.table not in tables or parent.table in behind:
                got = f"{' -> '.join([*behind, parent.table])}, a circle" if parent.table in behind else repr(parent.table)
                hint = nearest(parent.table, tables) if parent.table not in tables else ""
                raise ContractError(f"{at.name}: rest.parent.table: expected another table of {contract.source}, got {got}{hint}")
            above = contracts[contract.source, parent.table]
            for name in (parent.field, *parent.carry):
                _known_column(at.name, "rest.parent.field", name, [column.name for column in above.columns])
            behind, at = [*behind, parent.table], above


def _column(table: str, defaults: Mapping[str, Any], column: Mapping[str, Any], over: Mapping[str, Any] | None = None) -> Column:
    name = column["name"]
    where = f"{table}.{name}"
    if name.lower() in LINEAGE_COLUMNS:
        raise ContractError(f"{where}: expected a name that landing does not add itself; rename it, its header goes to source_name")
    meta = {**(column.get("meta") or {}), **((column.get("config") or {}).get("meta") or {}), **(over or {})}
    _refuse_unknown(where, meta, _COLUMN_KEYS)
    match = _TYPE.fullmatch((column.get("data_type") or "").strip().lower())
    if not match:
        raise ContractError(f"{where}: data_type: expected {', '.join(TYPES)} or decimal(p,s), got {column.get('data_type')!r}")
    kind = match[1] or "decimal"
    precision, scale = (int(match[2]), int(match[3])) if kind == "decimal" else (0, 0)
    if kind == "decimal" and not (1 <= precision <= 38 and scale <= precision):
        raise ContractError(f"{where}: data_type: expected decimal(p,s) with p up to 38 and s up to p, got {column['data_type']}")

    def inherited(key: str, default: Any) -> Any:
        return meta.get(key, defaults.get(key, default))

    time_format, time_zone = "", ""
    if kind in ("date", "timestamp"):
        setting = f"{kind}_format"
        time_format = meta.get("format") or defaults.get(setting) or ""
        _check_time_format(where, setting, time_format, kind)
        if kind == "timestamp" and "%z" not in time_format:
            time_zone = _zone(where, inherited("time_zone", ""))
    elif "format" in meta:
        raise ContractError(f"{where}: format: expected on a date or timestamp only, this is {kind}; remove it")
    decimal = _separator(where, "decimal_separator", inherited("decimal_separator", "."))
    thousands = _separator(where, "thousands_separator", inherited("thousands_separator", ""))
    if kind in ("bigint", "decimal", "double") and (not decimal or decimal == thousands):
        raise ContractError(f"{where}: expected decimal_separator and thousands_separator to differ, got {decimal!r} for both; change one")
    money = _money(where, meta["money"]) if meta.get("money") else None
    if money and kind != "decimal":
        raise ContractError(f"{where}: money: expected data_type decimal(18,4), got {kind}: money is never {kind}")
    if money and money.unit != "major" and scale < 4:
        raise ContractError(
            f"{where}: money.unit {money.unit}: expected at least 4 decimals for every ISO 4217 currency; write decimal(18,4)"
        )
    rounds = _flag(where, "round", meta.get("round", False))
    if rounds and (kind != "decimal" or money):
        raise ContractError(f"{where}: round: expected on a decimal that is no money, this is {'money' if money else kind}; remove it")
    return Column(
        name=name,
        type=kind,
        precision=precision,
        scale=scale,
        source_name=str(meta.get("source_name", name)),
        required=_flag(where, "required", meta.get("required", False)),
        format=time_format,
        time_zone=time_zone,
        money=money,
        percent=_flag(where, "percent", meta.get("percent", False)),
        round=rounds,
        decimal_separator=decimal,
        thousands_separator=thousands,
        true_tokens=tuple(_texts(where, "true_tokens", meta.get("true_tokens", Column.true_tokens))),
        false_tokens=tuple(_texts(where, "false_tokens", meta.get("false_tokens", Column.false_tokens))),
        values=tuple(_texts(where, "values", meta.get("values", ()))),
        personal=_flag(where, "personal", meta.get("personal", False)),
        null_tokens=tuple(_texts(where, "null_tokens", inherited("null_tokens", ()))),
        derive=_derive(where, meta.get("derive"), kind),
        description=column.get("description", ""),
    )


def _derive(where: str, value: Any, kind: str) -> str:
    if value and kind != "varchar":
        raise ContractError(f"{where}: derive: expected data_type varchar, got {kind}: what is derived is text")
    return _one_of(where, "derive", value, DERIVATIONS) if value else ""


def _money(where: str, money: Any) -> Money:
    if not isinstance(money, Mapping):
        raise ContractError(f"{where}: money: expected {{unit: minor or major, currency: ..., negative: allow or refuse}}, got {money!r}")
    _refuse_unknown(where, money, {"unit", "currency", "negative"}, "money.")
    unit = _one_of(where, "money.unit", money.get("unit"), ("minor", "major", "micro"))
    currency = money.get("currency")
    if not isinstance(currency, str) or not currency:
        raise ContractError(f"{where}: money.currency: expected a column of the table or a literal like \"'GBP'\", got {currency!r}")
    literal = currency[1:-1] if len(currency) > 2 and currency[0] == currency[-1] == "'" else ""
    if literal and not re.fullmatch(r"[A-Z]{3}", literal):
        raise ContractError(f"{where}: money.currency: expected an ISO 4217 code in capitals, got {currency}; write \"'GBP'\"")
    negative = _one_of(where, "money.negative", money.get("negative", "refuse"), ("allow", "refuse"))
    return Money(unit=unit, currency_column="" if literal else currency, currency_literal=literal, negative=negative)


def _file_format(where: str, meta: Mapping[str, Any]) -> FileFormat:
    _refuse_unknown(where, meta, {"type", "delimiter", "quote", "escape", "encoding", "sheet"}, "format.")
    kind = _one_of(where, "format.type", meta.get("type", "csv"), FORMAT_TYPES)
    built = FileFormat(
        type=kind,
        delimiter=meta.get("delimiter", ","),
        quote=meta.get("quote", '"') or "",
        escape=meta.get("escape", "") or "",
        encoding=meta.get("encoding", "utf-8"),
        sheet=meta.get("sheet", "") or "",
    )
    if not built.delimiter or built.delimiter in ("\n", "\r", built.quote):
        raise ContractError(f"{where}: format.delimiter: expected neither the quote nor a line end, got {built.delimiter!r}; write ','")
    if len(built.quote) > 1 or len(built.escape) > 1:
        raise ContractError(f"{where}: format.quote, format.escape: expected one character or none, got {built.quote!r}, {built.escape!r}")
    try:
        "".encode(built.encoding)
    except LookupError:
        raise ContractError(f"{where}: format.encoding: expected one such as utf-8, utf-16 or latin-1, got {built.encoding!r}") from None
    return built


def _freshness(where: str, meta: Any) -> Freshness | None:
    if not meta:
        return None
    _refuse_unknown(where, meta, {"warn_after_days", "error_after_days"}, "freshness.")
    days = [meta.get("warn_after_days"), meta.get("error_after_days", meta.get("warn_after_days"))]
    if any(isinstance(day, bool) or not isinstance(day, int) or day < 0 for day in days) or days[0] > days[1]:
        raise ContractError(f"{where}: freshness: expected warn_after_days up to error_after_days, whole days, got {days}")
    return Freshness(days[0], meta.get("error_after_days"))


def _check_time_format(where: str, setting: str, time_format: str, kind: str) -> None:
    example = "%Y-%m-%d" if kind == "date" else "%Y-%m-%d %H:%M:%S"
    if not time_format:
        raise ContractError(f"{where}: {setting}: expected the one format of this {kind}, got none; write {setting}: '{example}'")
    directives = re.findall(r"%(-?\.?\d?[A-Za-z%])", time_format)
    if "y" in directives or "-y" in directives:
        raise ContractError(f"{where}: {setting}: expected a 4-digit year, got %y in {time_format!r}; ask for exports with 4-digit years")
    unknown = [directive for directive in directives if directive not in TIME_DIRECTIVES]
    if unknown or not directives:
        raise ContractError(f"{where}: {setting}: expected strptime directives like {example!r}, got {time_format!r}")
    have = {directive.lstrip("-") for directive in directives}
    date_parts = {"F"} <= have or ({"Y", "d"} <= have and bool(have & {"m", "b", "B"}))
    time_parts = {"T"} <= have or "H" in have or {"I", "p"} <= have
    if not date_parts or (kind == "timestamp" and not time_parts) or (kind == "date" and have & {"H", "I", "T", "z"}):
        raise ContractError(f"{where}: {setting}: expected a whole {kind} such as {example!r}, got {time_format!r}")


def _zone(where: str, zone: Any) -> str:
    if not zone:
        raise ContractError(f"{where}: time_zone: expected the zone of a time without offset, got none; write time_zone: UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError, TypeError):
        raise ContractError(f"{where}: time_zone: expected an IANA time zone like Europe/London, got {zone!r}") from None
    return zone


def _one_of(where: str, setting: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ContractError(f"{where}: {setting}: expected {' or '.join(allowed)}, got {value!r}; write {setting}: {allowed[0]}")
    return value


def _flag(where: str, setting: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ContractError(f"{where}: {setting}: expected true or false, got {value!r}")
    return value


def _separator(where: str, setting: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 1 or value.isdigit() or value == "-":
        raise ContractError(f"{where}: {setting}: expected one character such as '.' or ',', got {value!r}")
    return value


def _texts(where: str, setting: str, value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else list(value or ())
    if not all(isinstance(item, str) for item in values):
        raise ContractError(f"{where}: {setting}: expected text in each entry, got {values!r}; put quotes around true, false and numbers")
    return values


def _known_column(where: str, setting: str, name: str, names: list[str]) -> None:
    if name not in names:
        raise ContractError(f"{where}: {setting}: expected one of its columns, got {name!r}{nearest(name, names)}")


def _refuse_unknown(where: str, meta: Mapping[str, Any], allowed: set[str], prefix: str = "") -> None:
    for key in sorted(meta.keys() - allowed):
        hint = nearest(key, allowed) or f"; known are {', '.join(sorted(allowed))}"
        raise ContractError(f"{where}: meta.{prefix}{key}: expected a known setting{hint}")
