"""The counter: a frame in, a density map out. What the application and the evaluator both use."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crowdmon import resources
from crowdmon.counting import backends
from crowdmon.counting.preprocess import MAX_PIXELS, tiles
from crowdmon.counting.weights import DEFAULT, Weights, load
from crowdmon.errors import CountingError
from crowdmon.values import DensityMap, Frame


class Counter:
    """Counts people in pictures of any size with one set of weights on one device.

    Not thread-safe: build it in, and use it from, the one thread that owns the device.
    """

    def __init__(
        self,
        weights: Path | Weights | None = None,
        *,
        backend: str = "auto",
        threads: int | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        """Load the weights and start the back end.

        Args:
            weights: a weights file, or one in memory; the bundled default if None.
            backend: one of ``backends.NAMES``.
            threads: CPU threads for the network; the back end's own choice if None.
            max_pixels: larger pictures are counted in tiles.

        Raises:
            WeightsError, ConfigError, CountingError: see :func:`backends.make`.
        """
        if not isinstance(weights, Weights):
            weights = load(weights or resources.path(DEFAULT))
        self.weights = weights
        self._backend = backends.make(backend, weights, threads=threads)
        self._max_pixels = max_pixels

    @property
    def name(self) -> str:
        """The name of the weights."""
        return self.weights.name

    @property
    def device(self) -> str:
        """Back end, device and precision, such as ``torch cpu f32``."""
        return f"{self._backend.name} {self._backend.device} {self._backend.precision}"

    @property
    def card(self) -> dict[str, Any]:
        """Provenance and scores of the weights."""
        return {"provenance": dict(self.weights.provenance), "scores": dict(self.weights.scores)}

    def count(self, frame: Frame) -> DensityMap:
        """Count the people of one frame; CountingError if the network fails or says nonsense."""
        started = time.perf_counter()
        height, width = frame.rgb.shape[:2]
        people = self._people(frame.rgb)
        if not np.isfinite(people).all():
            raise CountingError(f"{self.device} returned values that are not numbers")
        return DensityMap(
            people=people,
            grid=self.weights.preprocess.grid(height=height, width=width, size=frame.size),
            camera=frame.camera,
            index=frame.index,
            time=frame.time,
            pts=frame.pts,
            took=time.perf_counter() - started,
        )

    def _people(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        preprocess = self.weights.preprocess
        height, width = rgb.shape[:2]
        people = np.zeros((preprocess.cells(height), preprocess.cells(width)), np.float32)
        cut = tiles(
            height,
            width,
            stride=preprocess.stride,
            multiple=preprocess.multiple,
            max_pixels=self._max_pixels,
        )
        for tile in cut:
            seen = rgb[tile.top : tile.bottom, tile.left : tile.right]
            output = self._backend.run(preprocess.prepare(seen))[0]
            part = preprocess.people(output, height=seen.shape[0], width=seen.shape[1])
            (top, bottom), (left, right) = tile.rows, tile.columns
            row, column = tile.top // preprocess.stride, tile.left // preprocess.stride
            people[top:bottom, left:right] = part[top - row : bottom - row, left - column : right - column]
        return people
