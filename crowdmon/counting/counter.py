"""The counter: a frame in, a density map out. What the application and the evaluator both use."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crowdmon import resources
from crowdmon.counting import backends
from crowdmon.counting.network_config import NetworkConfig, reach
from crowdmon.counting.preprocess import MAX_PIXELS, Tile, tiles
from crowdmon.counting.strips import strips
from crowdmon.counting.weights import DEFAULT, Weights, load
from crowdmon.errors import CountingError
from crowdmon.values import Box, DensityMap, Frame


class Counter:
    """Counts people in pictures of any size with one set of weights on one device.

    Not thread-safe: build it in, and use it from, the one thread that owns the device.
    """

    def __init__(
        self,
        weights: Path | Weights | None = None,
        *,
        backend: str = "auto",
        precision: str = "auto",
        threads: int | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        """Load the weights and start the back end.

        Args:
            weights: a weights file, or one in memory; the bundled default if None.
            backend: one of ``backends.NAMES``.
            precision: one of ``backends.PRECISIONS``; ``auto`` for what is quickest here, which is named in
                :attr:`precision`.
            threads: CPU threads for the network; the back end's own choice if None.
            max_pixels: larger pictures are counted in tiles.

        Raises:
            WeightsError, ConfigError, CountingError: see :func:`backends.make`.
        """
        if not isinstance(weights, Weights):
            weights = load(weights or resources.path(DEFAULT))
        self.weights = weights
        self._backend = backends.make(backend, weights, precision=precision, threads=threads)
        self._max_pixels = max_pixels
        self._reach = reach(NetworkConfig.from_header(weights.network))

    @property
    def name(self) -> str:
        """The name of the weights."""
        return self.weights.name

    @property
    def device(self) -> str:
        """Back end, device and precision, such as ``torch cpu f32``."""
        return f"{self._backend.name} {self._backend.device} {self._backend.precision}"

    @property
    def precision(self) -> str:
        """``f32``, ``bf16``, ``f16`` or ``int8``: what the network computes in."""
        return self._backend.precision

    @property
    def card(self) -> dict[str, Any]:
        """Provenance and scores of the weights."""
        return {"provenance": dict(self.weights.provenance), "scores": dict(self.weights.scores)}

    @property
    def batch(self) -> int:
        """Pictures of one size that :meth:`count_together` takes at most to be of use; 1 on CPUs."""
        return self._backend.batch

    def count(self, frame: Frame) -> DensityMap:
        """Count the people of one frame, or of the parts it asks for.

        Where parts are counted, each of their cells has the value that it has in the whole picture; see
        :meth:`count_together` for errors.
        """
        return self.count_together([frame])[0]

    def count_together(self, frames: Sequence[Frame]) -> list[DensityMap]:
        """Count frames in one call of the network, such as those of several cameras.

        Args:
            frames: at least one, their pictures of one size. Those that ask for different parts are counted
                one by one.

        Raises:
            ValueError: they are of different sizes.
            CountingError: the network fails, or returns values that are not numbers, for any of them.
        """
        if len({frame.rgb.shape for frame in frames}) != 1:
            raise ValueError("frames that are counted together are of one size")
        if len({frame.asked for frame in frames}) != 1:
            return [self.count(frame) for frame in frames]
        started = time.perf_counter()
        height, width = frames[0].rgb.shape[:2]
        cut, partly = self._cut(height, width, frames[0].asked)
        counted = self._people([frame.rgb for frame in frames], cut)
        if not all(np.isfinite(people).all() for people in counted):
            raise CountingError(f"{self.device} returned values that are not numbers")
        if max(float(people.max(initial=0.0)) for people in counted) > self.weights.preprocess.stride**2:
            raise CountingError(
                f"the weights {self.name} count more people than there are pixels", "Choose other --weights"
            )
        took = (time.perf_counter() - started) / len(frames)
        return [
            DensityMap(
                people=people,
                grid=self.weights.preprocess.grid(height=height, width=width, size=frame.size),
                camera=frame.camera,
                index=frame.index,
                time=frame.time,
                pts=frame.pts,
                took=took,
                parts=tuple((*tile.rows, *tile.columns) for tile in cut) if partly else None,
                weights=self._named(),
            )
            for frame, people in zip(frames, counted, strict=True)
        ]

    def _named(self) -> str:
        """Return what readings call what counted: the weights, and int8, whose digits are others."""
        rough = " int8" if self.precision == "int8" else ""
        return f"{self.weights.short_name}{rough}"

    def _cut(self, height: int, width: int, asked: tuple[Box, ...] | None) -> tuple[tuple[Tile, ...], bool]:
        """Return the tiles to count, and whether they are only parts of the picture."""
        preprocess = self.weights.preprocess
        stride, multiple, most = preprocess.stride, preprocess.multiple, self._max_pixels
        if asked is not None:
            parts = strips(
                height, width, asked, reach=self._reach, stride=stride, multiple=multiple, max_pixels=most
            )
            if parts is not None:
                return parts, True
        return tuple(tiles(height, width, stride=stride, multiple=multiple, max_pixels=most)), False

    def _people(
        self, pictures: Sequence[NDArray[np.uint8]], cut: Sequence[Tile]
    ) -> list[NDArray[np.float32]]:
        preprocess = self.weights.preprocess
        height, width = pictures[0].shape[:2]
        shape = preprocess.cells(height), preprocess.cells(width)
        counted = [np.zeros(shape, np.float32) for _ in pictures]
        for tile in cut:
            seen = [rgb[tile.top : tile.bottom, tile.left : tile.right] for rgb in pictures]
            batches = [preprocess.prepare(one) for one in seen]
            outputs = self._backend.run(np.concatenate(batches) if len(batches) > 1 else batches[0])
            (top, bottom), (left, right) = tile.rows, tile.columns
            row, column = tile.top // preprocess.stride, tile.left // preprocess.stride
            for people, output, part in zip(counted, outputs, seen, strict=True):
                own = preprocess.people(output, height=part.shape[0], width=part.shape[1])
                people[top:bottom, left:right] = own[top - row : bottom - row, left - column : right - column]
        gain = preprocess.gain(height=height, width=width)
        return counted if gain is None else [people * gain for people in counted]
