"""Great Expectations as this project uses it: many tables' profiles in one small frame, judged by a few expectations in one validation.

Belongs here: the context, running expectations over a frame, telling bad data from a broken expectation.
Does not belong here: what to expect (landed.py, to_publish.py).

Why profiles and not one suite per table: an expectation costs about 10 ms whatever the rows, so a suite per table would grow with the
project (30 tables of 20 columns: 6 s), while a row per column under the same few expectations does not. The library's import (3 CPU s) is
paid by the first validation only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_ROW = "_row"


@dataclass(frozen=True)
class Within:
    """Every value of the frame's column `measure` lies in [at_least, at_most]; an empty value is not judged."""

    check: str
    measure: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Equal:
    """The frame's columns `left` and `right` are equal, row by row; a row with an empty one is not judged."""

    check: str
    left: str
    right: str


@dataclass(frozen=True)
class Verdict:
    """Numbers of the frame's rows that fail; `broken` says why the expectation could not be judged, empty when it was."""

    failing: frozenset[int] = frozenset()
    broken: str = ""


def judge(rows: Sequence[Mapping[str, Any]], expectations: Sequence[Within | Equal]) -> dict[str, Verdict]:
    """Verdict by check over `rows` (one mapping per frame row, same keys), in one validation.

    An expectation that raises (a missing column, mixed types) is a verdict with `broken`, never a failing row.
    """
    if not rows:
        return {each.check: Verdict() for each in expectations}
    import pandas as pd

    frame = pd.DataFrame([{**row, _ROW: number} for number, row in enumerate(rows)])
    results = _validate(frame, expectations)
    return {each.check: _verdict(results.get(each.check)) for each in expectations}


def _validate(frame: Any, expectations: Sequence[Within | Equal]) -> dict[str, Any]:
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="profile", expectations=[_expectation(each) for each in expectations])
    batch = _batch_definition().get_batch(batch_parameters={"dataframe": frame})
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": [_ROW], "return_unexpected_index_query": False}
    validated = batch.validate(suite, result_format=wanted)
    # Results come back in another order than the expectations went in.
    return {result.expectation_config.meta["check"]: result for result in validated.results}


def _expectation(each: Within | Equal) -> Any:
    import great_expectations.expectations as gxe

    meta = {"check": each.check}
    if isinstance(each, Within):
        return gxe.ExpectColumnValuesToBeBetween(column=each.measure, min_value=each.at_least, max_value=each.at_most, meta=meta)
    return gxe.ExpectColumnPairValuesToBeEqual(column_A=each.left, column_B=each.right, ignore_row_if="either_value_is_missing", meta=meta)


def _verdict(result: Any) -> Verdict:
    if result is None:
        return Verdict(broken="Great Expectations gave no result for it")
    said = _exception(result.exception_info)
    if said:
        return Verdict(broken=said)
    failing = frozenset(int(index[_ROW]) for index in result.result.get("unexpected_index_list") or [])
    if not result.success and not failing:
        return Verdict(broken="Great Expectations reports a failure without a failing row")
    return Verdict(failing)


def _exception(info: Mapping[str, Any] | None) -> str:
    """What an expectation raised; empty when it did not. The library gives one report, or one per metric it computed."""
    reports = [info or {}] if "raised_exception" in (info or {}) else list((info or {}).values())
    return "; ".join(sorted({str(each.get("exception_message")) for each in reports if each.get("raised_exception")}))


@lru_cache(maxsize=1)
def _batch_definition() -> Any:
    """One ephemeral context for the process, with one source that takes any frame; nothing is written, nothing is sent."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context.data_sources.add_pandas("profiles").add_dataframe_asset("profile").add_batch_definition_whole_dataframe("whole")


def measured(value: Any) -> float:
    """A measure as a frame holds it: NaN where there is nothing to judge."""
    return math.nan if value is None else float(value)
