"""Commands behind the Makefile: `python -m orchestration <command>`.

Belongs here: reading the command line and exit codes.
Does not belong here: the work of a command.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from orchestration.settings import PROJECT_ROOT, Settings, SettingsError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it succeeded, 1 with a message on standard error when it did not."""
    parser = argparse.ArgumentParser(prog="python -m orchestration", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("nightly", "land, transform, check, publish"),
        ("nightly-api", "the same night from files and over HTTP, compared"),
        ("prepare", "parse the dbt project when something changed"),
        ("ui", "Dagster's UI"),
        ("replay", "land quarantined rows again"),
        ("lint-sql", "sqlfluff over models, macros and reconciliations"),
        ("check-definitions", "dg check defs"),
        ("mf", "MetricFlow's command line (mf query, mf list metrics) over the warehouse"),
        ("dbt", "dbt's command line over the warehouse"),
    ):
        command = commands.add_parser(name, help=text)
        if name in ("mf", "dbt"):
            command.add_argument("rest", nargs=argparse.REMAINDER)
    commands.add_parser("rollback", help="put an earlier published version back").add_argument("version", nargs="?", type=int)
    options = parser.parse_args(arguments)
    try:
        return _run(options, Settings())
    except (SettingsError, RuntimeError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.dbt_project import prepare_manifest, vars_argument

    settings.apply_to_environment()
    if options.command == "nightly":
        from orchestration.automation.nightly import run_nightly

        print(run_nightly(settings))
        return 0
    if options.command == "nightly-api":
        from orchestration.automation.nightly_api import run_both

        print(run_both(settings))
        return 0
    if options.command == "rollback":
        from orchestration.publish import rollback

        back = rollback(settings.paths, options.version)
        print(f"version {back.version} is live again: {back.path}")
        return 0
    manifest = prepare_manifest(settings)
    if options.command == "replay":
        from orchestration.automation.jobs import replay_all
        from orchestration.contracts import load_contracts

        print("\n".join(replay_all(load_contracts(manifest, settings.salt), settings)) or "nothing is in quarantine")
        return 0
    if options.command == "prepare":
        return 0
    if options.command == "ui":
        from orchestration.automation.nightly import prepare_dagster_home

        prepare_dagster_home(settings)
        return _call("dg", "dev", "--host", "127.0.0.1", "--port", "3000")
    if options.command == "check-definitions":
        from orchestration.automation.nightly import prepare_dagster_home

        prepare_dagster_home(settings)
        return _call("dg", "check", "defs")
    if options.command == "lint-sql":
        return _call("sqlfluff", "lint", "models", "checks/reconciliations", "--processes", "1")
    if options.command == "dbt":
        return _call("dbt", *options.rest, "--vars", vars_argument(settings))
    from orchestration.semantic import offer_to_shell

    # mf looks for the manifest in the project's own target folder, whatever the company's is.
    offer_to_shell(manifest.parent / "semantic_manifest.json", PROJECT_ROOT)
    (settings.paths.root / "logs").mkdir(parents=True, exist_ok=True)
    return _call("mf", *options.rest)


def _call(*command: str) -> int:
    """Run a tool of this environment in the project's folder."""
    tool = Path(sys.executable).parent / command[0]
    return subprocess.run([str(tool), *command[1:]], cwd=PROJECT_ROOT, check=False, env=None).returncode


if __name__ == "__main__":
    sys.exit(main())
