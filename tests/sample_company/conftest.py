"""The default company, simulated and written once for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from sample_company.growth.states import World
from sample_company.growth.world import build_world
from sample_company.shop import Shopper
from sample_company.states import Account
from sample_company.write import simulate_accounts, simulate_shoppers, write


@dataclass(frozen=True)
class Company:
    accounts: list[Account]
    shoppers: list[Shopper]


@pytest.fixture(scope="session")
def company() -> Company:
    return Company(list(simulate_accounts(1.0, 7)), list(simulate_shoppers(1.0, 7)))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inbox/ and truth/ of the default company, mess included."""
    folder = tmp_path_factory.mktemp("company")
    write(folder / "inbox", folder / "truth", mess=True)
    return folder


@pytest.fixture(scope="session")
def world(company: Company) -> World:
    """The growth side of the default company."""
    return build_world(company.accounts, company.shoppers, 1.0, 7)


@pytest.fixture(scope="session", params=[1.0, 0.25])
def folder(request: pytest.FixtureRequest, written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default company, and a quarter of it."""
    if request.param == 1.0:
        return written
    small = tmp_path_factory.mktemp("quarter")
    write(small / "inbox", small / "truth", scale=request.param)
    return small
