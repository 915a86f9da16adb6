"""The demo camera: :mod:`crowdmon.scene` as a source without an end.

It does not wait: its reader paces it by the pictures' ``pts``. A picture is rendered when its pixels
are asked for, so skipping one costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.capture.source import SourceInfo
from crowdmon.capture.uri import SourceSpec
from crowdmon.scene import Plaza, SceneFrame, parse_scene


class SyntheticPicture:
    """A :class:`~crowdmon.capture.source.Picture` that is rendered on demand.

    Args:
        plaza: the scene.
        index: number of the picture.
    """

    __slots__ = ("_converted", "_plaza", "_scene", "index", "pts", "size", "time")

    def __init__(self, plaza: Plaza, index: int) -> None:
        self._plaza = plaza
        self._scene: SceneFrame | None = None
        self._converted: dict[tuple[int, int], NDArray[np.uint8]] = {}
        self.index, self.time = index, time.time()
        self.pts: float | None = index / plaza.fps
        self.size = (plaza.width, plaza.height)

    def scene(self) -> SceneFrame:
        """Return the rendered scene with its exact truth."""
        if self._scene is None:
            self._scene = self._plaza.render(self.index / self._plaza.fps)
        return self._scene

    def rgb(self, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Render and scale, at most once a size; see the protocol."""
        wanted = size or self.size
        if wanted not in self._converted:
            full = self.scene().rgb
            pixels = full if wanted == self.size else cv2.resize(full, wanted, interpolation=cv2.INTER_AREA)
            self._converted[wanted] = np.asarray(pixels, dtype=np.uint8)
            self._converted[wanted].flags.writeable = False
        return self._converted[wanted]

    def fingerprint(self) -> int:
        """Each picture of the scene is another one; see the protocol."""
        return self.index


class SyntheticSource:
    """A :class:`~crowdmon.capture.source.Source` of rendered pictures, the same ones each time.

    Args:
        spec: scene and parameters.
        timeout, stopped: as every source takes them; drawing waits for nothing.

    Raises:
        ConfigError: unknown scene or parameter.
    """

    info: SourceInfo

    def __init__(
        self,
        spec: SourceSpec,
        *,
        timeout: tuple[float, float] = (10.0, 10.0),
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        self._plaza = parse_scene(spec.uri)
        self._index = 0
        self._open = True
        self.info = SourceInfo(
            kind="synthetic",
            width=self._plaza.width,
            height=self._plaza.height,
            fps=self._plaza.fps,
            duration=None,
            live=False,
            seekable=True,
            frames=None,
            label=spec.label,
        )

    def pictures(self) -> Iterator[SyntheticPicture]:
        """Iterate from the current position, without end until closed."""
        while self._open:
            picture = SyntheticPicture(self._plaza, self._index)
            self._index += 1
            yield picture

    def seek(self, pts: float) -> None:
        """Make the picture shown at ``pts`` seconds the next one."""
        self._index = int(max(0.0, pts) * self._plaza.fps + 1e-6)

    def close(self) -> None:
        """End the pictures."""
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
