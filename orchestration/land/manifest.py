"""A load's manifest: the only state of landing. A load exists when, and only when, its folder carries one.

Belongs here: what is recorded, where loads lie, which of them count, what a crash may have left.
Does not belong here: how a load is made.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from orchestration.contracts import TableContract
from orchestration.extract.raw import TEMPORARY

FILE_NAME = "manifest.json"
_LOAD = re.compile(r"\d{6,}-[0-9a-f]{8}(-r\d{2,})?")


@dataclass(frozen=True)
class Manifest:
    """One committed load.

    rows_in = accepted + quarantined + duplicates, always. columns: landed name -> SQL type. profile: per column nulls, distinct,
    min, max. cursor_min and cursor_max: ISO text or null. replaces: the load that a replay took the place of, or empty.
    fingerprint: the export's size, inode and times when it was read; parts: file names in the load's folder.
    rest: of a load that came over REST, how far the table is fetched (fetched.py says what is in it); else empty.
    """

    source: str
    table: str
    load_id: str
    sequence: int
    file: str
    sha256: str
    size: int
    raw: str
    extracted_at: str
    contract_hash: str
    rows_in: int
    accepted: int
    quarantined: int
    duplicates: int
    blank_lines: int
    cursor_min: str | None
    cursor_max: str | None
    columns: dict[str, str]
    profile: dict[str, dict[str, Any]]
    parts: list[str]
    warnings: list[str] = field(default_factory=list)
    replaces: str = ""
    fingerprint: list[int] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)


class ManifestError(ValueError):
    """A committed load's manifest cannot be read; the message names the file."""


def table_folder(contract: TableContract, root: Path) -> Path:
    """<root>/<source>/<table>: of the lake, its _raw, the inbox or the quarantine."""
    return Path(root) / contract.source / contract.table


def all_loads(contract: TableContract, lake: Path) -> list[Manifest]:
    """Every load with a manifest, replaced ones as well, by load id. Raises ManifestError."""
    folder = table_folder(contract, lake)
    if not folder.is_dir():
        return []
    return [_read(path / FILE_NAME) for path in sorted(folder.iterdir()) if _LOAD.fullmatch(path.name)]


def committed_loads(contract: TableContract, lake: Path) -> list[Manifest]:
    """The loads that count, in order: those that no replay has replaced. Raises ManifestError."""
    loads = all_loads(contract, lake)
    replaced = {load.replaces for load in loads}
    return [load for load in loads if load.load_id not in replaced]


def sweep(contract: TableContract, lake: Path, quarantine: Path) -> None:
    """Remove what a crash left and what a replay replaced. Call it while holding the table's lock."""
    counting = {load.load_id for load in committed_loads(contract, lake)}
    for path in _children(table_folder(contract, lake)):
        if path.name.startswith(TEMPORARY) or (_LOAD.fullmatch(path.name) and path.name not in counting):
            shutil.rmtree(path)
    for path in _children(table_folder(contract, lake / "_raw")):
        if path.name.startswith(TEMPORARY):
            path.unlink()
    for path in _children(table_folder(contract, quarantine)):
        if path.name.startswith(TEMPORARY) or path.name.removesuffix(".parquet") not in counting:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _children(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.iterdir()) if folder.is_dir() else ())


def _read(file: Path) -> Manifest:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        known = {item.name for item in fields(Manifest)}
        return Manifest(**{name: value for name, value in values.items() if name in known})
    except (OSError, ValueError, TypeError) as error:
        raise ManifestError(f"{file}: cannot be read ({error}); restore it, or remove its folder to land the export again") from None
