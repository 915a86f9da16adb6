"""How urgent a thread is beside the other threads of this program."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

BEHIND_A_WINDOW = 8
"""How far counting steps back behind the window. In runs that took turns on two busy cores, 8 made the
window's late beats rarer than 0 or 3 did, and the counts were as many."""


def step_back(by: int) -> None:
    """Make this thread, and those that it starts from now on, less urgent by ``by`` steps of ``nice``.

    Only Linux knows this of a single thread; elsewhere nothing happens. A system that refuses is not an
    error: the thread then stays as urgent as it was.
    """
    if by and sys.platform == "linux":
        with contextlib.suppress(OSError):
            me = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, me, os.getpriority(os.PRIO_PROCESS, me) + by)
