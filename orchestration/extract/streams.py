"""The content of kept bytes as streams: plain, gzip, or the files of a zip archive.

Belongs here: magic bytes, checksums, archive names, caps against bombs.
Does not belong here: encodings, delimiters, rows.
"""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from orchestration.extract.errors import ExportError

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True)
class Limits:
    """Caps on what a compressed export may become. The ratio counts only past `ratio_from_bytes`: small regular files compress well."""

    max_bytes: int = 200 << 30
    max_ratio: float = 250.0
    ratio_from_bytes: int = 64 << 20


@dataclass(frozen=True)
class Member:
    """One file inside an export: its name within an archive (empty for a file of its own) and its bytes in pieces."""

    name: str
    chunks: Iterator[bytes]


def open_members(kept: Path, name: str, limits: Limits | None = None, chunk_bytes: int = 1 << 20) -> Iterator[Member]:
    """The files in a kept export, one after the other; read each to its end before the next, checksums are checked there.

    `name` is the export's name, for messages. Raises ExportError: empty, truncated, wrong checksum, bomb, unsafe archive.
    """
    limits = limits or Limits()
    size = kept.stat().st_size
    if size == 0:
        raise ExportError(f"{name}: empty export (0 bytes); expected at least a header; export it again")
    with kept.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic.startswith(GZIP_MAGIC):
            yield Member("", _unzip_gzip(file, name, size, limits, chunk_bytes))
        elif magic in ZIP_MAGIC:
            yield from _open_archive(file, name, limits, chunk_bytes)
        else:
            yield Member("", iter(lambda: file.read(chunk_bytes), b""))


def _unzip_gzip(file: BinaryIO, name: str, size: int, limits: Limits, chunk_bytes: int) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=file) as content:
            yield from _capped(content, name, size, limits, chunk_bytes)
    except EOFError:
        raise ExportError(f"{name}: truncated gzip, the stream ends before its checksum; export or copy it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ExportError(f"{name}: bad gzip ({error}); export or copy it again") from None


def _open_archive(file: BinaryIO, name: str, limits: Limits, chunk_bytes: int) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ExportError(f"{name}: bad or truncated zip ({error}); export or copy it again") from None
    members = [item for item in archive.infolist() if not item.is_dir() and not _is_clutter(item.filename)]
    for item in archive.infolist():
        _refuse_unsafe(name, item)
    if not members:
        raise ExportError(f"{name}: empty archive; expected at least one file with a header; export it again")
    for item in sorted(members, key=lambda member: member.filename):
        yield Member(item.filename, _unzip_member(archive, item, name, limits, chunk_bytes))


def _unzip_member(archive: zipfile.ZipFile, item: zipfile.ZipInfo, name: str, limits: Limits, chunk_bytes: int) -> Iterator[bytes]:
    label = f"{name}/{item.filename}"
    try:
        with archive.open(item) as content:
            yield from _capped(content, label, item.compress_size, limits, chunk_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ExportError(f"{label}: bad or truncated zip member ({error}); export or copy it again") from None
    except (RuntimeError, NotImplementedError) as error:
        raise ExportError(f"{label}: cannot be unpacked ({error}); expected an archive without password, deflated or stored") from None


def _capped(content: BinaryIO, label: str, compressed: int, limits: Limits, chunk_bytes: int) -> Iterator[bytes]:
    total = 0
    while chunk := content.read(chunk_bytes):
        total += len(chunk)
        if total > limits.max_bytes:
            raise ExportError(f"{label}: unpacks to over {limits.max_bytes:,} bytes, refused as a bomb; split the export")
        if total > limits.ratio_from_bytes and total > limits.max_ratio * max(compressed, 1):
            raise ExportError(f"{label}: unpacks to over {limits.max_ratio:g} times its size, refused as a bomb; export it uncompressed")
        yield chunk


def _refuse_unsafe(name: str, item: zipfile.ZipInfo) -> None:
    path, kind = item.filename, stat.S_IFMT(item.external_attr >> 16)
    parts = PurePosixPath(path.replace("\\", "/")).parts
    if ".." in parts:
        raise ExportError(f"{name}: path traversal in the archive: {path!r}; refused whole")
    if path.startswith(("/", "\\")) or PureWindowsPath(path).drive:
        raise ExportError(f"{name}: absolute path in the archive: {path!r}; refused whole")
    if kind == stat.S_IFLNK:
        raise ExportError(f"{name}: symbolic link in the archive: {path!r}; refused whole")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ExportError(f"{name}: device or special file in the archive: {path!r}; refused whole")


def _is_clutter(path: str) -> bool:
    return path.startswith(_CLUTTER[0]) or PurePosixPath(path).name in _CLUTTER[1:]
