"""What a source and a picture are, and :func:`open_source`, which opens any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from crowdmon.capture.kinds import KINDS
from crowdmon.capture.uri import SourceSpec, parse_source
from crowdmon.config import expand_secrets
from crowdmon.errors import SourceError

MIN_SIDE = 32
"""Pixels; a smaller picture shows no people and is refused."""

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm"}
)
"""File names that are single pictures; everything else is opened as a video."""


class ServerEndedError(SourceError):
    """A web server ended what looked like a camera, as it ends a file."""


class Picture(Protocol):
    """One picture of a source, not yet converted.

    Use it in the thread that reads the source.

    Attributes:
        index: number of the picture in the source, from 0. After a seek: as far as the frame rate
            tells.
        time: epoch seconds at which it arrived; of one that came late, as far as is known, at which it
            would have arrived in time.
        pts: media seconds since the source's start, strictly rising; None where a source has none.
        size: (width, height) in pixels as a person sees it: turned upright, pixels square. Changes
            when a stream changes its resolution.
    """

    index: int
    time: float
    pts: float | None
    size: tuple[int, int]

    def rgb(self, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Convert, at most once a size.

        Args:
            size: (width, height) wanted, exactly; None for :attr:`size`.

        Returns:
            Height x width x 3 uint8, RGB, read-only.
        """
        ...

    def fingerprint(self) -> int:
        """Return a number that is equal for equal pictures; cheap, nothing is converted."""
        ...


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of a source once it is open.

    Attributes:
        kind: as in :class:`~crowdmon.capture.uri.SourceSpec`.
        width, height: pixels of the first picture, as a person sees it.
        fps: nominal pictures per second; None if the source does not say.
        duration: seconds; None for live and endless sources.
        live: pictures come at their own pace, and their end is a loss.
        seekable: :meth:`Source.seek` works.
        frames: number of pictures; None if the source does not say.
        label: the source for people, secrets redacted.
    """

    kind: str
    width: int
    height: int
    fps: float | None
    duration: float | None
    live: bool
    seekable: bool
    frames: int | None
    label: str


class Source(Protocol):
    """An open source; a context manager that always releases what it holds."""

    info: SourceInfo

    def pictures(self) -> Iterator[Picture]:
        """Iterate from the current position. Call it again after an error or a seek to go on.

        Raises:
            SourceError: reading failed, or a live source ended. All good pictures before it were
                delivered first.
        """
        ...

    def seek(self, pts: float) -> None:
        """Make the picture shown at ``pts`` (seconds, held to 0..duration) the next one.

        Raises:
            SourceError: the source cannot seek.
        """
        ...

    def close(self) -> None:
        """Release everything; may be called twice."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class ForgivingSource(Source, Protocol):
    """A source of which one bad picture stops nothing: it is named in the log and left out."""

    @property
    def left_out(self) -> int:
        """How many pictures could not be read so far."""
        ...

    @property
    def trouble(self) -> str:
        """How many these are and which, for people; empty without any."""
        ...


@runtime_checkable
class SparingSource(Source, Protocol):
    """A source that can leave out pictures that are not needed; of use while it is live."""

    @property
    def heard(self) -> float | None:
        """Monotonic seconds at which the last picture came that was not needed; None before."""
        ...

    @property
    def late(self) -> float:
        """Seconds by which its pictures come late, until that is caught up; 0 while all is well."""
        ...

    def spare(self, needed: Callable[[], bool]) -> None:
        """Leave out pictures of a live source from now on, where ``needed`` says no.

        They are counted in the indices of those that are given. Some are given nevertheless, key frames
        above all, so that a source that is sound shows that it is.

        Args:
            needed: asked in the thread that reads the source, before each picture is decoded.
        """
        ...


class SourceReader(Protocol):
    """What a line of :data:`~crowdmon.capture.kinds.KINDS` names: something that opens a source."""

    def __call__(
        self, spec: SourceSpec, *, timeout: tuple[float, float], stopped: Callable[[], bool] | None
    ) -> Source:
        """Open a source; its first picture is decoded already when this returns.

        Args:
            spec: the source, of the reader's kind.
            timeout: seconds to wait for the source to open, and for each picture.
            stopped: asked now and then, while a live source is opened and read, whether to give up.

        Raises:
            ConfigError, SourceError: as :func:`open_source` does.
        """
        ...


def open_source(
    text: str, *, timeout: tuple[float, float] = (10.0, 10.0), stopped: Callable[[], bool] | None = None
) -> Source:
    """Open a source; its first picture is decoded already when this returns.

    Args:
        text: as :func:`~crowdmon.capture.uri.parse_source` takes it; ``${NAME}`` is expanded here and
            nowhere else.
        timeout: seconds to wait for the source to open, and for each picture.
        stopped: asked now and then, while a live source is opened and read, whether to give up.

    Raises:
        ConfigError: unknown scheme or scene, or a missing environment variable.
        SourceError: it cannot be opened or holds no picture;
            :class:`~crowdmon.capture.faults.AccessRefusedError` if a password was refused.
    """
    spec = parse_source(expand_secrets(text), label=text)
    return _reader("folder" if _is_picture(spec) else spec.kind)(spec, timeout=timeout, stopped=stopped)


def _reader(kind: str) -> SourceReader:
    module, _, name = KINDS[kind].reader.partition(":")
    reader: SourceReader = getattr(import_module(module), name)
    return reader


def _is_picture(spec: SourceSpec) -> bool:
    return spec.kind == "file" and Path(spec.uri).suffix.lower() in PICTURE_SUFFIXES
