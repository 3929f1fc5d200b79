"""The dbt Python model around the forecast: which months it takes, what it returns. The forecast itself is tested with the estimators."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

FILE = Path(__file__).resolve().parent.parent.parent / "models" / "intermediate" / "finance" / "int_costs__forecast.py"


class Dbt:
    """What dbt hands to a Python model: references to relations, and a place for its configuration."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self._connection.table(name)

    def config(self, **settings: Any) -> None:
        assert settings == {"materialized": "table"}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table thresholds (name varchar, value decimal(18, 6))")
        connection.execute("insert into thresholds values ('forecast_horizon_months', 3), ('forecast_minimum_months', 12)")
        connection.execute(
            "create table int_finance_months__summed "
            "(period_on date, is_complete boolean, hosting_amount decimal(18, 4), revenue_amount decimal(18, 4))"
        )
        yield connection


def book(connection: duckdb.DuckDBPyConnection, number: int, hosting: float, is_complete: bool = True) -> None:
    """A month of 2025 (1 to 12) or of 2026 (from 13), with a revenue of 400."""
    day = date(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1)
    connection.execute("insert into int_finance_months__summed values (?, ?, ?, 400)", [day, is_complete, hosting])


def forecast(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    spec = importlib.util.spec_from_file_location("int_costs__forecast", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    relation = module.model(Dbt(connection), connection)
    assert relation.columns == ["series", "step", "period_on", "status", "observation_count", "amount", "low_amount", "high_amount"]
    return sorted(relation.fetchall())


def test_a_line_goes_on_over_the_turn_of_the_year(connection: duckdb.DuckDBPyConnection) -> None:
    """Hosting of 11, 12, ... 23 from January 2025 to January 2026, without May: February would be 24. Revenue stays at 400. The running
    month, February with 5, is not looked at."""
    for number in range(1, 14):
        if number != 5:
            book(connection, number, 10 + number)
    book(connection, 14, 5, is_complete=False)
    days = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    line = [("hosting_cost", step, days[step - 1], "ok", 12, 23.0 + step, 23.0 + step, 23.0 + step) for step in (1, 2, 3)]
    flat = [("revenue", step, days[step - 1], "ok", 12, 400.0, 400.0, 400.0) for step in (1, 2, 3)]
    assert forecast(connection) == line + flat


def test_eleven_months_are_not_enough(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(1, 12):
        book(connection, number, number)
    empty = (None, "not_enough_data", 11, None, None, None)
    assert forecast(connection) == [("hosting_cost", 0, *empty), ("revenue", 0, *empty)]


def test_without_a_complete_month_there_is_no_row(connection: duckdb.DuckDBPyConnection) -> None:
    book(connection, 1, 5, is_complete=False)
    assert forecast(connection) == []
