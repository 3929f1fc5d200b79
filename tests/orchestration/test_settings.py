"""Which company, which day, which folders; and what a person is told when one of them is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.settings import Settings, SettingsError

COMPANY = """
company: bakery
starts_on: 2024-01-01
reporting_currency: EUR
time_zone: Europe/Berlin
providers: {orders: [tills], customers: []}
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("COMPANY", "AS_OF", "FAULT_AT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SCALEHOUSE_DATA", str(tmp_path / "data"))


def company_file(tmp_path: Path, text: str) -> str:
    file = tmp_path / "bakery.yml"
    file.write_text(text)
    return str(file)


def test_without_a_company_file_the_project_is_the_company(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.company.company == "sample"
    assert settings.paths.published == (tmp_path / "data" / "sample" / "published" / "scalehouse.duckdb").resolve()


def test_a_company_file_has_its_own_folders_and_keeps_what_it_does_not_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMPANY", company_file(tmp_path, COMPANY))
    settings = Settings()
    assert settings.company.reporting_currency == "EUR"
    assert settings.company.fiscal_year_starts_month == 1
    assert settings.company.sources == {"tills"}
    assert settings.paths.root.name == "bakery"


def test_the_day_is_as_of_then_the_companys_then_yesterday(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings().as_of == Settings().company.as_of
    monkeypatch.setenv("AS_OF", "2025-02-03")
    assert Settings().as_of == date(2025, 2, 3)


def test_the_samples_closed_day_does_not_leak_into_another_company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMPANY", company_file(tmp_path, COMPANY))
    assert Settings().company.as_of is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("reporting_currency: EUR", "reporting_currency: euro"), "reporting_currency"),
        (("Europe/Berlin", "Berlin/Europe"), "IANA time zone"),
        (("starts_on: 2024-01-01", "starts_on: soon"), "starts_on"),
        (("company: bakery", "company: ../x"), "company"),
        (("providers: {orders: [tills], customers: []}", "providers: {orders: tills}"), "providers.orders"),
    ],
)
def test_a_wrong_company_file_is_told_by_file_and_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    path = company_file(tmp_path, COMPANY.replace(*change))
    monkeypatch.setenv("COMPANY", path)
    with pytest.raises(SettingsError, match=told) as error:
        _ = Settings().company
    assert path in str(error.value)


def test_a_missing_company_file_says_what_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANY", "companies/none.yml")
    with pytest.raises(SettingsError, match=r"COMPANY=companies/none\.yml: no such file"):
        _ = Settings().company


def test_a_wrong_day_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AS_OF", "31.12.2025")
    with pytest.raises(SettingsError, match="as_of"):
        Settings()


def test_an_empty_variable_is_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """make hands on AS_OF and COMPANY whether they are set or not."""
    monkeypatch.setenv("AS_OF", "")
    monkeypatch.setenv("COMPANY", "")
    assert Settings().company.company == "sample"
    assert Settings().as_of == Settings().company.as_of
