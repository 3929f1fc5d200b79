"""The same seed writes the same bytes; scale adds lives and changes none; arguments that cannot be used are refused."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sample_company.cli import main
from sample_company.write import simulate_accounts, simulate_shoppers, write

ROOT = Path(__file__).resolve().parents[2]


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_writes_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        command = [sys.executable, "-m", "sample_company", "write", "--inbox", str(folder / "inbox"), "--truth", str(folder / "truth")]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([*command, "--scale", "0.1", "--mess"], check=True, env=environment, cwd=tmp_path, capture_output=True)
    first, second = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert len(first) > 60
    assert first == second


def test_another_seed_is_another_company(tmp_path: Path) -> None:
    for seed in (7, 8):
        write(tmp_path / str(seed), scale=0.02, seed=seed)
    assert digests(tmp_path / "7") != digests(tmp_path / "8")


def test_files_are_dated_by_what_they_know_not_by_the_clock(tmp_path: Path) -> None:
    write(tmp_path, scale=0.02, until=date(2025, 3, 31))
    times = {path.stat().st_mtime for path in tmp_path.rglob("*.csv*")}
    assert times == {datetime(2025, 4, 1, 10, tzinfo=UTC).timestamp()}  # six in the morning after, in New York


def test_scale_adds_lives_and_changes_none() -> None:
    small, large = list(simulate_accounts(0.1, 7)), list(simulate_accounts(0.3, 7))
    assert (len(small), len(large)) == (45, 135)
    assert large[:45] == small
    few, many = list(simulate_shoppers(0.01, 7)), list(simulate_shoppers(0.05, 7))
    assert (len(few), len(many)) == (40, 200)
    assert many[:40] == few


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--until", "2027-01-01"], "until=2027-01-01: the company lives from 2023-07-01 to 2026-06-30"),
        (["--until", "2024-01-01", "--from", "2024-01-02"], "from=2024-01-02: give a day from 2023-07-01 to until=2024-01-01"),
        (["--scale", "0"], "scale=0.0: give a number above 0"),
        (["--mess"], "mess: the list of planted faults is written into the truth's folder"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["write", "--inbox", str(tmp_path / "inbox"), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "inbox").exists()
