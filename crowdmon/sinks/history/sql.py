"""Small helpers for SQLite that several files of the history need."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import overload


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write wholly or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some errors SQLite has given it up already.
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


@overload
def text(value: str) -> str: ...
@overload
def text(value: None) -> None: ...
@overload
def text(value: str | None) -> str | None: ...
def text(value: str | None) -> str | None:
    """Return text that SQLite takes: a name with broken characters must not stop all recording."""
    return None if value is None else value.encode("utf-8", "replace").decode()


def marks(count: int) -> str:
    """Return so many places for values, for a statement."""
    return ", ".join("?" * count)
