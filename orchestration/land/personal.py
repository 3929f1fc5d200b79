"""What is landed instead of personal text: salted hashes, and the domain of an address.

Equal people stay equal, so that billing, CRM and web can be joined; nobody can be written to from a warehouse.

Belongs here: the normal form of an address and the hash. Does not belong here: which column is personal (its contract says so).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import polars as pl

from orchestration.contracts import Column

#: Hosts that deliver an address with and without dots, and under both names, to one mailbox.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def derived(text: pl.Expr, column: Column) -> pl.Expr:
    """The column's value from the personal text: text of the same length, null where the text is null or has no such part."""

    def every(values: pl.Series) -> pl.Series:
        # A person recurs over many rows: each text is worked out once.
        distinct = values.unique().drop_nulls()
        made = pl.Series([derive(value, column.derive, column.salt) for value in distinct], dtype=pl.String)
        return values.replace_strict(distinct, made, default=None, return_dtype=pl.String) if len(distinct) else values

    return text.map_batches(every, return_dtype=pl.String)


def derive(text: str, kind: str, salt: str) -> str | None:
    """One text as `kind` of contracts.DERIVATIONS: 64 hex digits of HMAC-SHA-256 under the salt, or the domain in lower case.

    `email_hash` ignores case and surrounding spaces; `email_alias_hash` also what follows a + in the local part and, where the host
    does, dots; `hash` ignores surrounding spaces. Empty text, or an address without a domain when that is asked, gives None.
    """
    plain = text.strip()
    if not plain:
        return None
    normal: dict[str, Callable[[str], str]] = {"hash": str, "email_hash": str.lower, "email_alias_hash": _mailbox}
    if kind == "email_domain":
        return plain.rpartition("@")[2].lower() or None if "@" in plain else None
    return hmac.new(salt.encode(), normal[kind](plain).encode(), hashlib.sha256).hexdigest()


def _mailbox(address: str) -> str:
    local, _, host = address.lower().rpartition("@")
    local = local.partition("+")[0]
    if host in _DOTLESS:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"
