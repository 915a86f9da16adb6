"""``crowdmon count`` over a file: the plain loop, as fast as it goes; only decoding runs ahead of it."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from crowdmon.capture.source import Picture, Source
from crowdmon.capture.taps import frame_from
from crowdmon.engine.prefetch import ahead
from crowdmon.engine.protocols import CounterLike
from crowdmon.errors import CountingError, CrowdmonError
from crowdmon.track.gaps import MOST_AT_ONCE, UNKNOWN_AFTER
from crowdmon.track.levels import NO_LIMITS, Limits
from crowdmon.track.measure import boxes_of
from crowdmon.track.track import Counted, Silence, Track
from crowdmon.values import DensityMap, Frame, Reading, Roi

_LEAST_GAP = 1.0
"""Seconds between two counts that are usual whatever the rate: no leap is shorter than twice this."""

Found = tuple[Frame | None, DensityMap | None, Reading]
"""A reading; no picture and density where nothing was counted."""


def iterate(
    source: Source,
    counter: CounterLike,
    *,
    rois: Sequence[Roi] = (),
    every: float | None = None,
    duration: float | None = None,
    start_time: float | None = None,
    camera: str = "",
    limits: Mapping[str, Limits] = NO_LIMITS,
    whole: bool = True,
) -> Iterator[tuple[Frame, DensityMap, Reading]]:
    """Count a source by its media time.

    The next pictures are decoded while one is counted; the results are those of one after the other.

    Args:
        source: open; not closed here. Nothing else may use it meanwhile; after an early end it stands up to
            three counted pictures further than what was yielded.
        counter: counts each picture that is due.
        rois: the camera's ROIs.
        every: media seconds between two counts; each picture if None or 0.
        duration: media seconds from the first picture; until the source ends if None.
        start_time: epoch seconds of media time 0; now if None.
        camera: the name in the readings.
        limits: what gives the whole picture and each ROI its level, by name; see ``CameraConfig.to_limits``.
        whole: whether the whole picture is counted, or only the ROIs.

    Yields:
        The frame counted, its density map and its reading, in the order of the source.

    Raises:
        SourceError: reading failed; everything before it was yielded.
        CountingError: the counter failed; nothing is counted another way instead.
    """
    found = iterate_with_gaps(
        source,
        counter,
        rois=rois,
        every=every,
        duration=duration,
        start_time=start_time,
        camera=camera,
        limits=limits,
        whole=whole,
    )
    with closing(found):
        for frame, density, reading in found:
            if frame is not None and density is not None:
                yield frame, density, reading


def iterate_with_gaps(
    source: Source,
    counter: CounterLike,
    *,
    rois: Sequence[Roi] = (),
    every: float | None = None,
    duration: float | None = None,
    start_time: float | None = None,
    camera: str = "",
    limits: Mapping[str, Limits] = NO_LIMITS,
    unknown_after: float | None = None,
    whole: bool = True,
) -> Generator[Found]:
    """Count a source as :func:`iterate` does, and say where it has no pictures, as a live camera does.

    A recording whose times leap tells nothing of the time between: it has rows without a number there, at
    most about :data:`~crowdmon.track.gaps.MOST_AT_ONCE` at each end of a leap.

    Args:
        source, counter, rois, every, duration, start_time, camera, limits, whole: see :func:`iterate`.
        unknown_after: seconds without a picture after which a stale count is unknown; None for the default.
    """
    start = time.time() if start_time is None else start_time
    interval = max(every or 0.0, 1.0 / source.info.fps if source.info.fps else 0.0, _LEAST_GAP)
    track = Track(
        camera,
        rois,
        interval=interval,
        limits=limits,
        unknown_after=unknown_after or UNKNOWN_AFTER,
        whole=whole,
    )
    last: float | None = None
    with closing(ahead(_frames(source, Pace(every=every, duration=duration), camera, start=start))) as frames:
        for picture in frames:
            frame = picture if whole else replace(picture, asked=boxes_of(rois, _aspect(picture)))
            density = count(counter, frame)
            if frame.pts is None:
                # Pictures without a time are not neighbours: each begins an era of its own.
                yield frame, density, _only(track, Counted(density, frame.time, era=frame.index + 1))
                continue
            for reading in (
                () if last is None else _silence(track, last, frame.pts, start=start, step=interval)
            ):
                yield None, None, reading
            yield frame, density, _only(track, Counted(density, frame.pts))
            last = frame.pts


def _only(track: Track, seen: Counted) -> Reading:
    (reading,) = track.step(seen, seen.moment)
    return reading


def _silence(track: Track, last: float, until: float, *, start: float, step: float) -> Iterator[Reading]:
    """Return the rows without a number between two pictures, at most those at the beginning and the end."""
    if until - last <= 2.0 * step:
        return
    first = last + MOST_AT_ONCE * step
    for moment in (first, until) if first < until else (until,):
        yield from track.step(Silence(start + moment), moment)


def _aspect(frame: Frame) -> float:
    return frame.size[0] / frame.size[1]


def _frames(source: Source, pace: Pace, camera: str, *, start: float) -> Iterator[Frame]:
    """Read and convert what is due; a picture may be converted only where its source is read."""
    for picture in source.pictures():
        if pace.over(picture.pts):
            return
        if pace.due(picture.pts):
            yield dated(picture, camera, start=start)


class Pace:
    """Which pictures of a file are due. Counting by multiples of ``every`` keeps the rate exact."""

    def __init__(self, *, every: float | None = None, duration: float | None = None) -> None:
        """Take the media seconds between two counts and in all; None for each, and for no end."""
        self._every = every or 0.0
        self._duration = math.inf if duration is None else duration
        self._first: float | None = None
        self._step = -1

    def over(self, pts: float | None) -> bool:
        """Whether the picture at ``pts`` lies beyond the duration, which starts with the first."""
        if pts is None:
            return False
        if self._first is None:
            self._first = pts
        return pts - self._first >= self._duration - 1e-6

    def due(self, pts: float | None) -> bool:
        """Whether to count the picture at ``pts``; one without a time always is."""
        if pts is None or self._every <= 0.0:
            return True
        if self._first is None:
            self._first = pts
        step = math.floor((pts - self._first) / self._every + 1e-6)
        due, self._step = step > self._step, max(step, self._step)
        return due


def dated(picture: Picture, camera: str, *, start: float) -> Frame:
    """Convert a file's picture; its time is media time after ``start`` (epoch seconds)."""
    return replace(frame_from(picture, camera), time=start + (picture.pts or 0.0))


def count(counter: CounterLike, frame: Frame) -> DensityMap:
    """Count one frame; every failure is a CountingError that names the camera and the picture."""
    try:
        return counter.count(frame)
    except CrowdmonError:
        raise
    except MemoryError as error:
        raise CountingError(
            f"{frame.camera}: memory ran out while counting picture {frame.index} of "
            f"{frame.size[0]}x{frame.size[1]} pixels",
            "Use a smaller picture or a machine with more memory",
        ) from error
    except Exception as error:
        raise CountingError(
            f"{frame.camera}: counting picture {frame.index} failed: {type(error).__name__}: {error}"
        ) from error
