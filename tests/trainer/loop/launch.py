"""Starts a script in two processes that share their gradients, as ``torchrun`` does."""

from __future__ import annotations

import os
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
    done = subprocess.run(
        [*launch, str(path), str(folder)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    # Not the exit code: seldom, torch aborts the second process as it ends, when everything is written.
    return done.stderr[-2000:]
