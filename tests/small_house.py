"""The project with its order side alone: every mechanism of the house over 30 models instead of hundreds, for tests that run many nights.

Belongs here: which models, seeds and sources the marts of one domain stand on, and a copy of the project with those only.
Does not belong here: runs (runs.py), or any change of code; what differs from the house is what a company with one system would not have.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sample_company.write import write
from tests.runs import ROOT, Run, run_nightly

DOMAIN = "commerce"
#: What the pipeline itself reads: the view under the scorecards, the calendar of the metrics, and what the checks are held against.
ALWAYS = ("stg_semantic__metrics", "days", "thresholds")


def project_copy(folder: Path) -> Path:
    """The project's files as they stand, with this environment's packages."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def small_house(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """A copy of the project that holds what the marts of DOMAIN stand on; `manifest` is the whole project's."""
    kept = _ancestors(manifest)
    names = {key.split(".")[2] for key in kept if key.startswith(("model.", "seed."))}
    sources = {key.split(".")[2] for key in kept if key.startswith("source.")}
    project = project_copy(folder)
    for file in [*project.glob("models/**/*.sql"), *project.glob("models/**/*.py"), *project.glob("seeds/*.csv")]:
        if file.stem not in names:
            file.unlink()
    for file in [*project.glob("models/**/*.yml"), *project.glob("seeds/*.yml")]:
        _prune(file, names, sources)
    for node in manifest["nodes"].values():
        if node["original_file_path"].startswith("checks/") and not set(node["depends_on"]["nodes"]) <= kept:
            (project / node["original_file_path"]).unlink(missing_ok=True)
    settings = project / "dbt_project.yml"
    values = yaml.safe_load(settings.read_text(encoding="utf-8"))
    providers = values["vars"]["providers"]
    values["vars"]["providers"] = {concept: providers[concept] for concept in providers if concept in names}
    settings.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return project


def small_night(folder: Path, manifest: Mapping[str, Any]) -> tuple[Path, Run]:
    """A small house in `folder` with an eighth of the sample company's shop, run once. Gives the project and the finished run."""
    project = small_house(folder / "project", manifest)
    company = folder / "data" / "sample"
    write(company / "inbox", company / "truth", scale=0.125)
    for source in (company / "inbox").iterdir():
        if not (project / "models" / "staging" / source.name).is_dir():
            shutil.rmtree(source)
    return project, run_nightly(folder / "data", root=project)


def _ancestors(manifest: Mapping[str, Any]) -> set[str]:
    nodes = manifest["nodes"]
    waiting = [key for key, node in nodes.items() if node["resource_type"] == "model" and node["fqn"][1:3] == ["marts", DOMAIN]]
    waiting += [key for key, node in nodes.items() if node["resource_type"] in ("model", "seed") and node["name"] in ALWAYS]
    seen = set(waiting)
    while waiting:
        new = set(manifest["parent_map"][waiting.pop()]) - seen
        seen |= new
        waiting += new
    return seen


def _prune(file: Path, names: set[str], sources: set[str]) -> None:
    """Leave in a YAML file what speaks of the kept models, seeds and sources. A file with nothing left goes."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if file.name == "_groups.yml":
        return
    rules = {
        "models": lambda entry: entry["name"] in names,
        "seeds": lambda entry: entry["name"] in names,
        "sources": lambda entry: entry["name"] in sources,
        "unit_tests": lambda entry: entry["model"] in names,
        "semantic_models": lambda entry: re.search(r"ref\('(\w+)'\)", entry["model"])[1] in names,
        "metrics": lambda entry: file.parent.name == DOMAIN,
    }
    left = {key: [entry for entry in entries if rules[key](entry)] if key in rules else entries for key, entries in content.items()}
    left = {key: entries for key, entries in left.items() if entries}
    if set(left) - {"version"}:
        file.write_text(yaml.safe_dump(left, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return
    file.unlink()
    if not any(file.parent.iterdir()):
        file.parent.rmdir()
