"""OpenVINO without its model converter: import it from here, never directly.

Importing the converter, which ``import openvino`` does where it can, reports the use to its maker over
the network and leaves an identification in the home folder. A program that watches people does
neither. The converter also takes longer to load than all the rest, and nothing here converts.
"""

from __future__ import annotations

import functools
import sys
import threading
from typing import Any, cast

_modules = cast("dict[str, Any]", sys.modules)
for _name in ("openvino_telemetry", "openvino.tools.ovc"):
    # None makes an import of it fail, which OpenVINO takes for "not installed".
    _modules.setdefault(_name, None)

import openvino  # noqa: E402

__all__ = ["core", "openvino"]

_one_at_a_time = threading.Lock()


def core() -> openvino.Core:
    """Return the one Core of this process, which is never closed.

    OpenVINO's CPU plug-in gives the thread that loads it a stack for signals, and takes its memory away
    when the last user of that Core goes. With two Cores, or on another thread, the system is left with a
    stack that is not there any more: the next Ctrl+C or SIGTERM ends the program, or is written over
    memory that somebody else has by then.
    """
    with _one_at_a_time:
        return _core()


@functools.cache
def _core() -> openvino.Core:
    return openvino.Core()
