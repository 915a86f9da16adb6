"""What a consumer of pictures asks for: how large, how often. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from crowdmon.capture.source import Picture
from crowdmon.values import Frame

_SLACK = 0.25
"""Share of the period a picture may come early: cameras jitter, and waiting for the next one would
halve the rate."""


@dataclass(frozen=True, slots=True)
class Tap:
    """What one consumer asks for.

    Attributes:
        size: (width, height) in pixels the picture must fit into, never enlarged; None for full.
        rate: pictures per second; None for each picture.
    """

    size: tuple[int, int] | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        if self.rate is not None and not 0 < self.rate < float("inf"):
            raise ValueError(f"a tap's rate is above 0, not {self.rate}")
        if self.size is not None and min(self.size) < 1:
            raise ValueError(f"a tap's size is at least 1x1, not {self.size}")

    def due(self, next_time: float | None, now: float) -> tuple[bool, float]:
        """Decide whether to take the picture of ``now``.

        Args:
            next_time: what the last call returned; None at first.
            now: seconds of the picture, on any clock that does not change between calls.

        Returns:
            Whether to take it, and the ``next_time`` of the next call. Keeps the rate on average;
            after a pause or a jump back (a seek) it takes the picture at once and catches nothing up.
        """
        if self.rate is None:
            return True, now
        period = 1.0 / self.rate
        if next_time is None or next_time - now > 2 * period:
            return True, now + period
        if now < next_time - _SLACK * period:
            return False, next_time
        return True, next_time + period if now < next_time + period else now + period


def fit(size: tuple[int, int], box: tuple[int, int] | None) -> tuple[int, int]:
    """Return the largest (width, height) of ``size``'s shape inside ``box``, at most ``size`` itself."""
    if box is None:
        return size
    scale = min(box[0] / size[0], box[1] / size[1], 1.0)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def frame_from(picture: Picture, camera: str, size: tuple[int, int] | None = None) -> Frame:
    """Convert a picture into a frame that fits into ``size``, its shape kept."""
    return Frame(
        rgb=picture.rgb(fit(picture.size, size)),
        camera=camera,
        index=picture.index,
        time=picture.time,
        pts=picture.pts,
        size=picture.size,
    )
