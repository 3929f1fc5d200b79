"""The only reader of environment variables, company files and paths.

Belongs here: where things are, which company runs, the day that a run computes.
Does not belong here: anything about a source, a table or a metric.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting, an environment variable or a company file is wrong; the message says which and what to write."""


class Company(BaseModel):
    """Which systems a company runs and how it reports: the `vars` of dbt_project.yml, or a company file with the same keys."""

    model_config = ConfigDict(extra="allow", frozen=True)

    company: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    as_of: date | None = None
    starts_on: date
    reporting_currency: str = Field(pattern=r"^[A-Z]{3}$")
    time_zone: str
    fiscal_year_starts_month: int = Field(ge=1, le=12)
    exclusions: str
    providers: dict[str, list[str]]
    #: source -> file or rest, for the sources that come by both; file unless said here.
    transports: dict[str, Literal["file", "rest"]] = Field(default_factory=dict)
    #: source -> scheme://host:port that is asked instead of the vendor's own host, path for path: a proxy, a sandbox, a double.
    api_hosts: dict[str, str] = Field(default_factory=dict)

    @field_validator("api_hosts")
    @classmethod
    def _are_origins(cls, hosts: dict[str, str]) -> dict[str, str]:
        for source, host in hosts.items():
            if not re.fullmatch(r"https?://[^/?#@\s]+", host):
                raise ValueError(f"{source}: expected scheme://host:port without a path, got {host!r}")
        return hosts

    @property
    def sources(self) -> frozenset[str]:
        """Names of the sources that fill at least one concept."""
        return frozenset(name for names in self.providers.values() for name in names)


@dataclass(frozen=True)
class Paths:
    """Everything that a company's runs make, under one folder (git-ignored).

    `edition` is a past day: what a back-fill of that day publishes lies beside the live file, not in its place.
    """

    root: Path
    edition: str = ""

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def publications(self) -> Path:
        live = self.root / "published"
        return live / "as_of" / self.edition if self.edition else live

    @property
    def published(self) -> Path:
        return self.publications / "scalehouse.duckdb"

    @property
    def versions(self) -> Path:
        return self.publications / "versions"

    @property
    def parquet(self) -> Path:
        return self.publications / "parquet"

    @property
    def audits(self) -> Path:
        return self.publications / "audits"

    @property
    def dagster_home(self) -> Path:
        return self.root / "dagster"

    @property
    def dbt_target(self) -> Path:
        return self.root / "target"

    @property
    def truth(self) -> Path:
        return self.root / "truth"


class _Environment(BaseSettings):
    """Variables that a run understands; each is described in .env.example."""

    model_config = SettingsConfigDict(env_file=PROJECT_ROOT / ".env", extra="ignore", env_ignore_empty=True)

    company: str = ""  # COMPANY: path of a company file
    as_of: date | None = None  # AS_OF: the day to compute
    scalehouse_data: Path = PROJECT_ROOT / "data"  # SCALEHOUSE_DATA: parent of the companies' folders
    scalehouse_salt: SecretStr = SecretStr("")  # SCALEHOUSE_SALT: what hashes of personal data are made with
    fault_at: str = ""  # FAULT_AT: tests only; the step at which the process kills itself


class Settings:
    """One run's settings: the company, its folders and its day.

    Raises SettingsError when a variable or the company file cannot be used.
    """

    def __init__(self) -> None:
        try:
            self._environment = _Environment()
        except ValidationError as error:
            raise SettingsError(_explain("environment", error)) from None

    @cached_property
    def company(self) -> Company:
        project = PROJECT_ROOT / "dbt_project.yml"
        values: dict[str, Any] = dict(_read_yaml(project)["vars"])
        where = str(project.name)
        if self._environment.company:
            file = Path(self._environment.company)
            file = file if file.is_absolute() else PROJECT_ROOT / file
            if not file.is_file():
                raise SettingsError(f"COMPANY={self._environment.company}: no such file; give a YAML file like companies/online_retail.yml")
            # A company file states its own day or has none: the sample's closed data set must not leak into it.
            values = {**values, "as_of": None, **_read_yaml(file)}
            where = self._environment.company
        try:
            company = Company.model_validate(values)
            ZoneInfo(company.time_zone)
        except ValidationError as error:
            raise SettingsError(_explain(where, error)) from None
        except (KeyError, ValueError, OSError):
            raise SettingsError(f"{where}: time_zone {values['time_zone']!r} is no IANA time zone; write one like Europe/London") from None
        return company

    @cached_property
    def paths(self) -> Paths:
        return Paths(Path(self._environment.scalehouse_data).resolve() / self.company.company)

    @property
    def as_of(self) -> date:
        """The day to compute: AS_OF, else the company's `as_of`, else yesterday in the company's time zone."""
        if self._environment.as_of:
            return self._environment.as_of
        if self.company.as_of:
            return self.company.as_of
        return datetime.now(ZoneInfo(self.company.time_zone)).date() - timedelta(days=1)

    @property
    def salt(self) -> str:
        """The secret of hashes of personal data; empty until SCALEHOUSE_SALT is set, which suits made-up people only."""
        return self._environment.scalehouse_salt.get_secret_value()

    def secret(self, name: str) -> str:
        """The value of the variable that a contract names, from the environment or .env; empty when there is none. Never log it."""
        return os.environ.get(name) or (dotenv_values(PROJECT_ROOT / ".env").get(name) if (PROJECT_ROOT / ".env").is_file() else "") or ""

    @property
    def fault_at(self) -> str:
        return self._environment.fault_at

    @property
    def dbt_vars(self) -> dict[str, Any]:
        """The company as dbt vars. Constant for a company, so that dbt's partial parse holds from run to run."""
        values = self.company.model_dump(mode="json")
        values.pop("as_of", None)
        # How bytes arrive is no business of a model.
        values.pop("transports", None)
        values.pop("api_hosts", None)
        return values

    def environment_for_tools(self) -> dict[str, str]:
        """The environment that dbt, MetricFlow and Dagster are started with."""
        return {
            "SCALEHOUSE_WAREHOUSE": str(self.paths.warehouse),
            "DBT_TARGET_PATH": str(self.paths.dbt_target),
            "DBT_LOG_PATH": str(self.paths.root / "logs"),
            "DBT_PROFILES_DIR": str(PROJECT_ROOT),
            "DBT_PROJECT_DIR": str(PROJECT_ROOT),
            "DAGSTER_HOME": str(self.paths.dagster_home),
            # dg and Dagster's own processes load the definitions and the event log from here.
            "PYTHONPATH": str(PROJECT_ROOT),
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "GX_ANALYTICS_ENABLED": "false",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        }

    @staticmethod
    def environment_of_process() -> dict[str, str]:
        """This process's environment without what an earlier company's run has set in it, for a run of another one."""
        return {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DBT_", "DAGSTER_")) and name != "SCALEHOUSE_WAREHOUSE"
        }

    def apply_to_environment(self) -> None:
        """Set `environment_for_tools` in this process, for libraries that read it there."""
        os.environ.update(self.environment_for_tools())


def fault_at() -> str:
    """The step at which a test wants this process killed; empty in real runs."""
    return os.environ.get("FAULT_AT", "")


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SettingsError(f"{file.name}: not YAML: {error}") from None
    if not isinstance(values, dict):
        raise SettingsError(f"{file.name}: expected keys and values, got {type(values).__name__}")
    return values


def _explain(where: str, error: ValidationError) -> str:
    lines = [f"{where}: {'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
    return "; ".join(lines)
