"""Keep memory between training steps instead of handing it back to the system each time."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
"""Names and numbers of ``mallopt(3)``."""


def keep() -> bool:
    """Tell the C library to keep freed memory; return whether it took it (glibc on Linux only).

    A step on the CPU allocates and frees the same few hundred megabytes, and glibc gives blocks of that
    size back to the system at once: the next step pays for every page again, about a seventh of its time.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        # Another C library, such as musl, which has no such function.
        return False
    wanted = ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, 2**31 - 1), (M_TOP_PAD, 2**28))
    return all(mallopt(name, value) == 1 for name, value in wanted)
