"""The types of a contract: what one table's exports look like, column by column.

Belongs here: plain records and what follows from them alone. Does not belong here: YAML, mistakes in it, reading an export.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.rest_types import Rest


class ContractError(ValueError):
    """A contract is wrong; the message names source.table.column, what was expected and what to write."""


@dataclass(frozen=True)
class FileFormat:
    """How bytes become fields. `delimiter` may be any text, `quote` and `escape` one character or empty."""

    type: str = "csv"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    encoding: str = "utf-8"
    sheet: str = ""


@dataclass(frozen=True)
class Money:
    """Unit `minor` (integers, scaled by the ISO 4217 exponent), `micro` (integers of a millionth) or `major`.

    The currency is a column or a literal, never both.
    """

    unit: str
    currency_column: str = ""
    currency_literal: str = ""
    negative: str = "refuse"


@dataclass(frozen=True)
class Column:
    """One column: its landed name and type, its header in the export, and the only spelling of a value that is accepted."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0
    source_name: str = ""
    required: bool = False
    format: str = ""
    time_zone: str = ""
    money: Money | None = None
    percent: bool = False
    #: More decimals than the column has are rounded, not refused; never of money.
    round: bool = False
    decimal_separator: str = "."
    thousands_separator: str = ""
    true_tokens: tuple[str, ...] = ("true", "True", "TRUE")
    false_tokens: tuple[str, ...] = ("false", "False", "FALSE")
    values: tuple[str, ...] = ()
    personal: bool = False
    null_tokens: tuple[str, ...] = ()
    #: What is landed instead of the text itself, one of DERIVATIONS; several columns may then come from one header.
    derive: str = ""
    salt: str = field(default="", repr=False)
    description: str = ""

    @property
    def sql_type(self) -> str:
        return f"decimal({self.precision},{self.scale})" if self.type == "decimal" else self.type


@dataclass(frozen=True)
class Freshness:
    """Days by which max(cursor) may trail `as_of` before a warning, and before an error; without the latter, it never blocks."""

    warn_after_days: int
    error_after_days: int | None


#: Columns that other loaders add to what they land, by how their names begin (dlthub.com, Destination tables; docs.airbyte.com, Airbyte
#: metadata fields, and the `_ab_` columns of its file and change-capture sources; fivetran.com, System columns and tables).
LOADER_PREFIXES = {"dlt": ("_dlt_",), "airbyte": ("_airbyte_", "_ab_"), "fivetran": ("_fivetran_",)}


@dataclass(frozen=True)
class TableContract:
    """What one table's exports look like, how loads of it combine, and who owns it. `key` empty means the whole row."""

    source: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    cursor: str
    load: str
    file_pattern: tuple[str, ...]
    format: FileFormat
    on_new_column: str
    row_floor: float | None
    freshness: Freshness | None
    owner: str
    description: str = ""
    vendor: str = ""
    domain: str = ""
    #: file, rest, or both: then the company says which.
    transport: str = "file"
    rest: Rest | None = None
    #: Who wrote the exports, one of LOADER_PREFIXES; empty: the vendor.
    loader: str = ""
    #: A boolean, date or timestamp column by which the source says that a row is gone: true, or when.
    deleted_when: str = ""
    #: Whether earlier versions of rows are shown as well, in <table>__history.
    history: bool = False

    @property
    def name(self) -> str:
        return f"{self.source}.{self.table}"

    @cached_property
    def read_columns(self) -> tuple[Column, ...]:
        """The columns that a file is read into: one for each header, the first that names it."""
        return tuple({column.source_name: column for column in reversed(self.columns)}.values())[::-1]

    @cached_property
    def read_name(self) -> Mapping[str, str]:
        """Landed column -> the read column that carries its text."""
        carriers = {column.source_name: column.name for column in self.read_columns}
        return {column.name: carriers[column.source_name] for column in self.columns}

    def is_loaders_own(self, header: str) -> bool:
        """Whether the loader added this column: known by name, landed only where the contract declares it."""
        return bool(self.loader) and header.startswith(LOADER_PREFIXES[self.loader])

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns that tell rows apart: the key, or all of them."""
        return self.key or tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    @cached_property
    def over_rest(self) -> TableContract:
        """The same table as its API spells it: what a reader of kept pages reads and converts by. Raises ValueError without `rest`."""
        if self.rest is None:
            raise ValueError(f"{self.name} does not come over REST")
        salts = {column.name: column.salt for column in self.columns}
        return replace(self, columns=tuple(replace(column, salt=salts[column.name]) for column in self.rest.columns))

    def asking(self, host: str) -> TableContract:
        """The same contract with another server in the vendor's place; an empty `host` is the vendor itself."""
        if not host or self.rest is None:
            return self
        return replace(self, rest=replace(self.rest, client=self.rest.client.at(host)))

    @cached_property
    def contract_hash(self) -> str:
        """16 hex digits over all that changes how rows land; words for people (descriptions, owner, freshness) do not count."""
        facts = asdict(self)
        for words in ("owner", "description", "vendor", "domain", "freshness", "row_floor", "file_pattern", "transport"):
            facts.pop(words)
        # How rows are shown, not how they land.
        del facts["deleted_when"], facts["history"]
        if not self.loader:
            facts.pop("loader")
        # Of REST, what changes how kept pages become rows; a table without keeps the hash that it had before there was any.
        rest = facts.pop("rest")
        if rest:
            kept = ("columns", "times", "maps", "joins", "only", "records", "changes", "newest_first", "may_be_absent", "ignored")
            facts["rest"] = {**{name: rest[name] for name in kept}, "data_selector": rest["endpoint"]["data_selector"]}
            # Likewise of what not every table says.
            if rest["sums"]:
                facts["rest"]["sums"] = rest["sums"]
            if rest["changes"] and not rest["changes"]["now"]:
                del rest["changes"]["now"]
        for column in (*facts["columns"], *facts.get("rest", {}).get("columns", ())):
            column.pop("description")
            # A column that does not round keeps the hash that it had before any could.
            if not column["round"]:
                column.pop("round")
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def nearest(name: str, known: Iterable[str]) -> str:
    """'; did you mean ...?' with the most alike known name, or an empty text."""
    by_folded = {re.sub(r"[\s_-]+", "", item.lower()): item for item in known}
    match = difflib.get_close_matches(re.sub(r"[\s_-]+", "", name.lower()), list(by_folded), n=1, cutoff=0.6)
    return f"; did you mean {by_folded[match[0]]!r}?" if match else ""
