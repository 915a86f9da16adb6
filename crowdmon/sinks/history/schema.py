"""The tables of the history file, and how older files become newer ones.

Readings lie together by series (one ROI of one camera) and time, so that a range of a few ROIs is a few
stretches of the file. ``seq`` is the order of recording: it only grows, whatever the clock does. A
migration is appended to :data:`MIGRATIONS`, never changed; the file's ``user_version`` counts them.
"""

from __future__ import annotations

import sqlite3

from crowdmon.errors import SinkError

APPLICATION_ID = 0x43524D4E
"""Marks the file as ours (``CRMN``) for ``PRAGMA application_id`` and ``file``."""

_VERSION_1 = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    # The last number given to a fact, of whatever kind.
    "CREATE TABLE sequence (last INTEGER NOT NULL)",
    "INSERT INTO sequence VALUES (0)",
    # The last fact of each run of the program that is in this file: what makes a second attempt harmless.
    "CREATE TABLE run (id INTEGER PRIMARY KEY, started REAL NOT NULL, written INTEGER NOT NULL)",
    """CREATE TABLE series (
        id INTEGER PRIMARY KEY, camera TEXT NOT NULL, roi TEXT NOT NULL, UNIQUE (camera, roi))""",
    """CREATE TABLE reading (
        series INTEGER NOT NULL REFERENCES series,
        time REAL NOT NULL,      -- epoch seconds, UTC
        seq INTEGER NOT NULL,    -- the same for all ROIs of one reading
        place INTEGER NOT NULL,  -- of the ROI in its reading, from 0
        count REAL, smoothed REAL, per_m2 REAL, level TEXT,
        state TEXT NOT NULL,
        frame INTEGER, media REAL,
        PRIMARY KEY (series, time, seq, place)) WITHOUT ROWID""",
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY, time REAL NOT NULL, kind TEXT NOT NULL,
        camera TEXT, roi TEXT, who TEXT, detail TEXT)""",
    "CREATE INDEX event_by_time ON event (time)",
    *(
        f"""CREATE TRIGGER event_no_{what.lower()} BEFORE {what} ON event
            BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"""
        for what in ("UPDATE", "DELETE")
    ),
    # For people with the sqlite3 shell.
    """CREATE VIEW readings AS
        SELECT strftime('%Y-%m-%dT%H:%M:%fZ', time, 'unixepoch') AS utc, camera, roi, count, smoothed,
            per_m2, level, state, frame, media, time, seq
        FROM reading JOIN series ON series.id = reading.series""",
)

_VERSION_2 = (
    # For people, too.
    """CREATE VIEW events AS
        SELECT strftime('%Y-%m-%dT%H:%M:%fZ', time, 'unixepoch') AS utc, kind, camera, roi, who, detail,
            time, seq
        FROM event ORDER BY seq""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_VERSION_1, _VERSION_2)


def version_of(connection: sqlite3.Connection, *, where: str) -> int:
    """Return the schema version of a history file, 0 for an empty one.

    Raises:
        SinkError: it is another program's file, or was made by a newer crowdmon.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if (tables or version) and owner != APPLICATION_ID:
        raise SinkError(f"{where} is another program's database", "Choose another file for the history")
    if version > len(MIGRATIONS):
        raise SinkError(
            f"{where} was written by a newer crowdmon (format {version}, this one knows {len(MIGRATIONS)})",
            "Update crowdmon, or choose another file for the history",
        )
    return int(version)


def migrate(connection: sqlite3.Connection, *, where: str) -> None:
    """Bring a history file to the newest version, wholly or not at all; see :func:`version_of`."""
    if version_of(connection, where=where) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Looked at again: another program may have been quicker.
        for number in range(version_of(connection, where=where), len(MIGRATIONS)):
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
