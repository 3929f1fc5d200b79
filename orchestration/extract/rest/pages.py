"""Kept pages: every answer of a fetch, compressed, hashed, durable before anything moves.

A page is one gzip file: its first line says how it was asked for and what comes next (JSON, no secret), the rest is the body as it came
(secrets out). `fetch.json` beside the pages says what the fetch set out to get. A fetch is whole when its last page leads nowhere.

Belongs here: writing and reading that folder. Does not belong here: requests, what a page means.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from orchestration.extract.errors import ExportError
from orchestration.extract.raw import TEMPORARY, sync_folder
from orchestration.steps import reach

FOLDER = "pages"
ABANDONED = ".abandoned"
_PLAN = "fetch.json"
_SUFFIX = ".json.gz"


@dataclass(frozen=True)
class KeptPage:
    """One kept page: its facts (the first line) and its body."""

    facts: dict[str, Any]
    body: bytes


class KeptFetch:
    """The folder of one fetch, written by one process at a time (the table's lock)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan: dict[str, Any] = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
        for leftover in folder.glob(f"{TEMPORARY}*"):
            leftover.unlink()
        whole = [path for number, path in enumerate(page_files(folder), 1) if path.name == f"{number:06d}{_SUFFIX}"]
        for path in page_files(folder)[len(whole) :]:
            # After a page that a power loss took.
            path.unlink()
        self.facts = [_read_facts(path) for path in whole]
        self._syncing: Future[None] | None = None
        self._syncer: ThreadPoolExecutor | None = None

    @classmethod
    def resume(cls, folder: Path) -> KeptFetch:
        """A fetch that did not end: its last page may have a name and not its bytes, after a power loss, and is then no page."""
        for path in page_files(folder)[-1:]:
            if _read_page(path) is None:
                path.unlink()
            else:
                # Its process may have been killed before this.
                _sync(path.open("rb"), path)
        return cls(folder)

    @classmethod
    def begin(cls, table_folder: Path, fetch_id: str, plan: dict[str, Any]) -> KeptFetch:
        """Make the folder of a new fetch."""
        parent = table_folder / FOLDER
        temporary, folder = parent / f"{TEMPORARY}{fetch_id}", parent / fetch_id
        # A crash before the rename below leaves one.
        for leftover in parent.glob(f"{TEMPORARY}*"):
            shutil.rmtree(leftover)
        temporary.mkdir(parents=True)
        _write(temporary / _PLAN, json.dumps(plan, indent=1).encode())
        sync_folder(temporary)
        reach("fetch.planned")
        temporary.rename(folder)
        sync_folder(parent)
        reach("fetch.begun")
        return cls(folder)

    @property
    def fetch_id(self) -> str:
        return self.folder.name

    @property
    def is_whole(self) -> bool:
        return bool(self.facts) and self.facts[-1]["next"] is None

    def keep(self, facts: dict[str, Any], body: bytes) -> None:
        """Add a page. Its bytes become durable while the next one is asked for, before that one is kept; its name by `settle`, which
        comes before any state moves.

        A power loss may so cost the last page, or the names of the last pages, which are then fetched again; a killed process costs none.
        """
        number = len(self.facts) + 1
        facts = {"page": number, **facts, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        temporary = self.folder / f"{TEMPORARY}{secrets.token_hex(4)}"
        reach(f"fetch.page_fetched.{number}")
        # Level 1: three times as fast as 6 for a sixth more bytes (JSON of an API).
        packed = gzip.compress(json.dumps(facts, separators=(",", ":")).encode() + b"\n" + body, compresslevel=1, mtime=0)
        self._wait()
        file = temporary.open("xb")
        file.write(packed)
        file.flush()
        path = temporary.rename(self.folder / f"{number:06d}{_SUFFIX}")
        self._syncer = self._syncer or ThreadPoolExecutor(1, "pages")
        self._syncing = self._syncer.submit(_sync, file, path)
        self.facts.append(facts)
        reach(f"fetch.page_kept.{number}")

    def settle(self) -> None:
        """Make every kept page durable."""
        self._wait()
        if self._syncer:
            self._syncer.shutdown()
            self._syncer = None
        sync_folder(self.folder)

    def _wait(self) -> None:
        syncing, self._syncing = self._syncing, None
        if syncing:
            syncing.result()

    def note(self, name: str, value: Any) -> None:
        """Keep a small fact beside the pages, such as the id of a job; durable when it returns."""
        temporary = self.folder / f"{TEMPORARY}{name}"
        _write(temporary, json.dumps(value).encode())
        temporary.rename(self.folder / f"{name}.json")
        sync_folder(self.folder)

    def noted(self, name: str) -> Any:
        """What was noted under that name, or None."""
        file = self.folder / f"{name}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    def abandon(self) -> None:
        """Set the fetch aside, kept for people to look at; the next one begins anew."""
        self.folder.rename(self.folder.with_name(self.fetch_id + ABANDONED))
        sync_folder(self.folder.parent)


def fetch_folders(table_folder: Path) -> list[Path]:
    """The folders of a table's fetches that were not abandoned, oldest first."""
    parent = table_folder / FOLDER
    if not parent.is_dir():
        return []
    return sorted(
        path for path in parent.iterdir() if path.is_dir() and not path.name.startswith(TEMPORARY) and not path.name.endswith(ABANDONED)
    )


def page_files(folder: Path) -> list[Path]:
    """The files of a fetch's pages, in order."""
    return sorted(folder.glob(f"[0-9]*{_SUFFIX}"))


def read_pages(folder: Path, label: str, *, last_first: bool = False) -> Iterator[KeptPage]:
    """The pages of a fetch, one at a time. Raises ExportError for one that is not as it was kept."""
    for path in page_files(folder)[:: -1 if last_first else 1]:
        page = _read_page(path)
        if page is None:
            raise ExportError(
                f"{label}: kept page {path.name} is altered or unreadable; restore it, or remove the fetch's folder to fetch again"
            )
        yield page


def digest(folder: Path) -> tuple[str, int]:
    """(SHA-256 over the hashes of a fetch's pages in order, unpacked bytes of their bodies)."""
    facts = [_read_facts(path) for path in page_files(folder)]
    return hashlib.sha256("".join(each["sha256"] for each in facts).encode()).hexdigest(), sum(each["bytes"] for each in facts)


def _read_page(path: Path) -> KeptPage | None:
    """A page as it was kept, or None."""
    try:
        head, _, body = gzip.decompress(path.read_bytes()).partition(b"\n")
        facts = json.loads(head)
    except (OSError, EOFError, ValueError, zlib.error):
        return None
    return KeptPage(facts, body) if facts.get("sha256") == hashlib.sha256(body).hexdigest() else None


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        with gzip.open(path, "rb") as file:
            return json.loads(file.readline())
    except (OSError, EOFError, ValueError, zlib.error):
        raise ExportError(
            f"kept page {path.parent.name}/{path.name} is unreadable; restore it, or remove the folder to fetch again"
        ) from None


def _sync(file: BinaryIO, path: Path) -> None:
    """Make a page's bytes durable, or take it away: nobody could say later whether they are."""
    with file:
        try:
            os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
