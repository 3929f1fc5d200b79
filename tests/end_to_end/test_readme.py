"""Every command and query in the README, run. A command that the README gains without a way to run it here fails the suite."""

from __future__ import annotations

import gzip
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.contracts import build_contract
from tests.conftest import ROOT
from tests.runs import Run, environment

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def commands() -> list[str]:
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return sorted({line for line in lines if line})


def shell(command: str, data: Path, seconds: int = 600) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, shell=True, cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False, timeout=seconds
    )


def succeeds(command: str, data: Path) -> None:
    done = shell(command, data)
    assert done.returncode == 0, done.stdout + done.stderr


def is_made_of(command: str, data: Path) -> None:
    """The suite itself and the long measurements: what make would run for them, not run inside the suite."""
    done = shell(f"{command} -n", data)
    assert done.returncode == 0 and re.search(r"pytest|benchmarks", done.stdout), done.stdout + done.stderr


def ran_before(command: str, data: Path) -> None:
    """`make nightly` made the data that this test was given; other tests of this folder run it for another day and another company."""
    assert (data / "sample" / "published" / "scalehouse.duckdb").exists()


def serves(command: str, data: Path) -> None:
    """The UI answers on its address, with telemetry off and nothing to click away, and stops when told."""
    started = subprocess.Popen(
        command,
        shell=True,
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen("http://127.0.0.1:3000/server_info", timeout=2) as answer:
                    assert b"dagster" in answer.read()
                    break
            except OSError:
                assert started.poll() is None and time.monotonic() < deadline, "the UI did not come up"
                time.sleep(1)
        assert "enabled: false" in (data / "sample" / "dagster" / "dagster.yaml").read_text(encoding="utf-8").split("concurrency")[0]
        assert (data / "sample" / "dagster" / ".nux" / "nux.yaml").read_text(encoding="utf-8") == "seen: 1\n"
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(timeout=60)


def has_a_test_of_its_own(command: str, data: Path) -> None:
    """Two whole nights: test_api_night.py runs what make would run."""
    done = shell(f"{command} -n", data)
    assert done.returncode == 0 and "-m orchestration nightly-api" in done.stdout, done.stdout + done.stderr


def serves_apis(command: str, data: Path) -> None:
    """Each vendor says where it listens, and answers there."""
    here = command.replace("data/sample", str(data / "sample"))
    started = subprocess.Popen(here, shell=True, cwd=ROOT, env=environment(data), stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        source, host = started.stdout.readline().strip().split(": ")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(host + "/v1/charges", timeout=10)
        assert (source, refused.value.code) == ("stripe", 401)
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(timeout=60)


HOW: dict[str, Callable[[str, Path], None]] = {
    "make nightly": ran_before,
    "AS_OF=2026-03-31 make nightly": ran_before,
    "COMPANY=companies/online_retail.yml make nightly": ran_before,
    "make test": is_made_of,
    "make bench": is_made_of,
    "make ui": serves,
    "make check": succeeds,
    "make nightly-api": has_a_test_of_its_own,
    ".venv/bin/python -m sample_company serve --inbox data/sample/inbox": serves_apis,
    "make replay": succeeds,
    "make rollback": succeeds,
    ".venv/bin/python -m orchestration mf list metrics": succeeds,
    ".venv/bin/python -m orchestration mf query --metrics nrr --group-by metric_time__month": succeeds,
    ".venv/bin/python -m orchestration mf query --metrics cac_blended,ltv_to_cac --group-by metric_time__month,channel": succeeds,
}


def test_every_command_has_a_way_to_be_run() -> None:
    assert set(commands()) == set(HOW)


@pytest.mark.slow
@pytest.mark.xdist_group("readme")
@pytest.mark.parametrize("command", [command for command in HOW if command != "make rollback"])
def test_the_command_works(command: str, own_copy: Path) -> None:
    HOW[command](command, own_copy)


def test_the_queries_work_on_the_published_file(nightly: Run) -> None:
    queries = blocks("sql")
    assert queries
    with duckdb.connect(str(nightly.published), read_only=True) as connection:
        for query in queries:
            assert connection.execute(query).fetchall()


def test_the_python_works(nightly: Run) -> None:
    for code in blocks("python")[:1]:
        code = code.replace("data/sample", str(nightly.folder))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        # DuckDB prints the first and the last rows of a long table.
        assert done.returncode == 0 and "voluntary_churn_mrr" in done.stdout, done.stdout + done.stderr


def test_the_loaders_example_fills_an_inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's second Python, into a folder of the test's."""
    _, code = blocks("python")
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    code = code.replace("file:///srv/scalehouse/data/acme/inbox", (tmp_path / "inbox").as_uri())
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "inbox" / "crm" / "deals").iterdir()
    assert gzip.decompress(file.read_bytes()).startswith(b'{"id":"D-1","stage":"won"')


def test_the_loaders_contract_holds() -> None:
    """The README's second YAML, with the columns that it speaks of."""
    _, meta = (yaml.safe_load(block) for block in blocks("yaml"))
    kinds = {"id": "varchar", "_fivetran_synced": "timestamp", "_fivetran_deleted": "boolean"}
    contract = build_contract("acme", "deals", meta, [{"name": name, "data_type": kind} for name, kind in kinds.items()])
    assert contract.deleted_when == "_fivetran_deleted" and contract.is_loaders_own("_fivetran_id")


def test_the_api_example_is_a_contract_that_holds() -> None:
    """The README's first YAML, with the two columns that it speaks of."""
    meta, _ = (yaml.safe_load(block) for block in blocks("yaml"))
    columns = [{"name": "id", "data_type": "varchar"}, {"name": "updated_at", "data_type": "timestamp"}]
    contract = build_contract("acme", "invoices", meta, columns)
    assert contract.rest is not None and contract.rest.client.auth.token_env == "ACME_TOKEN"
    assert contract.rest.incremental is not None and contract.rest.incremental.lag_seconds == 300


def test_every_table_that_is_named_is_published(nightly: Run) -> None:
    published = {row[0] for row in nightly.query("select table_name from duckdb_tables() where schema_name = 'published'")}
    named = set(re.findall(r"`published\.([a-z_]+)`", README))
    assert named and named <= published


def test_every_file_that_is_named_exists() -> None:
    for name in re.findall(r"`((?:models|companies|seeds|tests)/[A-Za-z0-9_./]+)`", README):
        assert (ROOT / name).exists(), name
