"""The loads of one table over REST: what to ask for, the fetch's pages to one load, how far the table is fetched.

State is the last load's manifest.rest, nowhere else: fetch_id (folder of its pages), complete, high_water (mark, or null), since (the mark
that it asked by), high (greatest mark of an incomplete fetch), began (server's clock when its first page was asked for), moved (rows never
rested while they were read), position (the page to go on from, or null), parents_through (last load of the parent table that was asked
about, or null). A fetch that no load names was not landed: it goes on, or is landed, next.

Belongs here: the choice between going on and beginning anew, the load. Does not belong here: requests (extract/rest/), conforming.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import NoneType
from typing import Any

import duckdb

from orchestration.contracts import TableContract
from orchestration.extract import ExportError, KeptBytes
from orchestration.extract.rest import marks
from orchestration.extract.rest.errors import ClockWentBack, FetchError
from orchestration.extract.rest.fetch import Fetcher, StaleCursor, Stopped, position_of
from orchestration.extract.rest.pages import KeptFetch, digest, fetch_folders
from orchestration.extract.rest.secrets import Secrets
from orchestration.extract.rest.waiting import Budgets, Clock
from orchestration.land.load import LoadJob, Options, Places, Progress
from orchestration.land.manifest import Manifest, all_loads, committed_loads, sweep
from orchestration.land.table import LoadResult, disk_words, lock, result_of
from orchestration.land.views import quoted, view_sql
from orchestration.steps import reach


@dataclass(frozen=True)
class RestOptions:
    """What tests and unusual machines change."""

    clock: Clock = field(default_factory=Clock)
    budgets: Budgets | None = None
    landing: Options = field(default_factory=Options)


def land_rest(
    contract: TableContract,
    lake: Path,
    quarantine: Path,
    secret: Callable[[str], str],
    *,
    parents: TableContract | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    options: RestOptions | None = None,
) -> list[LoadResult]:
    """Fetch what is new of one table and land it as one load, whose `file` is the fetch: one result.

    Two when an earlier fetch waited for its contract to be mended: that one's, and then of what is new.

    `secret`: variable name -> value, empty when not set. `parents`: the contract of the table that a child resource asks about. Status is
    committed, unchanged (nothing new), waiting (the rate budget is used up, pages are kept) or failed. Raises ManifestError when the
    lake itself is damaged.
    """
    options, secrets = options or RestOptions(), Secrets(secret)
    places = Places.of(contract, lake, quarantine)
    with lock(places):
        sweep(contract, lake, quarantine)
        run = _Run(contract, Path(lake), places, secrets, parents, on_progress, options)
        try:
            return run.land()
        except ExportError as error:
            problem = secrets.redact(str(error))
        except OSError as error:
            problem = disk_words(run.label, error, places)
        return [LoadResult(contract.source, contract.table, run.label, "failed", error=problem)]


@dataclass
class _Run:
    contract: TableContract
    lake: Path
    places: Places
    secrets: Secrets
    parents: TableContract | None
    on_progress: Callable[[Progress], None] | None
    options: RestOptions
    label: str = "fetch"

    def land(self) -> list[LoadResult]:
        """Go on with the fetch that was not landed, or begin one, and land it; besides what is new, if the contract was mended since."""
        known = committed_loads(self.contract, self.lake)
        kept = self._open(known)
        was_whole = kept is not None and position_of(kept) is None
        mended = was_whole and kept.plan["contract"] != self.contract.contract_hash
        result = self._land(kept or self._begin(known), known, was_whole)
        if not mended:
            return [result]
        known = committed_loads(self.contract, self.lake)
        return [result, self._land(self._begin(known), known, False)]

    def _land(self, kept: KeptFetch, known: list[Manifest], was_whole: bool) -> LoadResult:
        try:
            return self._fetch_and_land(kept, known)
        except StaleCursor:
            pass
        except ClockWentBack as error:
            # The mark is of a clock that was ahead: go back to one that this clock has passed.
            kept.abandon()
            return self._fetch_and_land(self._begin(known, believed=error.date), known)
        except FetchError:
            raise
        except ExportError:
            # Pages of an earlier run that could not be landed then either: the API may have been mended since.
            if not was_whole:
                raise
        kept.abandon()
        return self._fetch_and_land(self._begin(known, anew=True), known)

    def _open(self, known: list[Manifest]) -> KeptFetch | None:
        """The fetch that no load names, when it still asks for what the contract asks for."""
        landed = {load.rest.get("fetch_id") for load in all_loads(self.contract, self.lake)}
        found = None
        for folder in fetch_folders(self.places.raw):
            if folder.name in landed:
                continue
            self.label = f"fetch {folder.name}"
            kept = KeptFetch.resume(folder)
            if kept.plan["asks"] != _asks(self.contract) or kept.plan["after"] != _state(known).get("fetch_id"):
                kept.abandon()
            else:
                found = kept
        return found

    def _begin(self, known: list[Manifest], *, anew: bool = False, believed: dt.datetime | None = None) -> KeptFetch:
        """The next fetch: on from where the last load stopped, or, `anew`, from its mark; by no mark after `believed`."""
        rest, state = self.contract.rest, _state(known)
        incremental = rest.incremental
        marks_known = [marks.from_text(load.rest["high_water"]) for load in known if load.rest.get("high_water") is not None]
        mark = marks.from_text(state.get("high_water"))
        if believed and incremental:
            mark = max((each for each in marks_known if each <= believed), default=None)
        since = None
        if incremental:
            initial = (
                marks.read_mark(incremental.initial, "number" if incremental.format == "number" else "iso8601")
                if incremental.initial
                else None
            )
            since = initial if mark is None else marks.less(mark, incremental)
        goes_on = bool(state) and not state["complete"] and not anew and not believed
        parents, through = (None, None)
        if rest.parent:
            before = KeptFetch(self.places.raw / "pages" / state["fetch_id"]).plan if goes_on else None
            parents, through = (before["parents"], before["parents_through"]) if before else self._parents_after(state)
        plan = {
            "asks": _asks(self.contract),
            "contract": self.contract.contract_hash,
            "after": state.get("fetch_id"),
            "since": marks.to_text(since) if not goes_on else state["since"],
            "marked": mark is not None and not believed,
            "mark": marks.to_text(mark),
            "parents": parents,
            "parents_through": through,
            "start": state["position"] if goes_on else None,
            "high": state["high"] if goes_on else None,
            "began": state["began"] if goes_on else None,
            "moved": state["moved"] if goes_on else False,
        }
        number = 1 + max((int(path.name.split("-")[0]) for path in (self.places.raw / "pages").glob("[0-9]*")), default=0)
        name = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:8]
        self.label = f"fetch {number:06d}-{name}"
        return KeptFetch.begin(self.places.raw, f"{number:06d}-{name}", plan)

    def _parents_after(self, state: dict[str, Any]) -> tuple[list[Any], str | None]:
        """Distinct values of the parent's field in key order, each with what is carried beside it, and the parent's last load."""
        parent = self.contract.rest.parent
        if self.parents is None:
            raise FetchError(f"{self.contract.name}: rest.parent.table: expected a table of {self.contract.source}, got {parent.table!r}")
        loads = committed_loads(self.parents, self.lake)
        column, since = quoted(parent.field), state.get("parents_through") if parent.changed_only else None
        newer = "" if since is None else " and _load_id > ?"
        with duckdb.connect() as connection:
            carried = "".join(f", max({quoted(name)})" for name in parent.carry)
            landed = f"({view_sql(self.parents, self.lake)})"
            query = f"select {column}{carried} from {landed} where {column} is not null{newer} group by 1 order by 1"
            rows = connection.execute(query, [] if since is None else [since]).fetchall()
        asked = [[value if isinstance(value, (str, int, NoneType)) else str(value) for value in row] for row in rows]
        return asked if parent.carry else [value for (value,) in asked], loads[-1].load_id if loads else None

    def _fetch_and_land(self, kept: KeptFetch, known: list[Manifest]) -> LoadResult:
        self.label = f"fetch {kept.fetch_id}"
        stopped = Fetcher(
            f"{self.contract.name} {self.label}", self.contract.rest, kept, self.secrets, self.options.clock, self.options.budgets
        ).run()
        reach("fetch.whole")
        result = LoadResult(self.contract.source, self.contract.table, self.label, "waiting")
        # Half a snapshot would look like deletions; nothing fetched is nothing to land.
        if stopped.reason and (self.contract.load == "snapshot" or not kept.facts):
            return replace(result, error=f"rate budget used up ({stopped.reason}); {len(kept.facts)} pages kept, the next run goes on")
        state = _new_state(self.contract, kept, stopped)
        sha256, size = digest(kept.folder)
        if self._is_nothing_new(kept, known, state, sha256):
            shutil.rmtree(kept.folder)
            return replace(result, status="unchanged", load_id=known[-1].load_id)
        sequence = max((load.sequence for load in known), default=0) + 1
        notes = [each["warning"] for each in kept.facts if each.get("warning")]
        if stopped.reason:
            notes.append(f"rate budget used up ({stopped.reason}); landed what came, the next run goes on")
        job = LoadJob(
            self.contract,
            self.label,
            KeptBytes(kept.folder, sha256, size, _extracted_ns(kept)),
            self.places,
            f"{sequence:06d}-{sha256[:8]}",
            sequence,
            rest=state,
            notes=tuple(notes),
        )
        previous = known[-1] if self.contract.load == "snapshot" and known else None
        return result_of(job.run(self.options.landing, self.on_progress, previous=previous))

    def _is_nothing_new(self, kept: KeptFetch, known: list[Manifest], state: dict[str, Any], sha256: str) -> bool:
        """Whether a load of this fetch would change neither rows nor state."""
        if not known or not state["complete"]:
            return False
        before = _state(known)
        facts = ("complete", "high_water", "parents_through")
        if any(before.get(name) != state[name] for name in facts):
            return False
        no_rows = self.contract.load != "snapshot" and not any(each["records"] for each in kept.facts)
        return no_rows or known[-1].sha256 == sha256


def _state(known: list[Manifest]) -> dict[str, Any]:
    """The last load's state, empty when none came over REST."""
    return next((load.rest for load in reversed(known) if load.rest), {})


def _new_state(contract: TableContract, kept: KeptFetch, stopped: Stopped) -> dict[str, Any]:
    plan, incremental = kept.plan, contract.rest.incremental
    seen = [marks.from_text(each["high"]) for each in kept.facts if each["high"] is not None]
    if plan["high"] is not None:
        seen.append(marks.from_text(plan["high"]))
    high = max(seen, default=None)
    began = plan["began"] or next((each["asked"] for each in kept.facts), None)
    mark, complete = marks.from_text(plan["mark"]), not stopped.reason
    moved = plan["moved"] or any(each.get("moved") for each in kept.facts)
    if complete and incremental and not moved:
        mark = marks.next_mark(mark, high, dt.datetime.fromisoformat(began) if began else None)
    return {
        "fetch_id": kept.fetch_id,
        "complete": complete,
        "high_water": marks.to_text(mark),
        "since": plan["since"],
        "high": None if complete else marks.to_text(high),
        "began": began,
        "moved": moved,
        "position": None if complete else position_of(kept),
        "parents_through": plan["parents_through"],
    }


def _asks(contract: TableContract) -> str:
    """16 hex digits over what changes the pages of a fetch: another contract does not go on with this one's."""
    rest = asdict(contract.rest)
    asked = {name: rest[name] for name in ("client", "endpoint", "parent", "incremental")}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def _extracted_ns(kept: KeptFetch) -> int:
    """When the last page came, by the server's clock; by the file's when it has none."""
    last = next((each["date"] for each in reversed(kept.facts) if each["date"]), None)
    if last:
        return (dt.datetime.fromisoformat(last) - marks.EPOCH) // dt.timedelta(microseconds=1) * 1000
    return max(path.stat().st_mtime_ns for path in kept.folder.iterdir())
