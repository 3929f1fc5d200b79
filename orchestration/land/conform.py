"""Blocks of text to typed rows by contract, and to quarantine whatever does not fit.

The clean path is a handful of vectorised expressions and one look at whether anything is bad; words are made only for bad rows.

Belongs here: the decision accepted or quarantined, and its reason. Does not belong here: spellings (values.py), files, duplicates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from orchestration.contracts import Column, TableContract
from orchestration.extract.errors import ExportError
from orchestration.land import values
from orchestration.land.blocks import EXTRA, LINE, ROW, Block, Reject, text_json
from orchestration.land.currencies import DECIMALS
from orchestration.land.shapes import shape_of

_LINEAGE = (ROW, LINE, EXTRA)
_LEAST, _MOST = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class Conformed:
    """A block's outcome. accepted: contract columns in their types, then _row_number, _line_number, _extra. ambiguous_times: in words."""

    accepted: pl.DataFrame
    rejects: list[Reject]
    ambiguous_times: int


class Conformer:
    """One contract's conversion, built once per file."""

    def __init__(self, contract: TableContract, label: str) -> None:
        self._contract, self._label = contract, label
        self._texts = [values.without_null_tokens(column, contract.read_name[column.name]) for column in contract.columns]
        self._values = {column.name: values.typed(column) for column in contract.columns}
        self._spelled = {column.name: values.typed(column, is_spelled=True) for column in contract.columns}
        shapes = {column.name: shape_of(values.pattern_of(column)) for column in contract.columns if values.pattern_of(column)}
        self._shapes = {name: shape for name, shape in shapes.items() if shape}
        self._keep = [pl.col(column.name).alias(values.text_name(column)) for column in contract.columns]
        self._bad = [values.is_bad(column, column.name in contract.key) for column in contract.columns]
        self._local = [column for column in contract.columns if column.time_zone not in ("", "UTC", "Etc/UTC")]

    def conform(self, block: Block) -> Conformed:
        """Accepted rows and rejects; each row of the block is in exactly one. Raises ExportError for a 2-digit year."""
        texts = block.frame.select(*self._texts, *_LINEAGE)
        spelled = {name: self._spelled[name] for name, shape in self._shapes.items() if shape.fits(texts[name])}
        typed = texts.select(*(self._values | spelled).values(), *_LINEAGE)
        ambiguous = 0
        for column in self._local:
            moved, count = values.to_utc(typed[column.name], column.time_zone)
            typed, ambiguous = typed.with_columns(moved), ambiguous + count
        judged = typed.hstack(texts.select(self._keep))
        bad = judged.select(self._bad)
        if not any(verdict.any() for verdict in bad):
            return Conformed(typed, list(block.rejects), ambiguous)
        row_is_bad = bad.select(pl.any_horizontal(pl.all())).to_series()
        rejects = self._explain_all(block.frame.filter(row_is_bad), texts.filter(row_is_bad), bad.filter(row_is_bad))
        rejects = sorted([*block.rejects, *rejects], key=lambda reject: reject.row_number)
        return Conformed(typed.filter(~row_is_bad), rejects, ambiguous)

    def _explain_all(self, raw: pl.DataFrame, texts: pl.DataFrame, bad: pl.DataFrame) -> list[Reject]:
        columns = self._contract.columns
        headers, carrier = {column.name: column.source_name for column in columns}, self._contract.read_name
        rejects = []
        for original, text, verdict in zip(raw.iter_rows(named=True), texts.iter_rows(named=True), bad.iter_rows(named=True), strict=True):
            row, line = original[ROW], original[LINE]
            failing = [column for column in columns if verdict[column.name]]
            reasons = [f"{column.name}: {self._explain(column, text, original[carrier[column.name]], row, line)}" for column in failing]
            kept = {headers[column.name]: original[carrier[column.name]] for column in columns}
            first = failing[0].name
            rejects.append(Reject(row, line, first, original[carrier[first]], "; ".join(reasons), text_json(kept)))
        return rejects

    def _explain(self, column: Column, row_text: Mapping[str, str | None], original: str | None, row: int, line: int) -> str:
        text = row_text[column.name]
        if text is None:
            kind = "key" if column.name in self._contract.key else "required"
            return f"null in a {kind} column" + ("" if original is None else f" ({original!r} is a declared null token)")
        if column.values and text not in column.values:
            return f"expected one of {', '.join(column.values)}, got {text!r}"
        match column.type:
            case "boolean":
                return f"expected {' or '.join((*column.true_tokens, *column.false_tokens))}, got {text!r}"
            case "date" | "timestamp":
                return self._explain_time(column, text, row, line)
            case _:
                return self._explain_number(column, row_text, text)

    def _explain_time(self, column: Column, text: str, row: int, line: int) -> str:
        if re.fullmatch(values.time_pattern(column), text):
            if column.time_zone and _is_real_time(column, text):
                return f"{text!r} does not exist in {column.time_zone}: clocks skip it in spring"
            return f"expected a real {column.type} as {column.format}, got {text!r}"
        if re.fullmatch(values.time_pattern(column, year="[0-9]{2}"), text):
            raise ExportError(
                f"{self._label}: row {row}, line {line}, column {column.source_name}: 2-digit year in {text!r}; "
                f"expected {column.format}; ask for exports with 4-digit years"
            )
        return f"expected {column.type} as {column.format}, got {text!r}"

    def _explain_number(self, column: Column, row_text: Mapping[str, str | None], text: str) -> str:
        if not re.fullmatch(values.number_pattern(column), text):
            return f"expected {_number_words(column)}, got {text!r}"
        if column.money:
            name = column.money.currency_column
            code = row_text.get(name) if name else column.money.currency_literal
            if code is None:
                return f"money without a currency: {name} is null"
            if code not in (code.upper(), code.lower()) or code.upper() not in DECIMALS:
                return f"money in an unknown currency: {name or 'the contract'} says {code!r}, not an ISO 4217 code"
            if text.startswith("-") and column.money.negative == "refuse":
                return f"negative amount {text!r}, the contract says negative: refuse"
        if column.type == "bigint":
            return f"{text!r} does not fit a 64-bit integer ({_LEAST} to {_MOST}); an identifier belongs in a varchar"
        return f"{text!r} does not fit {column.sql_type}"


def _is_real_time(column: Column, text: str) -> bool:
    return pl.DataFrame({column.name: [text]}).select(values.has_year(column, values.typed(column))).item() is True


def _number_words(column: Column) -> str:
    if column.money and column.money.unit == "minor":
        words = "a whole number of minor units such as 1250"
    elif column.money and column.money.unit == "micro":
        words = "a whole number of millionths, in hundreds, such as 12500000"
    elif column.type == "bigint":
        words = "a whole number such as 1250"
    elif column.type == "double":
        words = f"a number such as 12{column.decimal_separator}5"
    else:
        words = f"a number with up to {column.scale} decimals such as 12{column.decimal_separator}5"
    if column.thousands_separator:
        words += f" (thousands {column.thousands_separator!r})"
    return words + (" followed by %" if column.percent else "")
