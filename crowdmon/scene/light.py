"""Where the light on the plaza comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Light:
    """The plaza's light: the sun by day, lamps by night."""

    night: bool

    @property
    def towards(self) -> tuple[float, float]:
        """Direction the light comes from, in the picture (x right, y down), about 1 long."""
        return (-0.75, -0.66)

    def on(self, ground: NDArray[np.float64]) -> tuple[float, float, float]:
        """Return how brightly something at ``ground`` (x, y) is lit, per colour channel."""
        return (0.42, 0.42, 0.5) if self.night else (1.0, 0.98, 0.94)
