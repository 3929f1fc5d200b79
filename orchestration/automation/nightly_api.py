"""Two nights of one company, from files and over HTTP, and whether they published the same: what `make nightly-api` starts.

The second night asks the sample company's double on loopback, has a data folder of its own beside the company's, and takes what the double
does not serve from the same files.

Belongs here: the order of the two runs, the verdict. Does not belong here: a night (nightly.py), any source by name.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from orchestration.assets.published import target_paths
from orchestration.automation.nightly import RunFailed, fill_empty_inbox
from orchestration.contracts import TableContract, load_contracts
from orchestration.dbt_project import prepare_manifest
from orchestration.progress import say, show_progress
from orchestration.publish.differences import Difference, landed_differences, published_differences
from orchestration.settings import PROJECT_ROOT, Paths, Settings

#: Of so many requests to a vendor one fails; requests a second that each takes.
FAULT_EVERY, RATE = 500, 100
_PATIENCE_SECONDS = 120.0


def run_both(settings: Settings) -> str:
    """Run the night from files and the night over HTTP; returns the verdict. Raises RunFailed when a night fails or they differ."""
    show_progress()
    fill_empty_inbox(settings)
    say("the night from files")
    _night(settings, {})
    return run_over_http(settings)


def run_over_http(settings: Settings) -> str:
    """The second night, where the night from files has published; returns the verdict. Raises RunFailed as `run_both`."""
    paths = settings.paths
    folder = paths.root.with_name(f"{paths.root.name}_api")
    shutil.rmtree(folder, ignore_errors=True)
    other = Paths(folder / settings.company.company)
    contracts = load_contracts(prepare_manifest(settings), settings.salt)
    with _double(paths.inbox, folder) as served:
        hosts = {source: host for source, host in served["api_hosts"].items() if source in settings.company.sources}
        over_rest = [each for each in contracts.values() if each.rest and each.source in hosts]
        _copy_files([each for each in contracts.values() if each not in over_rest], paths.inbox, other.inbox)
        company = {**settings.company.model_dump(mode="json"), "as_of": settings.as_of.isoformat(), "api_hosts": hosts}
        company["transports"] = dict.fromkeys(hosts, "rest")
        (folder / "company.yml").write_text(yaml.safe_dump(company), encoding="utf-8")
        say(f"the night over HTTP: {len(over_rest)} tables of {', '.join(sorted(hosts))}")
        _night(settings, {**served["variables"], "SCALEHOUSE_DATA": str(folder), "COMPANY": str(folder / "company.yml")})
    # A day before the live file's is published beside it.
    return verdict(target_paths(settings, settings.as_of), other, over_rest)


def verdict(files: Paths, api: Paths, over_rest: list[TableContract]) -> str:
    """In words, how both nights' landed and published tables compare. Raises RunFailed when any differs."""
    landed = [(f"raw_{each.source}", each.table, tuple(column.name for column in each.columns)) for each in over_rest]
    found = landed_differences(files.warehouse, api.warehouse, landed)
    published = published_differences(files.published, api.published)
    lines = [_line(each) for each in (*found, *published)]
    apart = [each for each in (*found, *published) if not each.is_same]
    if apart or not landed or not published:
        raise RunFailed("\n".join([*map(_line, apart), f"the two nights differ in {len(apart)} of {len(lines)} tables"]))
    rows = sum(each.rows for each in published)
    return "\n".join([*lines, f"the same, table for table: {len(found)} landed over HTTP, {len(published)} published ({rows:,} rows)"])


def _line(each: Difference) -> str:
    says = "same" if each.is_same else f"differs: {each.only_first:,} rows only from files, {each.only_second:,} only over HTTP"
    return f"{each.table:<60} {each.rows:>9,} rows  {says}"


def _night(settings: Settings, variables: Mapping[str, str]) -> None:
    """One night in a process of its own, for the same day. Raises RunFailed."""
    environment = {**settings.environment_of_process(), **variables, "AS_OF": settings.as_of.isoformat()}
    done = subprocess.run([sys.executable, "-m", "orchestration", "nightly"], cwd=PROJECT_ROOT, env=environment, check=False)
    if done.returncode:
        raise RunFailed("the night did not succeed; its own words are above")


@contextmanager
def _double(inbox: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """The double's settings (api_hosts, variables) while it serves an inbox. Raises RunFailed."""
    folder.mkdir(parents=True)
    file = folder / "double.json"
    command = [sys.executable, "-m", "sample_company", "serve", "--inbox", str(inbox), "--settings", str(file)]
    process = subprocess.Popen(
        [*command, "--fault-every", str(FAULT_EVERY), "--rate", str(RATE)], cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL
    )
    try:
        ends = time.monotonic() + _PATIENCE_SECONDS
        while not file.exists():
            if process.poll() is not None or time.monotonic() > ends:
                raise RunFailed("the double did not start to serve; its own words are above")
            time.sleep(0.1)
        yield json.loads(file.read_text(encoding="utf-8"))
    finally:
        process.terminate()
        process.wait()


def _copy_files(contracts: list[TableContract], inbox: Path, other: Path) -> None:
    for contract in contracts:
        source = inbox / contract.source / contract.table
        if source.is_dir():
            # With their times: a file that settled stays settled.
            shutil.copytree(source, other / contract.source / contract.table, copy_function=shutil.copy2)
