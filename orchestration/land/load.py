"""The making of one load: kept bytes to a committed folder of typed Parquet, a quarantine file and a manifest.

Order, each step named for the crash tests: parts written, quarantine written, manifest written, one rename. Whatever comes before the
rename is invisible and swept by the next run, so a crash at any line converges.

Belongs here: the sequence of steps and the accounting. Does not belong here: which exports to land (table.py), formats, types, views.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.contracts import TableContract
from orchestration.extract import ExportError, KeptBytes, Limits, Settling
from orchestration.extract.raw import TEMPORARY, sync_folder
from orchestration.land.conform import Conformer
from orchestration.land.duplicates import KeyHashes, superseded_rows
from orchestration.land.manifest import FILE_NAME, Manifest, table_folder
from orchestration.land.parts import PartWriter, QuarantineWriter, count_rows, sync_file
from orchestration.land.profile import Profile
from orchestration.land.readers import open_readers
from orchestration.steps import reach


@dataclass(frozen=True)
class Progress:
    """How far one export has come: rows read so far."""

    contract: TableContract
    file: str
    rows: int


@dataclass(frozen=True)
class Options:
    """What tests and unusual machines change. free_bytes: free space under a path. 0 bytes: the measured default."""

    settling: Settling = field(default_factory=Settling)
    limits: Limits = field(default_factory=Limits)
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    block_bytes: int = 0
    part_bytes: int = 0


@dataclass(frozen=True)
class Places:
    """The folders of one table: load folders, kept bytes, quarantine files."""

    loads: Path
    raw: Path
    quarantine: Path

    @classmethod
    def of(cls, contract: TableContract, lake: Path, quarantine: Path) -> Places:
        places = cls(table_folder(contract, lake), table_folder(contract, Path(lake) / "_raw"), table_folder(contract, quarantine))
        for folder in (places.loads, places.raw, places.quarantine):
            folder.mkdir(parents=True, exist_ok=True)
        return places


@dataclass
class LoadJob:
    """The making of one load from kept bytes; `replaces` names the load that a replay takes the place of."""

    contract: TableContract
    file: str
    kept: KeptBytes
    places: Places
    load_id: str
    sequence: int
    replaces: str = ""
    fingerprint: list[int] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)
    #: What the manifest's warnings should say besides.
    notes: tuple[str, ...] = ()

    def run(self, options: Options, on_progress: Callable[[Progress], None] | None = None, previous: Manifest | None = None) -> Manifest:
        """Conform, write, account, commit. `previous`: the last snapshot, for the row floor. Raises ExportError, OSError."""
        temporary = self.places.loads / f"{TEMPORARY}{self.load_id}"
        set_aside = self.places.quarantine / f"{TEMPORARY}{self.load_id}"
        temporary.mkdir()
        try:
            manifest, quarantine = self._write(temporary, set_aside, options, on_progress)
            self._check_floor(manifest, previous)
            reach("land.parts_written")
            quarantine.commit()
            sync_folder(self.places.quarantine)
            reach("land.quarantined")
            self._commit(temporary, manifest)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            if not (self.places.loads / self.load_id).exists():
                (self.places.quarantine / f"{self.load_id}.parquet").unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(set_aside, ignore_errors=True)
        reach("land.committed")
        return manifest

    def _write(
        self, temporary: Path, set_aside: Path, options: Options, on_progress: Callable[[Progress], None] | None
    ) -> tuple[Manifest, QuarantineWriter]:
        contract = self.contract
        extracted_at = datetime.fromtimestamp(self.kept.modified_ns // 1000 / 1e6, UTC).replace(tzinfo=None)
        quarantine = QuarantineWriter(self.places.quarantine, self.load_id, set_aside)
        hashes = KeyHashes(contract, temporary / "keys.tmp")
        profile = Profile(contract)
        rows_in = blank = ambiguous = 0
        unknown: set[str] = set()
        watchers = (hashes.add, profile.add)
        with PartWriter(contract, temporary, self.load_id, extracted_at, watchers, options.part_bytes) as parts:
            for reader in open_readers(contract, self.kept.path, self.file, options.limits, options.block_bytes):
                conformer = Conformer(reader.contract, self.file)
                for block in reader.blocks():
                    file = f"{self.file}/{block.file}" if block.file else self.file
                    conformed = conformer.conform(block)
                    parts.add(conformed.accepted, file)
                    quarantine.add(conformed.rejects, file)
                    rows_in += block.rows
                    blank += block.blank_lines
                    ambiguous += conformed.ambiguous_times
                    if on_progress:
                        on_progress(Progress(contract, self.file, rows_in))
                unknown.update(reader.unknown)
            duplicates, profile = self._drop_superseded(parts, hashes, profile)
        accepted = count_rows(parts.parts)
        if rows_in != accepted + quarantine.rows + duplicates:
            raise ExportError(
                f"{self.file}: {rows_in} rows in, but {accepted} accepted + {quarantine.rows} quarantined + {duplicates} duplicates; "
                "nothing was landed; report this file, it found a fault in landing"
            )
        least, most = profile.extremes(contract.cursor) if contract.cursor else (None, None)
        manifest = Manifest(
            source=contract.source,
            table=contract.table,
            load_id=self.load_id,
            sequence=self.sequence,
            file=self.file,
            sha256=self.kept.sha256,
            size=self.kept.size,
            raw=self.kept.path.relative_to(self.places.raw).as_posix(),
            extracted_at=extracted_at.isoformat(),
            contract_hash=contract.contract_hash,
            rows_in=rows_in,
            accepted=accepted,
            quarantined=quarantine.rows,
            duplicates=duplicates,
            blank_lines=blank,
            cursor_min=None if least is None else str(least),
            cursor_max=None if most is None else str(most),
            columns={column.name: column.sql_type for column in contract.columns},
            profile=profile.facts(),
            parts=[path.name for path in parts.parts],
            warnings=[*_warnings(rows_in, blank, ambiguous, sorted(unknown)), *self.notes],
            replaces=self.replaces,
            fingerprint=self.fingerprint,
            rest=self.rest,
        )
        return manifest, quarantine

    def _drop_superseded(self, parts: PartWriter, hashes: KeyHashes, profile: Profile) -> tuple[int, Profile]:
        """Write what is left, without the rows that another one supersedes: (how many went, profile of those that stayed)."""
        whole = parts.waiting
        if whole is not None:
            drop = superseded_rows(self.contract, whole)
            if drop is not None:
                parts.replace_waiting(whole.filter(pl.Series(~drop)))
            parts.flush()
            parts.settle()
        else:
            parts.flush()
            parts.settle()
            drop = hashes.superseded(parts.parts)
            if drop is not None:
                parts.drop(drop)
                profile = _profile_of(self.contract, parts.parts)
        hashes.remove()
        return (0 if drop is None else int(drop.sum())), profile

    def _check_floor(self, manifest: Manifest, previous: Manifest | None) -> None:
        floor = self.contract.row_floor
        if floor and previous and manifest.rows_in < floor * previous.rows_in:
            raise ExportError(
                f"{self.file}: incomplete snapshot: {manifest.rows_in} rows, {previous.file} had {previous.rows_in}, row_floor {floor:g}; "
                "export it again, or lower row_floor if so many rows were really deleted"
            )

    def _commit(self, temporary: Path, manifest: Manifest) -> None:
        (temporary / FILE_NAME).write_text(manifest.to_json(), encoding="utf-8")
        for path in sorted(temporary.iterdir()):
            sync_file(path)
        sync_folder(temporary)
        reach("land.before_commit")
        temporary.rename(self.places.loads / self.load_id)
        sync_folder(self.places.loads)


def _profile_of(contract: TableContract, parts: list[Path]) -> Profile:
    profile = Profile(contract)
    for part in parts:
        profile.add(pl.read_parquet(part, columns=[column.name for column in contract.columns], glob=False))
    return profile


def _warnings(rows_in: int, blank: int, ambiguous: int, unknown: list[str]) -> list[str]:
    found = []
    if not rows_in:
        found.append("0 rows: the export holds no record")
    if unknown:
        found.append(f"new columns kept as text in _extra: {', '.join(unknown)}; add them to the contract to use them")
    if ambiguous:
        found.append(f"{ambiguous} local times fall in the hour that clocks repeat in autumn; read as the first of the two")
    if blank:
        found.append(f"{blank} blank lines hold no record and were passed over")
    return found
