"""Dagster's event log in one SQLite file, over kept connections.

Dagster's own class opens an engine and a connection for each statement, several times an event; a nightly writes about a thousand events.
Belongs here: how the event log connects. Does not belong here: what is logged.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool


class KeptConnectionEventLogStorage(ConsolidatedSqliteEventLogStorage):
    """The consolidated SQLite event log with its engine kept. In WAL mode, NORMAL keeps the file whole through a crash."""

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(
            self._conn_string, poolclass=QueuePool, max_overflow=-1, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        )
        event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = normal"))
        return engine

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Asked before each check and each materialisation is stored. Tables only ever come, with a migration: a yes stays a yes."""
        if table_name not in self._tables:
            with self._connect() as connection:
                if not self._engine.dialect.has_table(connection, table_name):
                    return False
            self._tables.add(table_name)
        return True

    @cached_property
    def _tables(self) -> set[str]:
        return set()
