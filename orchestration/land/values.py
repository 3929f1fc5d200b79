"""From text to typed values, as Polars expressions that say null for whatever is not in the declared spelling.

A value has one spelling per contract: digits are 0-9, a sign is '-', nothing around them; a date has exactly the widths of its
format. Polars' own casts forgive more (a leading '+', rounding, spaces, short years), so each is guarded by a pattern.

Belongs here: spelling -> value. Does not belong here: what to do with a row whose value is null, reasons in words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

import polars as pl

from orchestration.contracts import Column
from orchestration.land.currencies import minor_unit_by_spelling
from orchestration.land.personal import derived

_WIDTHS = {
    "Y": "[0-9]{4}", "m": "[0-9]{2}", "-m": "[0-9]{1,2}", "d": "[0-9]{2}", "-d": "[0-9]{1,2}", "H": "[0-9]{2}", "-H": "[0-9]{1,2}",
    "I": "[0-9]{2}", "-I": "[0-9]{1,2}", "M": "[0-5][0-9]", "S": "[0-5][0-9]", "p": "(?:AM|PM|am|pm)", "b": "[A-Za-z]{3}",
    "B": "[A-Za-z]{3,12}", "z": "(?:[+-][0-9]{2}:?[0-9]{2}|Z)", ".f": "\\.[0-9]{1,6}", ".3f": "\\.[0-9]{3}", ".6f": "\\.[0-9]{6}", "%": "%",
}  # fmt: skip
_DIRECTIVE = re.compile(r"%(-?\.?\d?[A-Za-z%])")
# 30 digits: more cannot fit decimal(18,4) in any currency, and the product with a minor unit stays within 38 digits.
_MINOR_DIGITS = 30
_TEN_THOUSANDTH = pl.lit(Decimal("0.0001"), pl.Decimal(5, 4))


def without_null_tokens(column: Column, carrier: str) -> pl.Expr:
    """The column's text, as read into `carrier`, with its declared null tokens, and only those, as null."""
    text = pl.col(carrier).alias(column.name)
    if not column.null_tokens:
        return text
    if len(column.null_tokens) == 1:
        return pl.when(text != column.null_tokens[0]).then(text).alias(column.name)
    return pl.when(~text.is_in(list(column.null_tokens))).then(text).alias(column.name)


def typed(column: Column, *, is_spelled: bool = False) -> pl.Expr:
    """The column's value from its text (null tokens already null): null when the text is not in the declared spelling or does not fit.

    `is_spelled`: every text is known to match the column's pattern. A timestamp without offset comes as local time; `to_utc` moves it.
    """
    text = pl.col(column.name)
    pattern = pattern_of(column)
    if pattern and not is_spelled:
        text = pl.when(text.str.contains(pattern)).then(text)
    match column.type:
        case "varchar":
            value = derived(text, column) if column.derive else text
        case "boolean":
            value = pl.when(_is_one_of(text, column.false_tokens)).then(False).when(_is_one_of(text, column.true_tokens)).then(True)
        case "bigint":
            value = _digits(column, text).cast(pl.Int64, strict=False)
        case "decimal" if column.money and column.money.unit == "minor":
            value = (_digits(column, text).cast(pl.Decimal(38, 0), strict=False) * _minor_unit(column)).cast(_decimal(column), strict=False)
        case "decimal" if column.money and column.money.unit == "micro":
            # The pattern leaves whole hundreds of a millionth: ten-thousandths, which decimal(18,4) holds exactly.
            value = (text.str.replace("00$", "").cast(pl.Decimal(38, 0), strict=False) * _TEN_THOUSANDTH).cast(
                _decimal(column), strict=False
            )
        case "decimal" if column.round:
            number = _digits(column, text).cast(pl.Float64, strict=False)
            value = pl.when(number.is_finite()).then(number.round(column.scale, mode="half_to_even")).cast(_decimal(column), strict=False)
        case "decimal":
            value = _digits(column, text).cast(_decimal(column), strict=False)
        case "double":
            number = _digits(column, text).cast(pl.Float64, strict=False)
            value = pl.when(number.is_finite()).then(number)
        case "date":
            value = text.str.to_date(strptime_format(column), strict=False, cache=False)
        case _:
            if "%z" in column.format:
                value = text.str.replace("Z$", "+0000").str.to_datetime(strptime_format(column), strict=False, time_unit="us", cache=False)
                value = value.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            else:
                value = text.str.to_datetime(strptime_format(column), strict=False, time_unit="us", cache=False)
    return value.alias(column.name)


def is_bad(column: Column, is_key: bool) -> pl.Expr:
    """Whether a row must go to quarantine for this column. Needs the typed column, and its text as `text_name(column)`."""
    value, text = pl.col(column.name), pl.col(text_name(column))
    bad = value.is_null() if column.required or is_key else value.is_null() & text.is_not_null()
    if column.derive and not (column.required or is_key):
        bad = pl.lit(False)
    if column.type in ("date", "timestamp"):
        bad = bad | ~has_year(column, value).fill_null(True)
    if column.values:
        bad = bad | ~value.is_in(list(column.values)).fill_null(True)
    if column.money:
        if column.money.negative == "refuse":
            bad = bad | (value < 0).fill_null(False)
        if column.money.currency_column and column.money.unit == "major":
            bad = bad | (text.is_not_null() & _minor_unit(column).is_null())
    return bad.alias(column.name)


def has_year(column: Column, value: pl.Expr) -> pl.Expr:
    """Whether a date or time lies in years 1 to 9999. Year 0 can be spelled, and the zero dates of some databases are; no one has it."""
    kind = dt.date if column.type == "date" else dt.datetime
    return value.is_between(kind.min, kind.max)


def text_name(column: Column | str) -> str:
    """The name under which a column's text stays beside its value."""
    return f"text:{column if isinstance(column, str) else column.name}"


def to_utc(local: pl.Series, zone: str) -> tuple[pl.Series, int]:
    """Local times as UTC: (values, how many were ambiguous). A time in a daylight-saving gap is null; an ambiguous one is the first."""
    strict = local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    ambiguous = 0
    if strict.null_count() > local.null_count():
        first = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        ambiguous = strict.null_count() - first.null_count()
        strict = first
    return strict.dt.convert_time_zone("UTC").dt.replace_time_zone(None), ambiguous


def pattern_of(column: Column) -> str:
    """The one spelling of a value in this column, for the whole text; empty where any text or a list of tokens is right."""
    match column.type:
        case "varchar" | "boolean":
            return ""
        case "date" | "timestamp":
            return time_pattern(column)
        case _:
            return number_pattern(column)


def number_pattern(column: Column) -> str:
    """The one spelling of a number in this column, for the whole text."""
    point, group = re.escape(column.decimal_separator), re.escape(column.thousands_separator)
    digits = f"(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)" if group else "[0-9]+"
    if column.type == "bigint":
        body = digits
    elif column.money and column.money.unit == "minor":
        body = digits if group else f"0*[0-9]{{1,{_MINOR_DIGITS}}}"
    elif column.money and column.money.unit == "micro":
        body = f"(?:0|[1-9][0-9]{{0,{_MINOR_DIGITS - 3}}}00)"
    elif column.type == "double" or column.round:
        body = f"(?:{digits}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    else:
        fraction = f"{point}[0-9]{{1,{column.scale}}}0*" if column.scale else f"{point}0+"
        body = f"(?:{digits}(?:{fraction})?|{fraction})"
    return f"^-?{body}{'%' if column.percent else ''}$"


def time_pattern(column: Column, year: str = "[0-9]{4}") -> str:
    """The one spelling of a date or time in this column, for the whole text."""
    parts, at = [], 0
    time_format = strptime_format(column)
    for match in _DIRECTIVE.finditer(time_format):
        parts += [re.escape(time_format[at : match.start()]), year if match[1] == "Y" else _WIDTHS[match[1]]]
        at = match.end()
    return f"^{''.join(parts)}{re.escape(time_format[at:])}$"


def strptime_format(column: Column) -> str:
    """The declared format in the directives of Polars, where %f counts nanoseconds and %.f a fraction."""
    return column.format.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace(".%f", "%.f")


def _digits(column: Column, text: pl.Expr) -> pl.Expr:
    if column.percent:
        text = text.str.strip_suffix("%")
    if column.thousands_separator:
        text = text.str.replace_all(column.thousands_separator, "", literal=True)
    if column.decimal_separator != ".":
        text = text.str.replace(column.decimal_separator, ".", literal=True)
    return text


def _is_one_of(text: pl.Expr, tokens: Iterable[str]) -> pl.Expr:
    # For a handful of tokens comparing with each is quicker than looking up in a set.
    return pl.any_horizontal(pl.lit(False), *(text == token for token in tokens))


def _minor_unit(column: Column) -> pl.Expr:
    units = minor_unit_by_spelling()
    if column.money.currency_literal:
        unit = units.get(column.money.currency_literal)
        return pl.lit(unit, pl.Decimal(5, 4)) if unit is not None else pl.lit(None, pl.Decimal(5, 4))
    currency = pl.col(column.money.currency_column)
    scaled = pl.Series([value.quantize(Decimal("0.0001")) for value in units.values()], dtype=pl.Decimal(5, 4))
    return currency.replace_strict(pl.Series(list(units)), scaled, default=None, return_dtype=pl.Decimal(5, 4))


def _decimal(column: Column) -> pl.Decimal:
    return pl.Decimal(column.precision, column.scale)
