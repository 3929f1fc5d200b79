"""`meta.rest` of a source's YAML as a typed Rest: its vocabulary, its defaults, and the mistakes one can make in it.

`meta.rest_defaults` of a source lies beneath each of its tables' `rest`, key by key, so that a client is written once.

Belongs here: YAML to types. Does not belong here: a request, a secret's value, columns' own settings (contracts.py).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orchestration.contract_types import Column, ContractError, nearest
from orchestration.rest_section import Section, check_address, one_of
from orchestration.rest_types import (
    Auth,
    Changes,
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
    Throttled,
)  # fmt: skip

TIMES = ("epoch_seconds", "epoch_milliseconds", "iso8601")
CURSOR_FORMATS = ("iso8601", "date", "epoch_seconds", "epoch_milliseconds", "number")
AUTH_SETTINGS = {
    "none": ((), ()),
    "bearer": (("token_env",), ()),
    "basic": (("username_env",), ("password_env",)),
    "api_key": (("key_env",), ("name", "location", "prefix")),
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
    "client", "endpoint", "parent", "incremental", "rate_budget", "limits", "records", "only", "changes", "newest_first",
    "columns", "may_be_absent", "ignored",
}  # fmt: skip
_ISO_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


def build_rest(where: str, meta: Mapping[str, Any], columns: Iterable[Mapping[str, Any]], column: Callable[..., Column]) -> Rest:
    """The REST half of one table's contract from its merged meta. `column(meta, override)` builds one. Raises ContractError."""
    given = _merged(meta.get("rest_defaults") or {}, meta.get("rest") or {})
    section = Section(where, "rest", given, _REST_KEYS)
    overrides = section.mapping("columns")
    columns = list(columns)
    names = [each["name"] for each in columns]
    for name in overrides:
        if name not in names:
            raise ContractError(f"{where}: rest.columns: expected one of its columns, got {name!r}{nearest(name, names)}")
    built, times, maps, joins, sums = [], {}, {}, {}, {}
    for each in columns:
        name = each["name"]
        settings = dict(Section(where, f"rest.columns.{name}", overrides.get(name) or {}).given)
        if "source_name" in settings:
            raise ContractError(
                f"{where}: rest.columns.{name}.source_name: expected path, the way to the value in the JSON; write path: ..."
            )
        if "path" in settings:
            settings["source_name"] = "|".join(Section(where, f"rest.columns.{name}", settings).texts("path"))
            del settings["path"]
        if "map" in settings:
            maps[name] = _map(Section(where, f"rest.columns.{name}", settings), settings.pop("map"))
        if "join" in settings:
            joins[name] = Section(where, f"rest.columns.{name}", settings).text("join")
            del settings["join"]
        if "sum" in settings:
            sums[name] = Section(where, f"rest.columns.{name}", settings).text("sum")
            del settings["sum"]
            if not str(each.get("data_type", "")).lower().startswith(("bigint", "decimal")):
                raise ContractError(f"{where}: rest.columns.{name}.sum: expected on a bigint or decimal, this is {each.get('data_type')!r}")
        time = settings.pop("time", "")
        if time:
            times[name] = one_of(where, f"rest.columns.{name}.time", time, TIMES)
            if not str(each.get("data_type", "")).lower().startswith("timestamp"):
                raise ContractError(f"{where}: rest.columns.{name}.time: expected on a timestamp only, this is {each.get('data_type')!r}")
            settings |= {"format": _ISO_FORMAT, "time_zone": "UTC"}
        built.append(column(each, settings))
    client = _client(section.section("client", required=True))
    endpoint = _endpoint(section.section("endpoint", required=True))
    incremental = _incremental(section.section("incremental"))
    absent = section.texts("may_be_absent")
    records = section.text("records", "")
    lists = [part.strip(".") for part in records.split("[*]")[:-1]]
    paths = [*(way.partition("?")[0] for each in built for way in each.source_name.split("|")), *lists]
    for path in absent:
        if path not in paths:
            raise ContractError(f"{where}: rest.may_be_absent: expected the path of one of its columns, got {path!r}{nearest(path, paths)}")
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
        maps=maps,
        joins=joins,
        sums=sums,
        only=_only(section.section("only")),
        parent=parent,
        incremental=incremental,
        rate_budget=_rate_budget(section.section("rate_budget")),
        limits=_limits(section.section("limits")),
        records=records,
        changes=_changes(section.section("changes"), records),
        newest_first=section.flag("newest_first"),
        may_be_absent=tuple(absent),
        ignored=tuple(section.texts("ignored")),
    )


def _client(section: Section) -> Client:
    section.only("base_url", "base_url_env", "headers", "headers_env", "variables", "auth", "paginator", "throttled")
    base_url, base_url_env = section.text("base_url", ""), section.variable("base_url_env")
    if bool(base_url) == bool(base_url_env):
        raise section.error("", "expected base_url or base_url_env", f"{'both' if base_url else 'neither'}", "write base_url: https://...")
    if base_url:
        check_address(section, "base_url", base_url)
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
        throttled=_throttled(section.section("throttled")),
    )


def _throttled(section: Section) -> Throttled | None:
    if not section.given:
        return None
    section.only("statuses", "path", "values")
    values = tuple(section.texts("values"))
    if not values:
        raise section.error("values", "expected what is at path when there are too many requests", "none", 'write values: ["17"]')
    statuses = section.given.get("statuses")
    if not isinstance(statuses, list) or not statuses or not all(type(each) is int and each >= 400 for each in statuses):
        raise section.error("statuses", "expected a list of statuses from 400 on", repr(statuses), "write statuses: [400]")
    return Throttled(tuple(statuses), section.text("path"), values)


def _auth(section: Section) -> Auth:
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
        check_address(section, "token_url", values["token_url"])
    return Auth(type=kind, **values)


def _paginator(section: Section) -> Paginator:
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


def _job(section: Section) -> dict[str, Any]:
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
        check_address(download, "origins", origin)
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


def _endpoint(section: Section) -> Endpoint:
    section.only("path", "params", "data_selector", "method", "json", "optional", "object", "empty_if")
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
        empty_if=section.text("empty_if", ""),
    )


def _parent(section: Section) -> Parent | None:
    if not section.given:
        return None
    section.only("table", "field", "param", "changed_only", "carry")
    carry = tuple(section.texts("carry"))
    return Parent(section.text("table"), section.text("field"), section.text("param"), section.flag("changed_only"), carry)


def _changes(section: Section, records: str) -> Changes | None:
    if not section.given:
        return None
    section.only("before", "of", "list", "key", "now")
    before, of, below = section.text("before"), tuple(section.texts("of")), section.text("list", "")
    if not of:
        raise section.error("of", "expected the paths whose difference makes a row", "none", "write of: [status]")
    if bool(below) != bool(records):
        raise section.error("list", "expected it with rest.records, and only with it", "one without the other", "write both or neither")
    now = section.text("now", "")
    if not now and any("[" in path for path in of):
        raise section.error("now", "expected where the record says how it is now, for a path into a list", "none", "write now: data.object")
    return Changes(before, of, below, section.text("key", "id"), now)


def _only(section: Section) -> dict[str, tuple[str | None, ...]]:
    wanted = {}
    for path, values in section.given.items():
        if not isinstance(values, list) or not values or not all(each is None or isinstance(each, str) for each in values):
            raise section.error(path, "expected a list of texts or null", repr(values), "put quotes around true, false and numbers")
        wanted[path] = tuple(values)
    return wanted


def _map(section: Section, given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping) or not given or not all(isinstance(each, str) for pair in given.items() for each in pair):
        raise section.error("map", "expected the API's words and the contract's", repr(given)[:80], 'write map: {"SEARCH": Search}')
    return dict(given)


def _incremental(section: Section) -> Incremental | None:
    if not section.given:
        return None
    section.only("cursor_field", "param", "end_param", "format", "param_format", "initial", "lag_seconds", "window_days")
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
        param_format=section.choice("param_format", CURSOR_FORMATS, kind),
        initial=initial,
        lag_seconds=int(section.number("lag_seconds", 0, least=0, whole=True)),
        window_days=window,
    )


def _rate_budget(section: Section) -> RateBudget | None:
    if not section.given:
        return None
    section.only("requests", "per_seconds")
    return RateBudget(int(section.number("requests", 0, least=1, whole=True)), section.number("per_seconds", 0, least=0.001))


def _limits(section: Section) -> RestLimits:
    standard = RestLimits()
    names = tuple(RestLimits.__dataclass_fields__)
    section.only(*names)
    values = {}
    for name in names:
        whole = isinstance(getattr(standard, name), int)
        value = section.number(name, getattr(standard, name), least=0 if name == "max_retries" else 0.001, whole=whole)
        values[name] = int(value) if whole else value
    return RestLimits(**values)


def _merged(below: Any, above: Any) -> dict[str, Any]:
    """`above` over `below`, mapping by mapping; a `type` that differs takes the whole mapping."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        together = isinstance(old, Mapping) and isinstance(value, Mapping) and value.get("type", old.get("type")) == old.get("type")
        merged[key] = _merged(old, value) if together else value
    return merged
