"""One process at a time in a run's folder, so that a table started twice shares its rows.

The lock belongs to the open file: the system gives it back however the process ends, so none is ever stale.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crowdmon import locks
from crowdmon.errors import CrowdmonError, SinkError

NAME = "lock"


class BusyError(CrowdmonError):
    """Another process works in the folder; the message names it."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder, made if need be, as long as the block runs.

    Raises:
        BusyError: another process holds it. SinkError: the folder cannot be written.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise SinkError(f"cannot write the run folder {folder}: {error.strerror or error}") from error
    with file:
        if not locks.take(file.fileno()):
            file.seek(0)
            raise BusyError(f"{folder} is in the hands of process {file.read().strip() or 'unknown'}")
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
