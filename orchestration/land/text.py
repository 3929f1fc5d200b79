"""Bytes of a declared encoding as UTF-8, strictly: a wrong byte is an error with its offset, never a replacement character.

Belongs here: decoding. Does not belong here: lines, fields, JSON.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from orchestration.extract.errors import ExportError

_BOM_HINTS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def as_utf8(chunks: Iterable[bytes], encoding: str, label: str, setting: str) -> Iterator[bytes]:
    """UTF-8 pieces without a byte order mark. A piece may end inside a character.

    Raises ExportError naming the byte offset and `setting`, the setting to change.
    """
    codec = codecs.lookup(encoding).name
    decoder = codecs.getincrementaldecoder(codec)("strict")
    is_utf8, offset, started, head = codec in ("utf-8", "ascii"), 0, False, b""
    for chunk in chunks:
        if not started:
            # A byte order mark may be cut by a short first piece.
            head += chunk
            if len(head) < 3:
                continue
            chunk, head, started = head, b"", True
            _check_mark(chunk, codec, label, setting)
            if is_utf8 and chunk.startswith(codecs.BOM_UTF8):
                offset, chunk = 3, chunk[3:]
        yield from _piece(decoder, chunk, is_utf8, offset, label, setting, encoding)
        offset += len(chunk)
    if head:
        _check_mark(head, codec, label, setting)
        yield from _piece(decoder, head, is_utf8, offset, label, setting, encoding)
        offset += len(head)
    pending = decoder.getstate()[0]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise ExportError(f"{label}: truncated inside a character at byte {offset - len(pending)}; export or copy it again") from None


def _piece(decoder, chunk: bytes, is_utf8: bool, offset: int, label: str, setting: str, encoding: str) -> Iterator[bytes]:
    pending = len(decoder.getstate()[0])
    if is_utf8 and not pending and chunk.isascii():
        yield chunk
        return
    try:
        text = decoder.decode(chunk)
    except UnicodeDecodeError as error:
        at = offset - pending + error.start
        raise ExportError(
            f"{label}: byte {at} (0x{error.object[error.start]:02x}) is not {encoding}; "
            f"if the export has another encoding, write it in {setting} (such as latin-1, cp1252 or utf-16)"
        ) from None
    yield chunk if is_utf8 else text.encode()


def _check_mark(chunk: bytes, codec: str, label: str, setting: str) -> None:
    for mark, encoding in _BOM_HINTS:
        if chunk.startswith(mark) and not codec.replace("_", "-").startswith(encoding):
            raise ExportError(f"{label}: byte 0 begins a {encoding} byte order mark but {codec} is declared; write {encoding} in {setting}")
