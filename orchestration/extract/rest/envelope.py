"""What an answer says: JSON, an envelope with its list of records, or something that is refused in clear words.

Numbers keep the text they were written with when they have a fraction or an exponent; whole numbers are Python's, of any size.

Belongs here: bytes to records, paths into JSON. Does not belong here: columns (land/), where the bytes came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from orchestration.extract.rest.errors import FetchError

MISSING = object()
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Number(str):
    """A number by its spelling."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=Number, parse_constant=Number)


def decode(body: bytes, data_format: str = "json") -> Any:
    """The JSON of a body; of `ndjson` the list of its lines. Raises ValueError."""
    text = body.decode("utf-8-sig")
    try:
        if data_format == "ndjson":
            return [_DECODER.decode(line) for line in text.split("\n") if line.strip()]
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def read_document(body: bytes, content_type: str, data_format: str, label: str) -> Any:
    """The JSON of an answer. Raises FetchError "expected JSON, got ..."."""
    problem = ""
    try:
        return decode(body, data_format)
    except ValueError as error:
        looks = body[:200].lstrip().lower()
        kind = content_type.split(";")[0] or "no content type"
        if not body.strip():
            problem = "an empty body"
        elif looks.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
            problem = f"{'HTML' if b'html' in looks else 'markup'} ({kind})"
        else:
            # The reason, never the text: it may hold what is not ours to show.
            problem = f"{len(body):,} bytes of {kind} that end or break off ({str(error).split(':')[0]})"
    raise FetchError(
        f"{label}: expected JSON, got {problem}; mend base_url, path or headers of the contract, or wait for the API to recover"
    )


def find_records(document: Any, data_selector: str, *, single: bool, label: str, empty_if: str = "") -> list[Any]:
    """The records that `data_selector` finds; with `single` the one object there. Raises FetchError: never an empty list by mistake.

    `empty_if`: a path that says that an answer without a list has no records.
    """
    errors = _errors(document)
    found = dig(document, data_selector)
    if found is MISSING and empty_if and not errors and dig(document, empty_if) is not MISSING:
        return []
    where = "the answer itself" if data_selector == "$" else f"{data_selector!r}"
    wanted = f"expected {'an object' if single else 'a list of records'} at {where}"
    if errors:
        raise FetchError(f"{label}: {wanted}, got an error with status 200: {errors}; mend the request in the contract")
    if found is MISSING:
        raise FetchError(f"{label}: {wanted}, got {_shape(document)} without it; mend data_selector of the contract")
    if not isinstance(found, Mapping if single else list):
        raise FetchError(f"{label}: {wanted}, got {_shape(found)}; mend data_selector of the contract")
    return [found] if single else found


def dig(document: Any, path: str) -> Any:
    """The value at a dotted path ("a.b[0].c"; "$" is the document), or MISSING."""
    if path == "$":
        return document
    if isinstance(document, Mapping) and path in document:
        return document[path]
    found = document
    for name, index in _STEP.findall(path.removeprefix("$.")):
        if name:
            found = found.get(name, MISSING) if isinstance(found, Mapping) else MISSING
        else:
            found = found[int(index)] if isinstance(found, list) and int(index) < len(found) else MISSING
        if found is MISSING:
            return MISSING
    return found


def _errors(document: Any) -> str:
    if not isinstance(document, Mapping):
        return ""
    for name in ("error", "errors"):
        value = document.get(name)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, Mapping):
            message = first.get("message") or first.get("detail") or first.get("code") or first.get("type") or "without a message"
            return re.sub(r"\s+", " ", str(message))[:160]
        if isinstance(first, str) and first:
            return re.sub(r"\s+", " ", first)[:160]
    return ""


def _shape(value: Any) -> str:
    if isinstance(value, Mapping):
        names = ", ".join(str(name)[:40] for name in list(value)[:8])
        return f"an object with {names}" if names else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "null" if value is None else f"a {'number' if isinstance(value, (int, Number)) else 'text'}"
