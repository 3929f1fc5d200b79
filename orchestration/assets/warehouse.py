"""The dbt project as assets `<layer>/<model>`, and the step that shows the lake and the run's day to dbt.

Belongs here: asset keys, groups, partitions and metadata of dbt's models; two dbt invocations per run: what metrics are made of, and
the scorecards, which judge metrics; the data tests after each.
Does not belong here: SQL, rules, anything about one model; how a data test is run (data_tests.py).
"""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import yaml
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets
from packaging.version import Version

from orchestration.assets.data_test_checks import DataTestChecks
from orchestration.assets.raw import POOL, raw_key
from orchestration.contracts import TableContract
from orchestration.data_tests import DataTest, data_tests, run_tests
from orchestration.dbt_project import compiled_tests, domain_of, layer_of, read_manifest, vars_argument
from orchestration.land import create_views
from orchestration.progress import say, warn
from orchestration.publish.tables import METRICS, empty_table
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.steps import reach

RUNS_KEY = dg.AssetKey(["control", "runs"])
#: dbt tag of the models that read the metrics, which exist only after MetricFlow has read the marts.
AFTER_METRICS = "after_metrics"
_INVOCATIONS = {"warehouse": {"exclude": f"tag:{AFTER_METRICS}"}, "scorecards": {"select": f"tag:{AFTER_METRICS}"}}


class Translator(DagsterDbtTranslator):
    """Keys are `<layer>/<model>`, a source table is its raw asset, groups are the domains."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            meta = dbt_resource_props["meta"]
            if meta.get("transport") == "internal":
                return dg.AssetKey([meta.get("layer", dbt_resource_props["schema"]), dbt_resource_props["name"]])
            return raw_key(dbt_resource_props["source_name"], dbt_resource_props["name"])
        return dg.AssetKey([layer_of(dict(dbt_resource_props)), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "source":
            return dbt_resource_props["meta"].get("domain", "control")
        return domain_of(dict(dbt_resource_props))


def build_run_asset(
    contracts: Mapping[tuple[str, str], TableContract], settings: Settings, partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """`control/runs`: views over the committed loads, and the one row that says which day the models compute."""

    @dg.asset(
        key=RUNS_KEY,
        deps=[raw_key(*pair) for pair in contracts],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.multi_run(1),
        group_name="control",
        owners=["team:data-platform"],
        kinds={"duckdb"},
        pool=POOL,
        description="What this run computes. Grain, one row.",
    )
    def runs(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        as_of = date.fromisoformat(context.partition_key)
        prepare_warehouse(settings, contracts, as_of)
        return dg.MaterializeResult(metadata={"as_of": str(as_of)})

    return runs


def prepare_warehouse(settings: Settings, contracts: Mapping[tuple[str, str], TableContract], as_of: date) -> None:
    """Show the committed loads as views `raw_<source>.<table>` and write `control.runs` (1 row: as_of_on, starts_on)."""
    reach("warehouse.before_views")
    settings.paths.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.paths.warehouse)) as connection:
        create_views(connection, list(contracts.values()), settings.paths.lake)
        connection.execute("create schema if not exists control")
        connection.execute(
            "create or replace table control.runs as select cast(? as date) as as_of_on, cast(? as date) as starts_on",
            [as_of, settings.company.starts_on],
        )
        # The scorecards' view needs something to look at before the first metrics are computed.
        connection.execute("create schema if not exists published")
        connection.execute(empty_table(METRICS).replace("create table", "create table if not exists", 1))
    reach("warehouse.views_made")


def build_dbt_assets(manifest: Path, settings: Settings, partitions: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Every dbt model, seed and data test: the step `warehouse`, and after the metrics the step `scorecards`.

    Each is one `dbt build` without tests (unit tests run in the test suite, not nightly), then the step's data tests, which are cheaper
    outside dbt. So a model downstream of a failing test is built, where dbt would have skipped it; the step fails all the same, and
    nothing is published. A model that cannot be built fails the step before any test. `dbt build` by hand runs the tests as it always has.
    """
    return [_build_step(name, selection, manifest, settings, partitions) for name, selection in _INVOCATIONS.items()]


def read_results(settings: Settings) -> dict[str, Any]:
    """dbt's run_results.json of both invocations as one: {"results": [...]}."""
    files = [_results_file(settings, name) for name in _INVOCATIONS]
    return {"results": [each for file in files for each in json.loads(file.read_text(encoding="utf-8"))["results"]]}


def _results_file(settings: Settings, name: str) -> Path:
    return settings.paths.dbt_target / f"run_results.{name}.json"


def _build_step(
    name: str, selection: Mapping[str, str], manifest: Path, settings: Settings, partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    translator = Translator(DagsterDbtTranslatorSettings(enable_asset_checks=True))

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        partitions_def=partitions,
        pool=POOL,
        name=name,
        backfill_policy=dg.BackfillPolicy.multi_run(1),
        **selection,
    )
    def build(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        reach(f"{name}.before_dbt")
        _results_file(settings, name).unlink(missing_ok=True)
        # Whatever manifest.json holds by the end of this run, the tests are those of the manifest that their SQL was compiled with.
        content = read_manifest(manifest)
        tests = data_tests(content, compiled_tests(manifest))
        arguments = ["build", "--exclude-resource-type", "test", "unit_test", "--vars", vars_argument(settings)]
        with redirect_stdout(_Progress()):
            run = dbt.cli(arguments, context=context, target_path=settings.paths.dbt_target, raise_on_error=False)
            events = list(run.stream())
        yield from _with_row_counts(events, settings.paths.warehouse)
        built = run.get_artifact("run_results.json")
        if run.process.returncode:
            raise _failure(built)
        checks = DataTestChecks(context, content, tests, translator, tagged=AFTER_METRICS, inside="select" in selection)
        results = _run_tests(checks.tests, settings.paths.warehouse)
        yield from checks.events(results)
        built["results"] += results
        if any(each["status"] in ("fail", "error") for each in results):
            raise _failure(built)
        _results_file(settings, name).write_text(json.dumps(built), encoding="utf-8")
        reach(f"{name}.dbt_built")

    return build


def _run_tests(tests: list[DataTest], warehouse: Path) -> list[dict[str, Any]]:
    """Entries of run_results.json, one per test; says each tenth, and each test that does not pass."""

    def told(number: int, test: DataTest, result: Mapping[str, Any]) -> None:
        if result["status"] != "pass":
            found = "" if result["failures"] is None else f" {result['failures']}"
            warn(f"{number} of {len(tests)} {result['status'].upper()}{found} {test.name}")
        if 10 * number // len(tests) > 10 * (number - 1) // len(tests):
            say(f"data tests: {number} of {len(tests)}")

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        profile = yaml.safe_load((PROJECT_ROOT / "profiles.yml").read_text(encoding="utf-8"))
        for setting, value in profile["scalehouse"]["outputs"]["duckdb"]["settings"].items():
            connection.execute(f"set {setting} = '{value}'")
        return run_tests(connection, tests, told)


class DbtCommand(DbtCliResource):
    """dbt as a command, without a second dbt in this process.

    Dagster's resource loads an adapter and its macros beside each command, to look at columns and rows while dbt runs: 2.5 CPU seconds
    for what `_with_row_counts` does in one query afterwards. It also asks the command for its version, which asks the package index for
    the newest one: the installed package knows, and a run uses no network.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:
        return None


def dbt_resource() -> DbtCliResource:
    return DbtCommand(project_dir=str(PROJECT_ROOT), profiles_dir=str(PROJECT_ROOT), global_config_flags=["--no-version-check"])


def _with_row_counts(events: list[Any], warehouse: Path) -> Iterator[Any]:
    """dbt's events with the rows of each built table. Counted after dbt has gone: one process at a time may hold the file."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall()
        parts = [f'select \'{name}\' as name, count(*) as row_count from "{schema}"."{name}"' for schema, name in tables]
        counts = dict(connection.execute(" union all ".join(parts)).fetchall()) if parts else {}
    for event in events:
        name = event.output_name.partition("__")[2] if isinstance(event, dg.Output) else ""
        if name in counts:
            yield event.with_metadata({**event.metadata, "dagster/row_count": counts[name]})
        else:
            yield event


class _Progress(io.TextIOBase):
    """Takes dbt's lines: a step said every tenth, warnings and errors in full, the rest left out (they are in dbt's log)."""

    _LINE = re.compile(r"(\d+) of (\d+) (\w+)")

    def __init__(self) -> None:
        self._said = 0

    def write(self, text: str) -> int:
        found = self._LINE.search(text)
        if found and found[3] in ("WARN", "ERROR", "FAIL"):
            warn(text.strip())
        elif found and found[3] in ("OK", "PASS", "INSERT"):
            tenth = 10 * int(found[1]) // int(found[2])
            if tenth > self._said:
                self._said = tenth
                say(f"models: {found[1]} of {found[2]}")
        return len(text)


def _failure(results: dict[str, Any]) -> dg.Failure:
    return dg.Failure("dbt build failed; the published file is unchanged. " + _first_errors(results), allow_retries=False)


def _first_errors(results: dict[str, Any], most: int = 5) -> str:
    failed = [each for each in results["results"] if each["status"] in ("error", "fail")]
    lines = [f"{each['unique_id']}: {(each.get('message') or '').strip()} ({each.get('failures') or 0} rows)" for each in failed[:most]]
    return f"{len(failed)} of {len(results['results'])} nodes failed: " + "; ".join(lines)
