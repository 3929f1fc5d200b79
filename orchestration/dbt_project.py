"""The dbt project as the pipeline uses it: parsed once, re-parsed only when a file or the company changes.

Belongs here: preparing the manifest and the data tests' SQL, and the names that the manifest gives to layers and domains.
Does not belong here: running models (assets/warehouse.py) or data tests (data_tests.py), or reading contracts (contracts.py).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestration.settings import PROJECT_ROOT, Settings

#: Beside the manifest: the data tests' compiled queries. dbt's own files are written anew by each command.
TESTS_FILE = "data_tests.json"
_PARSED = ("models", "macros", "seeds", "checks/reconciliations")


class DbtProjectError(RuntimeError):
    """dbt could not parse the project; the message is dbt's own."""


def prepare_manifest(settings: Settings) -> Path:
    """Path of an up-to-date manifest.json (semantic_manifest.json and the data tests' SQL lie beside it); parses only what changed.

    Raises DbtProjectError with dbt's message when the project does not parse, or a data test does not compile.
    """
    target = settings.paths.dbt_target
    manifest = target / "manifest.json"
    mark = target / ".parsed"
    fingerprint = _fingerprint(settings)
    made = (manifest, target / "semantic_manifest.json", target / TESTS_FILE, mark)
    if all(file.exists() for file in made) and mark.read_text() == fingerprint:
        return manifest
    target.mkdir(parents=True, exist_ok=True)
    settings.apply_to_environment()
    mark.unlink(missing_ok=True)
    # A process of its own: dbt keeps global state, and its imports would stay in this process for nothing. Compiling parses; tests compile
    # without a look at the warehouse, which may not exist yet or be another process's.
    compile_tests = ["compile", "--select", "resource_type:test", "--no-introspect", "--no-populate-cache"]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-version-check", *compile_tests, "--vars", vars_argument(settings)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DbtProjectError(f"dbt could not parse the project:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    queries = {each["unique_id"]: each["compiled_code"] for each in results}
    (target / TESTS_FILE).write_text(json.dumps(queries), encoding="utf-8")
    mark.write_text(fingerprint)
    return manifest


def compiled_tests(manifest: Path) -> dict[str, str]:
    """Query of each data test's failing rows by unique id, as compiled with `manifest`."""
    return json.loads((manifest.parent / TESTS_FILE).read_text(encoding="utf-8"))


def code_revision() -> str:
    """Revision of the checkout, where there is one; empty in an installation without git."""
    try:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def manifest_checksum(settings: Settings) -> str:
    """Hash of everything that the manifest was parsed from: the project's files and the company."""
    mark = settings.paths.dbt_target / ".parsed"
    return mark.read_text() if mark.exists() else ""


def vars_argument(settings: Settings) -> str:
    """The company as dbt's --vars. The same text in every invocation of a company, or dbt would parse everything again."""
    return json.dumps(settings.dbt_vars, sort_keys=True)


def read_manifest(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def layer_of(node: dict[str, Any]) -> str:
    """The layer that a dbt node belongs to: its folder's first word (`marts`), or `seeds`."""
    if node["resource_type"] == "seed":
        return "seeds"
    return node["fqn"][1] if len(node["fqn"]) > 2 else node["resource_type"]


def domain_of(node: dict[str, Any]) -> str:
    """The domain or source that a dbt node belongs to: its folder's second word, or the layer where there is none."""
    return node["fqn"][2] if len(node["fqn"]) > 3 else layer_of(node)


def published_models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Models that are published, by name: those whose `meta.published` is true."""
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"].get("meta", {}).get("published")
    }


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256(vars_argument(settings).encode())
    files = [PROJECT_ROOT / "dbt_project.yml", PROJECT_ROOT / "profiles.yml"]
    for folder in _PARSED:
        files += sorted(file for file in (PROJECT_ROOT / folder).rglob("*") if file.is_file())
    for file in files:
        digest.update(str(file.relative_to(PROJECT_ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
