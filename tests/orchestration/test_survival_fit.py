"""The picture of a lifetime fit is drawn from the mart's rows, and only where there are any."""

from __future__ import annotations

import base64
import re

import duckdb
import pytest

from orchestration.assets.survival_fit import survival_fit_chart, survival_fit_picture

ROWS = [
    ("total", "all", 0, 1.0, 1.0, 1.0, 1.0),
    ("total", "all", 1, 0.8, 0.82, 0.7, 0.9),
    ("total", "all", 2, None, 0.7, 0.6, 0.8),
    ("channel", "email", 0, 1.0, None, None, None),
]


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema finance")
    connection.execute(
        "create table finance.fct_ltv_fit (segment_kind varchar, segment varchar, age_months integer, observed_survival_ratio double, "
        "fitted_survival_ratio double, fitted_survival_low_ratio double, fitted_survival_high_ratio double)"
    )
    connection.executemany("insert into finance.fct_ltv_fit values (?, ?, ?, ?, ?, ?, ?)", ROWS)
    return connection


def test_a_fit_is_a_png_in_markdown(connection: duckdb.DuckDBPyConnection) -> None:
    found = re.fullmatch(r"!\[[^]]+\]\(data:image/png;base64,(.+)\)", survival_fit_picture(connection, "total") or "")
    assert found and base64.b64decode(found[1]).startswith(b"\x89PNG")


def test_a_segment_without_a_fit_has_no_picture(connection: duckdb.DuckDBPyConnection) -> None:
    assert survival_fit_picture(connection, "channel") is None
    assert survival_fit_picture(duckdb.connect(), "total") is None


def test_the_chart_shows_interval_curve_and_points() -> None:
    chart = survival_fit_chart([{"segment": "all", "age_months": 0, "observed_survival_ratio": 1.0}]).to_dict()
    assert [layer["mark"]["type"] for layer in chart["spec"]["layer"]] == ["area", "line", "point"]
    assert chart["facet"]["field"] == "segment"
