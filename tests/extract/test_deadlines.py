"""One thread watches the deadlines of all exchanges of a process, each to its own time, and of a forked process anew."""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from orchestration.extract.rest import connection
from tests.extract.server import Reply, Server

#: A body of 40 bytes, one every half second: 20 s in all.
DRIP = Reply(b"x" * 40, drip=0.5)


def ask(url: str, seconds: float) -> bytes:
    with connection.open_session() as session:
        request = session.prepare_request(requests.Request("GET", url))
        return connection.exchange(session, request, seconds, 1 << 20)[1]


def is_late(url: str, seconds: float) -> float:
    """The seconds after which the exchange was given up."""
    began = time.monotonic()
    with pytest.raises(connection.Late, match=f"within {seconds:g} s"):
        ask(url, seconds)
    return time.monotonic() - began


def test_a_short_deadline_is_kept_while_a_longer_one_is_waited_for(server: Server) -> None:
    server.says("/slow", DRIP)
    with ThreadPoolExecutor() as pool:
        long = pool.submit(is_late, f"{server.url}/slow", 3.0)
        time.sleep(0.2)
        assert 0.5 <= is_late(f"{server.url}/slow", 0.5) < 2.5
        assert 3.0 <= long.result() < 10.0


def test_a_deadline_that_was_met_ends_nothing_later(server: Server) -> None:
    server.says("/quick", Reply({"data": []}))
    server.says("/slow", Reply(b"x" * 4, drip=0.2))
    for _ in range(20):
        assert ask(f"{server.url}/quick", 0.3) == b'{"data": []}'
    # 0.8 s, over the deadlines of all that came before.
    assert ask(f"{server.url}/slow", 30.0) == b"xxxx"
    assert [thread.name for thread in threading.enumerate()].count("deadlines") == 1


def test_a_forked_process_keeps_its_deadlines(server: Server) -> None:
    server.says("/quick", Reply({"data": []}))
    server.says("/slow", DRIP)
    ask(f"{server.url}/quick", 5.0)
    child = multiprocessing.get_context("fork").Process(target=is_late, args=(f"{server.url}/slow", 0.5))
    child.start()
    child.join(15)
    assert child.exitcode == 0
