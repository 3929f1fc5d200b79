"""One hand-written export per table of support, engineering and operations, through its real contract to the conformed rows.

Belongs here: that contract, staging and concept fit each other. Does not belong here: the cases of one staging rule (the unit tests
beside the models), landing as such (tests/landing).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.contracts import load_contracts
from orchestration.extract import Settling
from orchestration.land import Options, create_views, land_table
from tests.warehouses import ROOT, create_run

HERE = Path(__file__).parent
EXPORTS: dict[str, str] = yaml.safe_load((HERE / "exports.yml").read_text(encoding="utf-8"))
CONFORMED: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "conformed.yml").read_text(encoding="utf-8"))
SALT = "salt of the tests"


@pytest.fixture(scope="module")
def conformed(manifest_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The exports landed and built up to the concepts, in a warehouse of their own."""
    folder = tmp_path_factory.mktemp("hand_written")
    contracts = load_contracts(manifest_path, SALT)
    options = Options(settling=Settling(seconds=0))
    for name, text in EXPORTS.items():
        contract = contracts[tuple(name.split("."))]
        inbox = folder / "inbox" / contract.source / contract.table
        inbox.mkdir(parents=True)
        (inbox / "export.csv").write_text(text, encoding="utf-8")
        rows = len(text.splitlines()) - 1
        for result in land_table(contract, folder / "inbox", folder / "lake", folder / "quarantine", options=options):
            assert (result.status, result.accepted, result.quarantined) == ("committed", rows, 0), f"{name}: {result.error}"
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        create_views(connection, contracts.values(), folder / "lake")
        create_run(connection, date(2026, 6, 30), date(2026, 1, 1))
    environment = os.environ | {
        "SCALEHOUSE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DO_NOT_TRACK": "1",
    }
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--no-version-check", "build", "--profiles-dir", str(ROOT)),
        *("--select", *(f"+{concept}" for concept in CONFORMED), "--indirect-selection", "cautious"),
        *("--exclude-resource-type", "unit_test"),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("concept", sorted(CONFORMED))
def test_an_export_becomes_rows_of_its_concept(conformed: duckdb.DuckDBPyConnection, concept: str) -> None:
    columns = list(dict.fromkeys(column for row in CONFORMED[concept] for column in row))
    found = conformed.execute(f'select {", ".join(columns)} from conformed."{concept}" order by 1, 2, 3').fetchall()
    expected = [{column: _plain(row.get(column)) for column in columns} for row in CONFORMED[concept]]
    assert [dict(zip(columns, map(_plain, row), strict=True)) for row in found] == expected


def test_every_table_of_these_sources_has_an_export(manifest: dict[str, Any]) -> None:
    sources = {name.split(".")[0] for name in EXPORTS}
    tables = {f"{node['source_name']}.{node['name']}" for node in manifest["sources"].values() if node["source_name"] in sources}
    assert tables == set(EXPORTS)


def test_addresses_and_logins_are_hashes(conformed: duckdb.DuckDBPyConnection) -> None:
    def hashed(text: str) -> str:
        return hmac.new(SALT.encode(), text.encode(), hashlib.sha256).hexdigest()

    people = conformed.execute(
        "select person_id, email_hash from conformed.support_people where email_hash is not null order by 1"
    ).fetchall()
    # An address is hashed in lower case, so that it meets the product's and the CRM's.
    assert people == [
        ("intercom:c1", hashed("bo@beta.example")),
        ("zendesk:10", hashed("ann@acme.example")),
        ("zendesk:11", hashed("desk@scalehouse.example")),
    ]
    assert conformed.execute("select author_id from conformed.pull_requests").fetchall() == [(f"github:{hashed('octo')}",)]


def _plain(value: Any) -> Any:
    """Values of YAML and of DuckDB alike: numbers as they are, everything else as text."""
    return value if value is None or isinstance(value, int) else str(value)
