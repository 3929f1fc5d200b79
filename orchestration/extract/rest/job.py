"""Exports that are asked for, waited for, and downloaded: start, poll, download.

The job's id is kept, so that a run that was stopped goes on with the same job. Addresses to download are asked for anew: they are signed.

Belongs here: the way to what is to be downloaded. Does not belong here: downloading it, keeping it (fetch.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from orchestration.extract.rest.envelope import MISSING, dig, read_document
from orchestration.extract.rest.errors import FetchError
from orchestration.extract.rest.pages import KeptFetch
from orchestration.extract.rest.requests import address, fill, parameters
from orchestration.extract.rest.transport import Call, Transport, origin
from orchestration.rest_types import Paginator

MakeCall = Callable[..., Call]


def downloads(
    paginator: Paginator, transport: Transport, kept: KeptFetch, branch: int, base_url: str, values: Mapping[str, Any], make: MakeCall
) -> list[str]:
    """Addresses of what the job of this branch wrote, in order; empty when it wrote nothing. Raises FetchError, BudgetSpent."""
    note = f"job-{branch}"
    job_id = kept.noted(note)
    if job_id is None:
        job_id = _start(paginator, transport, base_url, values, make)
        kept.note(note, job_id)
    values = {**values, "job_id": job_id}
    poll = paginator.poll
    url = address(base_url, poll.path, values)
    while True:
        try:
            document = _ask(transport, make("GET", url))
        except FetchError as error:
            if error.status in (400, 404, 410):
                # The server has forgotten it: the next run asks for another.
                kept.note(note, None)
            raise
        status = dig(document, poll.status_path)
        if str(status) in poll.done:
            break
        if status is MISSING or str(status) in poll.failed:
            kept.note(note, None)
            got = "none" if status is MISSING else repr(str(status)[:40])
            raise transport.error(
                f"the export job failed: expected {' or '.join(poll.done)} at {poll.status_path!r}, got {got}; ask the vendor why",
                url,
            )
        transport.pause(poll.every_seconds, url)
    if paginator.download.path:
        return [address(base_url, paginator.download.path, values)]
    found = dig(document, poll.url_path)
    urls = [found] if isinstance(found, str) else found
    if not isinstance(urls, list) or not all(isinstance(item, str) for item in urls):
        raise transport.error(f"expected one or more addresses at {poll.url_path!r}, got none; mend poll.url_path of the contract", url)
    return [_allowed(urljoin(url, item), url, paginator, transport) for item in urls]


def _start(paginator: Paginator, transport: Transport, base_url: str, values: Mapping[str, Any], make: MakeCall) -> Any:
    start = paginator.start
    url = address(base_url, start.path, values)
    body = fill(start.json, values) if start.json is not None else None
    document = _ask(transport, make(start.method, url, params=parameters(start.params, values), json=body))
    job_id = dig(document, start.id_path)
    if job_id is MISSING or job_id is None:
        raise transport.error(f"expected the job's id at {start.id_path!r}, got none; mend start.id_path of the contract", url)
    return job_id


def _ask(transport: Transport, call: Call) -> Any:
    answer = transport.send(call)
    return read_document(answer.body, answer.headers.get("Content-Type", ""), "json", str(transport.error("job", call.url)))


def _allowed(target: str, asked: str, paginator: Paginator, transport: Transport) -> str:
    if origin(target) not in {origin(asked), *(origin(each) for each in paginator.download.origins)}:
        raise transport.error(
            f"download from another origin ({origin(target)}) refused; if that is right, list it in paginator.download.origins", asked
        )
    # What follows the path of such an address is often what opens it.
    transport.secrets.learn(urlsplit(target).query, "signed_url")
    return target
