"""The tables of the history file, and how older files become newer ones.

Readings lie together by series (one ROI of one camera) and time, so that a range of a few ROIs is a few
stretches of the file. ``seq`` is the order of recording: it only grows, whatever the clock does. A
migration is appended to :data:`MIGRATIONS`, never changed; the file's ``user_version`` counts them.

A series is known by the ids of its camera and ROI, which are their first names, and shows their newest names.
Sums of minutes and hours stand beside the readings. The table ``summed`` says what they hold: every reading
before ``minutes_until`` is in exactly one minute, every minute before ``hours_until`` in exactly one hour.
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

YEAR_1 = -62_135_596_800
"""Epoch seconds: a whole hour before every reading."""


def _only_added(table: str, what: str) -> tuple[str, ...]:
    """Return the triggers by which rows of a table are never changed and never deleted."""
    return tuple(
        f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{what} are only ever added'); END"""
        for verb in ("UPDATE", "DELETE")
    )


_VERSION_3 = (
    "DROP VIEW readings",
    "DROP VIEW events",
    # From here on camera and roi of a series are ids. ``..._named`` is the fact that brought the newest name.
    "ALTER TABLE series ADD COLUMN camera_name TEXT",
    "ALTER TABLE series ADD COLUMN roi_name TEXT",
    "ALTER TABLE series ADD COLUMN camera_named INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE series ADD COLUMN roi_named INTEGER NOT NULL DEFAULT 0",
    "UPDATE series SET camera_name = camera, roi_name = roi",
    "CREATE TABLE weights (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "ALTER TABLE reading ADD COLUMN local_per_m2 REAL",
    "ALTER TABLE reading ADD COLUMN weights INTEGER",
    "ALTER TABLE event ADD COLUMN camera_id TEXT",
    "ALTER TABLE event ADD COLUMN roi_id TEXT",
    *(
        f"""CREATE TABLE {table} (
            series INTEGER NOT NULL REFERENCES series,
            start INTEGER NOT NULL,    -- epoch seconds, UTC
            n INTEGER NOT NULL,        -- readings with a count
            missed INTEGER NOT NULL,   -- readings without one
            total REAL NOT NULL,       -- of the counts
            least REAL, most REAL, last REAL,
            seq INTEGER,               -- of the reading that is ``last``
            per_m2 REAL, local_per_m2 REAL,  -- the highest
            PRIMARY KEY (series, start)) WITHOUT ROWID"""
        for table in ("minute", "hour")
    ),
    # thinned_until: no reading from there on was ever deleted. older: the last fact of an older version.
    """CREATE TABLE summed (
        minutes_until INTEGER NOT NULL, hours_until INTEGER NOT NULL,
        thinned_until INTEGER NOT NULL, older INTEGER NOT NULL)""",
    f"INSERT INTO summed SELECT {YEAR_1}, {YEAR_1}, {YEAR_1}, last FROM sequence",
    # camera and roi are ids here too. ``heads`` is JSON: a list of [x, y].
    """CREATE TABLE spot_check (
        seq INTEGER PRIMARY KEY, time REAL NOT NULL, recorded REAL NOT NULL,
        camera TEXT NOT NULL, roi TEXT NOT NULL, camera_name TEXT NOT NULL, roi_name TEXT NOT NULL,
        truth INTEGER NOT NULL, count REAL NOT NULL, weights TEXT NOT NULL,
        who TEXT NOT NULL, note TEXT NOT NULL,
        heads TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, picture TEXT)""",
    "CREATE INDEX spot_check_by_time ON spot_check (time)",
    *_only_added("spot_check", "spot checks"),
    """CREATE VIEW readings AS
        SELECT strftime('%Y-%m-%dT%H:%M:%fZ', time, 'unixepoch') AS utc, camera_name AS camera,
            roi_name AS roi, count, smoothed, per_m2, level, state, frame, media, time, seq, local_per_m2,
            weights.name AS weights
        FROM reading JOIN series ON series.id = reading.series
            LEFT JOIN weights ON weights.id = reading.weights""",
    """CREATE VIEW minutes AS
        SELECT strftime('%Y-%m-%dT%H:%MZ', start, 'unixepoch') AS utc, camera_name AS camera, roi_name AS roi,
            CASE WHEN n THEN total / n END AS mean, least AS min, most AS max, last,
            n AS counted, missed AS not_counted, per_m2 AS max_per_m2, local_per_m2 AS max_local_per_m2, start
        FROM minute JOIN series ON series.id = minute.series""",
    """CREATE VIEW events AS
        SELECT strftime('%Y-%m-%dT%H:%M:%fZ', time, 'unixepoch') AS utc, kind, camera, roi, who, detail,
            time, seq
        FROM event ORDER BY seq""",
    """CREATE VIEW spot_checks AS
        SELECT strftime('%Y-%m-%dT%H:%M:%fZ', time, 'unixepoch') AS utc, camera_name AS camera,
            roi_name AS roi, truth, count, weights, who, note,
            strftime('%Y-%m-%dT%H:%M:%fZ', recorded, 'unixepoch') AS recorded, time, seq
        FROM spot_check ORDER BY seq""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_VERSION_1, _VERSION_2, _VERSION_3)

AS_NEWEST = (
    """CREATE TEMP VIEW series AS SELECT id, camera, roi, camera AS camera_name, roi AS roi_name,
        0 AS camera_named, 0 AS roi_named FROM main.series""",
    "CREATE TEMP VIEW reading AS SELECT *, NULL AS local_per_m2, NULL AS weights FROM main.reading",
    "CREATE TEMP VIEW event AS SELECT *, NULL AS camera_id, NULL AS roi_id FROM main.event",
    *(
        one.replace("CREATE TABLE", "CREATE TEMP TABLE", 1)
        for one in _VERSION_3
        if one.startswith(tuple(f"CREATE TABLE {table}" for table in ("weights", "minute", "hour", "summed")))
        or one.startswith("CREATE TABLE spot_check")
    ),
    f"INSERT INTO temp.summed VALUES ({YEAR_1}, {YEAR_1}, {YEAR_1}, 0)",
)
"""What lets a file of an older version be read as one of the newest: it is not changed, for it may be a copy
that is kept, on a disk that is read-only."""


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
