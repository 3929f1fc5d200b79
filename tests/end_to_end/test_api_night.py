"""The night over HTTP: the double of the vendors' APIs serves the exports, and what is published is what the files publish."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PAST
from tests.end_to_end.contents import table_hashes
from tests.runs import ROOT, Run, environment

# `make nightly-api` once its first night, the one from files, is over: here that one is `past_nightly`.
SECOND_NIGHT = """
from orchestration.automation.nightly_api import run_over_http
from orchestration.settings import Settings

print(run_over_http(Settings()))
"""
# What only one of the two nights can say: which files and fetches it landed.
ABOUT_LOADS = {"loads", "restatements"}


@pytest.mark.slow
def test_both_transports_publish_identical_tables(past_nightly: Run, tmp_path: Path) -> None:
    company = tmp_path / "data" / "sample"
    shutil.copytree(past_nightly.folder, company, symlinks=True)
    done = subprocess.run(
        [sys.executable, "-c", SECOND_NIGHT],
        cwd=ROOT,
        env=environment(company.parent, AS_OF=PAST.isoformat()),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    files, api = Run(company, 0, ""), Run(company.with_name("sample_api") / "sample", 0, "")
    ours, theirs = table_hashes(files.published), table_hashes(api.published)
    assert ours.keys() == theirs.keys() and len(ours) > 70
    assert {table for table in ours if ours[table] != theirs[table]} <= ABOUT_LOADS
    # Equal because they came over HTTP and were the same, not because the same files were read.
    tables = "select distinct source || '.' || source_table from published.loads where (source_file like 'fetch %') = ?"
    assert files.query(tables, True) == []
    fetched, read = ({name for (name,) in api.query(tables, came_over_http)} for came_over_http in (True, False))
    assert {"stripe.invoices", "stripe.invoice_line_items", "hubspot.deals", "meta_ads.insights", "google_ads.campaign_stats"} <= fetched
    assert read and not read & fetched
