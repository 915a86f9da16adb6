"""Memory is kept between steps: seen in a fresh process, because it cannot be taken back."""

import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
import numpy as np
from trainer.loop import memory
if sys.argv[1] == "kept":
    assert memory.keep()
def step():
    np.ones(2**24, np.uint8)
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_pages_are_not_paid_for_twice() -> None:
    faults = {
        how: int(subprocess.run([sys.executable, "-c", FAULTS, how], check=True, capture_output=True).stdout)
        for how in ("given back", "kept")
    }
    assert faults["kept"] < faults["given back"] / 10
