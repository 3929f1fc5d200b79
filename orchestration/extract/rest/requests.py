"""The contract's request with its placeholders filled: {since}, {until}, {a parent}, {a variable}, {job_id}.

Belongs here: templates to addresses, parameters and bodies. Does not belong here: sending, paging.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dlt.sources.helpers.rest_client.utils import join_url

from orchestration.extract.rest.errors import FetchError

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
NOTHING = object()


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """A template with its placeholders filled, through mappings and lists; NOTHING where a placeholder has no value yet.

    Text that is one placeholder becomes the value with its type. A placeholder that nobody knows stays: JSON may have braces.
    """
    if isinstance(template, Mapping):
        filled = {name: fill(value, values) for name, value in template.items()}
        return {name: value for name, value in filled.items() if value is not NOTHING}
    if isinstance(template, list):
        return [value for value in (fill(item, values) for item in template) if value is not NOTHING]
    if not isinstance(template, str):
        return template
    names = [name for name in _PLACEHOLDER.findall(template) if name in values]
    if any(values[name] is None for name in names):
        return NOTHING
    if len(names) == 1 and template == "{" + names[0] + "}":
        return values[names[0]]
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), template)


def parameters(template: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Query parameters, true and false as JSON spells them."""
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in fill(template, values).items()}


def address(base_url: str, path: str, values: Mapping[str, Any]) -> str:
    """base_url and path as one address, values quoted. Raises FetchError for a placeholder without a value."""
    quoted = {name: None if value is None else quote(str(value), safe="") for name, value in values.items()}
    base, rest = fill(base_url, quoted), fill(path, quoted)
    left = [name for part in (base_url, path) for name in _PLACEHOLDER.findall(part) if quoted.get(name) is None]
    if left or base is NOTHING or rest is NOTHING:
        raise FetchError(f"path {path}: expected a value for {{{left[0] if left else '?'}}}; name it in client.variables or parent.param")
    return join_url(str(base), str(rest))
