"""Starts a script in two processes that share their gradients, as ``torchrun`` does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def two_processes(folder: Path, script: str, *, seconds: float = 120) -> str:
    """Run a script with the folder as its argument in two processes; return what they said.

    Raises:
        subprocess.TimeoutExpired: they have not ended in time.
    """
    path = folder / "both.py"
    path.write_text(script, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    # In a session of their own: torchrun leaves its processes behind when it is killed itself.
    with subprocess.Popen(
        [*launch, str(path), str(folder)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            _, said = child.communicate(timeout=seconds)
        finally:
            _end(child.pid)
    # Not the exit code: seldom, torch aborts the second process as it ends, when everything is written.
    return said[-2000:]


def _end(group: int) -> None:
    """End what is left of a session."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
