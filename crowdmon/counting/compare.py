"""Whether another device counts as the CPU does, looked at on built-in pictures when it starts.

Drivers and hardware that no test has seen may compute something else. The pictures are made here: a plaza
with people, one without, and noise.
"""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.backend import Backend
from crowdmon.counting.preprocess import Preprocess
from crowdmon.errors import CountingError
from crowdmon.scene import Plaza

log = logging.getLogger(__name__)

SHARE = 0.01
"""People that may be elsewhere or missing, as a share of all who are counted; half precision has 0.003."""

PEOPLE = 0.25
"""People that may be so in any picture, where few or none are counted."""

_HEIGHT, _WIDTH = 288, 512


def pictures() -> dict[str, NDArray[np.uint8]]:
    """Return the built-in pictures by name, HxWx3 RGB."""
    noise = np.random.default_rng(3).integers(0, 256, (_HEIGHT, _WIDTH, 3), np.uint8)
    return {
        "a plaza with 60 people": _plaza(60),
        "an empty plaza": _plaza(0),
        "noise": noise,
    }


def check(made: Backend, on_cpu: Backend, preprocess: Preprocess) -> None:
    """Raise CountingError with figures unless a back end counts as another one does on the CPU.

    It is compared cell by cell, so that people in the wrong place are seen too.
    """
    for name, rgb in pictures().items():
        height, width = rgb.shape[:2]
        batch = preprocess.prepare(rgb)
        here, there = (
            preprocess.people(one.run(batch)[0], height=height, width=width).astype(np.float64)
            for one in (made, on_cpu)
        )
        off = float(np.abs(here - there).sum())
        log.info("%s on %s: %.2f people, on the CPU %.2f", name, made.device, here.sum(), there.sum())
        if not off <= PEOPLE + SHARE * float(there.sum()):  # what is not a number is refused too
            raise CountingError(
                f"{made.name} on {made.device} in {made.precision} counts {here.sum():.2f} people in {name}, "
                f"the CPU {there.sum():.2f}; {off:.2f} of them differ",
                "Update the device's driver, or count on the CPU with --backend openvino:CPU",
            )


def _plaza(people: int) -> NDArray[np.uint8]:
    rgb = Plaza(people=people, seed=5, width=_WIDTH, height=_HEIGHT).render(0.0).rgb
    return np.asarray(rgb, np.uint8)
