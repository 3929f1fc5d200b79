"""`meta.rest` of a source's YAML as a typed Rest: its vocabulary, its defaults, and the mistakes one can make in it.

`meta.rest_defaults` of a source lies beneath each of its tables' `rest`, key by key, so that a client is written once.

Belongs here: YAML to types. Does not belong here: a request, a secret's value, columns' own settings (contracts.py).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from orchestration.contract_types import Column, ContractError, nearest
from orchestration.rest_types import (
    Auth,
    Client,
    Endpoint,
    Incremental,
    JobDownload,
    JobPoll,
    JobStart,
    Paginator,
    Parent,
    RateBudget,
    Rest,
    RestLimits,
)  # fmt: skip

TIMES = ("epoch_seconds", "epoch_milliseconds", "iso8601")
CURSOR_FORMATS = ("iso8601", "date", "epoch_seconds", "epoch_milliseconds", "number")
AUTH_SETTINGS = {
    "none": ((), ()),
    "bearer": (("token_env",), ()),
    "basic": (("username_env",), ("password_env",)),
    "api_key": (("key_env",), ("name", "location")),
    "oauth2_client_credentials": (("token_url", "client_id_env", "client_secret_env"), ("refresh_token_env", "scope")),
}
PAGINATOR_SETTINGS = {
    "single_page": ((), ()),
    "cursor": (("cursor_path",), ("cursor_param", "cursor_body_path", "has_more_path", "end_path")),
    "starting_after": ((), ("param", "id_path", "has_more_path")),
    "header_link": ((), ("rel",)),
    "json_link": ((), ("next_url_path", "has_more_path", "end_path")),
    "page_number": ((), ("page_param", "base_page", "total_path", "has_more_path")),
    "offset": (("limit",), ("offset_param", "limit_param", "total_path", "has_more_path", "overlap")),
    "job": (("start", "poll"), ("download",)),
}
_REST_KEYS = {
    "client", "endpoint", "parent", "incremental", "rate_budget", "limits", "records", "columns", "may_be_absent", "ignored",
}  # fmt: skip
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_ISO_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
_NONE = object()


def build_rest(where: str, meta: Mapping[str, Any], columns: Iterable[Mapping[str, Any]], column: Callable[..., Column]) -> Rest:
    """The REST half of one table's contract from its merged meta. `column(meta, override)` builds one. Raises ContractError."""
    given = _merged(meta.get("rest_defaults") or {}, meta.get("rest") or {})
    section = _Section(where, "rest", given, _REST_KEYS)
    overrides = section.mapping("columns")
    columns = list(columns)
    names = [each["name"] for each in columns]
    for name in overrides:
        if name not in names:
            raise ContractError(f"{where}: rest.columns: expected one of its columns, got {name!r}{nearest(name, names)}")
    built, times = [], {}
    for each in columns:
        name = each["name"]
        settings = dict(_Section(where, f"rest.columns.{name}", overrides.get(name) or {}).given)
        if "source_name" in settings:
            raise ContractError(
                f"{where}: rest.columns.{name}.source_name: expected path, the way to the value in the JSON; write path: ..."
            )
        if "path" in settings:
            settings["source_name"] = settings.pop("path")
        time = settings.pop("time", "")
        if time:
            times[name] = _one_of(where, f"rest.columns.{name}.time", time, TIMES)
            if not str(each.get("data_type", "")).lower().startswith("timestamp"):
                raise ContractError(f"{where}: rest.columns.{name}.time: expected on a timestamp only, this is {each.get('data_type')!r}")
            settings |= {"format": _ISO_FORMAT, "time_zone": "UTC"}
        built.append(column(each, settings))
    client = _client(section.section("client", required=True))
    endpoint = _endpoint(section.section("endpoint", required=True))
    incremental = _incremental(section.section("incremental"))
    absent = section.texts("may_be_absent")
    paths = [each.source_name for each in built]
    for path in absent:
        if path not in paths:
            raise ContractError(f"{where}: rest.may_be_absent: expected the path of one of its columns, got {path!r}{nearest(path, paths)}")
    records = section.text("records", "")
    if records and not records.endswith("[*]"):
        raise ContractError(f"{where}: rest.records: expected a path to a list ending with [*], got {records!r}; write {records}[*]")
    parent = _parent(section.section("parent"))
    if parent and incremental and incremental.window_days:
        raise ContractError(f"{where}: rest: expected parent or incremental.window_days, got both; remove one")
    return Rest(
        client=client,
        endpoint=endpoint,
        columns=tuple(built),
        times=times,
        parent=parent,
        incremental=incremental,
        rate_budget=_rate_budget(section.section("rate_budget")),
        limits=_limits(section.section("limits")),
        records=records,
        may_be_absent=tuple(absent),
        ignored=tuple(section.texts("ignored")),
    )


def _client(section: _Section) -> Client:
    section.only("base_url", "base_url_env", "headers", "headers_env", "variables", "auth", "paginator")
    base_url, base_url_env = section.text("base_url", ""), section.variable("base_url_env")
    if bool(base_url) == bool(base_url_env):
        raise section.error("", "expected base_url or base_url_env", f"{'both' if base_url else 'neither'}", "write base_url: https://...")
    if base_url:
        _check_address(section, "base_url", base_url)
    for name, value in section.mapping("headers").items():
        if re.search(r"authorization|token|secret|api-?key", name, re.IGNORECASE):
            raise section.error(
                f"headers.{name}",
                "expected no secret in the YAML",
                "a header that carries one",
                f"use auth or headers_env: {{{name}: VARIABLE}}",
            )
        if not isinstance(value, str):
            raise section.error(f"headers.{name}", "expected text", repr(value), "put quotes around it")
    for setting in ("headers_env", "variables"):
        for name, variable in section.mapping(setting).items():
            section.check_variable(f"{setting}.{name}", variable)
    return Client(
        base_url=base_url,
        base_url_env=base_url_env,
        headers=dict(section.mapping("headers")),
        headers_env=dict(section.mapping("headers_env")),
        variables=dict(section.mapping("variables")),
        auth=_auth(section.section("auth")),
        paginator=_paginator(section.section("paginator")),
    )


def _auth(section: _Section) -> Auth:
    if not section.given:
        return Auth()
    kind = section.choice("type", tuple(AUTH_SETTINGS))
    needed, optional = AUTH_SETTINGS[kind]
    section.only("type", *needed, *optional)
    values = {}
    for name in (*needed, *optional):
        is_variable = name.endswith("_env")
        value = section.variable(name) if is_variable else section.text(name, "")
        if name in needed and not value:
            raise section.error(
                name, "expected the name of a variable" if is_variable else "expected an address", "none", f"write {name}: ..."
            )
        if value:
            values[name] = value
    if "location" in values:
        section.choice("location", ("header", "query"))
    if "token_url" in values:
        _check_address(section, "token_url", values["token_url"])
    return Auth(type=kind, **values)


def _paginator(section: _Section) -> Paginator:
    if not section.given:
        return Paginator()
    kind = section.choice("type", tuple(PAGINATOR_SETTINGS))
    needed, optional = PAGINATOR_SETTINGS[kind]
    section.only("type", *needed, *optional)
    if kind == "job":
        return Paginator(type=kind, **_job(section))
    values: dict[str, Any] = {}
    for name in (*needed, *optional):
        if name in ("limit", "base_page", "overlap"):
            if name in section.given:
                values[name] = int(section.number(name, 0, least=1 if name == "limit" else 0, whole=True))
        elif name in section.given:
            values[name] = section.text(name, "")
        if name in needed and not values.get(name):
            raise section.error(name, "expected a value", "none", f"write {name}: ...")
    if kind == "cursor" and bool(values.get("cursor_param")) == bool(values.get("cursor_body_path")):
        raise section.error("", "expected cursor_param or cursor_body_path", "both or neither", "write cursor_param: cursor")
    if kind == "starting_after":
        values.setdefault("has_more_path", "has_more")
    if values.get("overlap", 0) >= values.get("limit", 100):
        raise section.error("overlap", "expected fewer rows than limit", str(values["overlap"]), "write overlap: 10")
    return Paginator(type=kind, **values)


def _job(section: _Section) -> dict[str, Any]:
    start, poll, download = (section.section(name, required=name != "download") for name in ("start", "poll", "download"))
    start.only("method", "path", "params", "json", "id_path")
    poll.only("path", "status_path", "done", "failed", "every_seconds", "url_path")
    download.only("path", "format", "origins")
    done = tuple(poll.texts("done"))
    url_path, path = poll.text("url_path", ""), download.text("path", "")
    if not done:
        raise poll.error("done", "expected the words of status_path that mean finished", "none", "write done: [completed]")
    if bool(url_path) == bool(path):
        raise section.error("", "expected poll.url_path or download.path", "both or neither", "write download: {path: ...}")
    origins = tuple(download.texts("origins"))
    for origin in origins:
        _check_address(download, "origins", origin)
    return {
        "start": JobStart(
            path=start.text("path"),
            id_path=start.text("id_path"),
            method=start.choice("method", ("POST", "GET"), "POST"),
            params=dict(start.mapping("params")),
            json=start.given.get("json"),
        ),
        "poll": JobPoll(
            path=poll.text("path"),
            status_path=poll.text("status_path"),
            done=done,
            failed=tuple(poll.texts("failed")),
            every_seconds=poll.number("every_seconds", 5.0, least=0.0),
            url_path=url_path,
        ),
        "download": JobDownload(path=path, format=download.choice("format", ("json", "ndjson"), "json"), origins=origins),
    }


def _endpoint(section: _Section) -> Endpoint:
    section.only("path", "params", "data_selector", "method", "json", "optional", "object")
    body = section.given.get("json")
    if body is not None and not isinstance(body, Mapping):
        raise section.error("json", "expected the keys and values of a request's body", repr(body), "write json: {...}")
    return Endpoint(
        path=section.text("path"),
        params=dict(section.mapping("params")),
        data_selector=section.text("data_selector", "$"),
        method=section.choice("method", ("GET", "POST"), "GET"),
        json=body,
        optional=section.flag("optional"),
        object=section.flag("object"),
    )


def _parent(section: _Section) -> Parent | None:
    if not section.given:
        return None
    section.only("table", "field", "param", "changed_only")
    return Parent(section.text("table"), section.text("field"), section.text("param"), section.flag("changed_only"))


def _incremental(section: _Section) -> Incremental | None:
    if not section.given:
        return None
    section.only("cursor_field", "param", "end_param", "format", "initial", "lag_seconds", "window_days")
    kind = section.choice("format", CURSOR_FORMATS, "iso8601")
    window = int(section.number("window_days", 0, least=0, whole=True))
    initial = section.given.get("initial", "")
    initial = initial.isoformat() if isinstance(initial, dt.date) else str(initial)
    if kind == "number" and initial and not re.fullmatch(r"-?\d+", initial):
        raise section.error("initial", "expected a whole number", repr(initial), "write initial: 0")
    if kind != "number" and initial:
        try:
            dt.datetime.fromisoformat(initial)
        except ValueError:
            raise section.error("initial", "expected a date or time", repr(initial), 'write initial: "2024-01-01"') from None
    if window and (not initial or kind == "number"):
        raise section.error("window_days", "expected with an initial date", repr(initial or kind), 'write initial: "2024-01-01"')
    return Incremental(
        cursor_field=section.text("cursor_field"),
        param=section.text("param", ""),
        end_param=section.text("end_param", ""),
        format=kind,
        initial=initial,
        lag_seconds=int(section.number("lag_seconds", 0, least=0, whole=True)),
        window_days=window,
    )


def _rate_budget(section: _Section) -> RateBudget | None:
    if not section.given:
        return None
    section.only("requests", "per_seconds")
    return RateBudget(int(section.number("requests", 0, least=1, whole=True)), section.number("per_seconds", 0, least=0.001))


def _limits(section: _Section) -> RestLimits:
    standard = RestLimits()
    names = tuple(RestLimits.__dataclass_fields__)
    section.only(*names)
    values = {}
    for name in names:
        whole = isinstance(getattr(standard, name), int)
        value = section.number(name, getattr(standard, name), least=0 if name == "max_retries" else 0.001, whole=whole)
        values[name] = int(value) if whole else value
    return RestLimits(**values)


class _Section:
    """One mapping of the YAML, and the words for what is wrong in it."""

    def __init__(self, where: str, setting: str, given: Any, known: Iterable[str] = ()) -> None:
        self.where, self.setting = where, setting
        if not isinstance(given, Mapping):
            raise ContractError(f"{where}: {setting}: expected settings and values, got {given!r}; write {setting}: {{...}}")
        self.given = given
        if known:
            self.only(*known)

    def error(self, setting: str, expected: str, got: str, write: str) -> ContractError:
        label = f"{self.setting}.{setting}" if setting else self.setting
        return ContractError(f"{self.where}: {label}: {expected}, got {got}; {write}")

    def only(self, *known: str) -> None:
        for key in sorted(self.given.keys() - set(known)):
            hint = nearest(key, known) or f"; known are {', '.join(sorted(known))}"
            raise ContractError(f"{self.where}: {self.setting}.{key}: expected a known setting{hint}")

    def section(self, name: str, *, required: bool = False) -> _Section:
        given = self.given.get(name)
        if required and not given:
            raise self.error(name, "expected settings", "none", f"write {name}: {{...}}")
        return _Section(self.where, f"{self.setting}.{name}", given or {})

    def mapping(self, name: str) -> Mapping[str, Any]:
        return _Section(self.where, f"{self.setting}.{name}", self.given.get(name) or {}).given

    def text(self, name: str, default: Any = _NONE) -> str:
        value = self.given.get(name, default)
        if value is _NONE or not isinstance(value, str):
            raise self.error(name, "expected text", "none" if value is _NONE else repr(value), f"write {name}: ...")
        return value

    def texts(self, name: str) -> list[str]:
        value = self.given.get(name) or []
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(name, "expected a list of texts", repr(value), "put quotes around true, false and numbers")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        return _one_of(self.where, f"{self.setting}.{name}", self.given.get(name, default), allowed)

    def flag(self, name: str) -> bool:
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            raise self.error(name, "expected true or false", repr(value), f"write {name}: true")
        return value

    def number(self, name: str, default: float, *, least: float, whole: bool = False) -> float:
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or value < least:
            raise self.error(name, f"expected a {'whole ' if whole else ''}number of at least {least:g}", repr(value), f"write {name}: ...")
        return value

    def variable(self, name: str) -> str:
        value = self.given.get(name, "")
        if value:
            self.check_variable(name, value)
        return value

    def check_variable(self, name: str, value: Any) -> None:
        # Not shown: whoever errs here has often pasted the secret itself.
        if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
            raise self.error(name, "expected the name of a variable in capitals", "something else", f"write {name}: VENDOR_TOKEN")


def _check_address(section: _Section, name: str, value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password or parts.query:
        raise section.error(
            name, "expected https://host and maybe a path, without user and query", repr(parts.hostname), f"write {name}: https://..."
        )


def _one_of(where: str, setting: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ContractError(
            f"{where}: {setting}: expected {' or '.join(allowed)}, got {value!r}; write {setting.split('.')[-1]}: {allowed[0]}"
        )
    return value


def _merged(below: Any, above: Any) -> dict[str, Any]:
    """`above` over `below`, mapping by mapping; a `type` that differs takes the whole mapping."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        together = isinstance(old, Mapping) and isinstance(value, Mapping) and value.get("type", old.get("type")) == old.get("type")
        merged[key] = _merged(old, value) if together else value
    return merged
