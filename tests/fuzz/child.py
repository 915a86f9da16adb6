"""Reads inputs of one format, one a line of standard input, and says what came of each as a line of JSON.

    python -m tests.fuzz.child FORMAT MEGABYTES

The process may take so many megabytes more than it has at its start. Each input is answered before the next
is read.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz.targets import REFUSED, target

_STATUS = Path("/proc/self/status")


def _kilobytes(key: str) -> int:
    """Return a line of the process's status; 0 where there is none."""
    if not _STATUS.exists():
        return 0
    for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    return 0


def _forget_peak() -> None:
    """Measure the most memory anew from here."""
    # Where this is not Linux, or not allowed, the peak is that of all inputs before.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _limit(megabytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    most = (_kilobytes("VmSize") >> 10) + megabytes
    resource.setrlimit(resource.RLIMIT_AS, (most << 20, most << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _where(error: BaseException) -> str:
    """Name the place of an error, the same for all inputs that lead there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if "crowdmon" in one.filename or "trainer" in one.filename] or frames
    last = own[-1]
    return (
        f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} {last.name}: {str(error)[:100]}"
    )


def main(name: str, megabytes: int) -> None:
    run = target(name)
    for sound in sys.argv[3:]:  # loads what has to be loaded, before the limit
        with contextlib.suppress(REFUSED):
            run(Path(sound))
    _limit(megabytes)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints does not belong to the answers
    out.write("ready\n")
    out.flush()
    for line in sys.stdin:
        _forget_peak()
        before, began = _kilobytes("VmRSS"), time.monotonic()
        result, said = "read", ""
        try:
            run(Path(line.rstrip("\n")))
        except REFUSED as error:
            result, said = "refused", str(error)
            if "\n" in said or not said.isprintable():
                result, said = "traceback", f"a refusal of several lines: {said!r}"
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            result, said = "traceback", _where(error)
        peak = max(0, _kilobytes("VmHWM") - before) >> 10
        took = time.monotonic() - began
        out.write(json.dumps({"result": result, "said": said, "megabytes": peak, "seconds": took}) + "\n")
        out.flush()
    os._exit(0)  # threads of the servers do not matter


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
