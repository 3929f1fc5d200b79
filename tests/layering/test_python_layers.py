"""The laws that the Python tree must keep, read from its syntax trees. No list of exceptions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from orchestration.publish.tables import METRIC_DEFINITIONS, METRICS, REGISTERS
from orchestration.semantic.register import COLUMNS

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = [
    file for folder in ("orchestration", "checks", "dashboards", "sample_company", "benchmarks") for file in (ROOT / folder).rglob("*.py")
]
WITHOUT_DAGSTER = (
    "orchestration/extract",
    "orchestration/land",
    "orchestration/estimators",
    "orchestration/publish",
    "orchestration/semantic",
    "checks",
)


def imported(file: Path) -> set[str]:
    """Dotted names of every module that a file imports, at any depth of its code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def is_internal(source: str) -> bool:
    """Whether the pipeline itself writes the source, and so must name it."""
    contract = yaml.safe_load((ROOT / "models" / "staging" / source / f"_{source}__sources.yml").read_text(encoding="utf-8"))
    return contract["sources"][0]["config"]["meta"]["transport"] == "internal"


def sources() -> list[str]:
    return sorted(folder.name for folder in (ROOT / "models" / "staging").iterdir() if folder.is_dir())


@pytest.mark.parametrize("folder", WITHOUT_DAGSTER)
def test_what_computes_never_imports_the_orchestrator(folder: str) -> None:
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    offenders = {relative(file) for file in files if any(name.split(".")[0].startswith("dagster") for name in imported(file))}
    assert offenders == set()


def test_orchestration_reaches_checks_and_dashboards_only_through_definitions() -> None:
    offenders = {
        relative(file)
        for file in PRODUCT
        if relative(file).startswith("orchestration/")
        and relative(file) != "orchestration/definitions.py"
        and any(name.split(".")[0] in ("checks", "dashboards") for name in imported(file))
    }
    assert offenders == set()


def test_only_settings_reads_the_environment() -> None:
    readers = set()
    for file in PRODUCT:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ("environ", "getenv")
                and isinstance(node.value, ast.Name)
                and node.value.id == "os"
            ):
                readers.add(relative(file))
    assert readers == {"orchestration/settings.py"}


def test_no_python_of_the_pipeline_names_a_source() -> None:
    """Law 1: adding a source edits nothing in Python."""
    # A word that names a column of the published registers means the column (segment, decisions), whichever vendor is called so too.
    columns = {column.name for table in (METRICS, METRIC_DEFINITIONS, *REGISTERS) for column in table.columns}
    columns |= {described.split()[0] for described in COLUMNS.split(",")}
    names = [name for name in sources() if not is_internal(name) and name not in columns]
    assert names
    offenders = set()
    for file in PRODUCT:
        if not relative(file).startswith(("orchestration/", "checks/")):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in names:
                offenders.add((relative(file), node.lineno, node.value))
    assert offenders == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = {relative(file) for file in PRODUCT if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))}
    assert silent == set()


def test_no_file_is_too_long_for_one_reader() -> None:
    long = {relative(file): lines for file in PRODUCT if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 400}
    assert long == {}


def test_the_simulator_shares_no_code_with_what_it_tests() -> None:
    offenders = {
        relative(file)
        for file in PRODUCT
        if relative(file).startswith("sample_company/")
        and any(name.split(".")[0] in ("orchestration", "checks", "duckdb") for name in imported(file))
    }
    assert offenders == set()
