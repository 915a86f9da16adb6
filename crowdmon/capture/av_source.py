"""Files, network streams and webcams as sources, through PyAV."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from av.video.frame import VideoFrame

from crowdmon.capture.decoder import Decoder, stamp_of
from crowdmon.capture.faults import check_file, explain_open, explain_read
from crowdmon.capture.picture import AvPicture, Scalers, Turns, plausible
from crowdmon.capture.source import MIN_SIDE, ServerEndedError, SourceInfo
from crowdmon.capture.uri import SourceSpec
from crowdmon.capture.web import BROKEN
from crowdmon.errors import ConfigError, SourceError

_log = logging.getLogger(__name__)

_MOST_BACK = 10.0
"""Seconds by which a late picture is dated back at most: a clock that says it is later may be no clock."""

_BACKWARDS = 1.0
"""Seconds; a larger step back is a stream that started again, a smaller one is disorder."""

_FORWARDS = 5.0
"""Seconds by which live pictures may run ahead of the clock; beyond that the camera's clock was set."""

_NUDGE = 0.001
"""Seconds between pictures that claim the same moment."""


class AvSource:
    """A :class:`~crowdmon.capture.source.Source` that FFmpeg reads.

    Interlaced pictures are not deinterlaced. Pixels that are not square are made so. A change of the
    stream's resolution shows in the pictures' sizes; :attr:`info` keeps what it was at the start.

    Args:
        spec: a file, network source or webcam.
        timeout: seconds to wait for opening and for each picture.
        stopped: asked now and then whether to give up; a live source then ends as if it were lost.

    Raises:
        ConfigError: a limit in the environment is none.
        SourceError: it cannot be opened, or its first picture cannot be read.
    """

    info: SourceInfo

    def __init__(
        self,
        spec: SourceSpec,
        *,
        timeout: tuple[float, float] = (10.0, 10.0),
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        self._spec, self._timeout = spec, timeout
        self._scalers = Scalers()
        self._index, self._sought = 0, False
        self._reading = self._closed = False
        self._ignored: set[float | None] = set()
        self._layout = check_file(spec) if spec.kind == "file" else None
        began = time.monotonic()
        try:
            self._decoder = Decoder(spec, timeout=timeout, stopped=stopped)
        except (ConfigError, SourceError):
            raise
        except BROKEN as error:
            took = time.monotonic() - began
            raise explain_open(error, spec, timeout=timeout[0], took=took) from None
        try:
            self._first = self._read()
            self.info = self._describe(self._first)
        except BaseException:
            self.close()
            raise

    def _describe(self, first: VideoFrame | None) -> SourceInfo:
        if first is None:
            raise SourceError(f"{self._spec.label}: no picture could be read", "It may be damaged")
        decoder = self._decoder
        self._turns = Turns(live=decoder.live)
        decoder.origin = stamp_of(first) or 0.0
        self._timeline = Timeline(stamp_of(first), decoder.fps)
        width, height = self._picture(first, index=0, pts=0.0).size
        if min(width, height) < MIN_SIDE:
            raise SourceError(
                f"{self._spec.label}: its pictures are {width}x{height} pixels",
                f"At least {MIN_SIDE}x{MIN_SIDE} is needed",
            )
        return SourceInfo(
            kind=self._spec.kind,
            width=width,
            height=height,
            fps=decoder.fps,
            duration=decoder.duration,
            live=decoder.live,
            seekable=decoder.duration is not None,
            frames=decoder.total,
            label=self._spec.label,
        )

    def pictures(self) -> Iterator[AvPicture]:
        """Iterate from the current position; see the protocol."""
        while (frame := self._next()) is not None:
            age = self._decoder.age(frame)
            arrived = time.monotonic() - age if self._decoder.live else None
            pts = self._timeline.stamp(stamp_of(frame), arrived=arrived)
            if self._sought:
                self._index, self._sought = round(pts * (self.info.fps or 25.0)), False
            self._index, self._decoder.passed = self._index + self._decoder.passed, 0
            picture = self._picture(frame, index=self._index, pts=pts, age=age)
            self._index += 1
            yield picture
        self._ended()

    @property
    def heard(self) -> float | None:
        """When the last picture came that was not needed; see the protocol."""
        return self._decoder.heard

    @property
    def late(self) -> float:
        """Seconds by which pictures come late; see the protocol."""
        lateness = self._decoder.lateness
        if lateness is None:
            return 0.0
        return lateness.behind if lateness.skipping else lateness.stuck

    def spare(self, needed: Callable[[], bool]) -> None:
        """Decode what is needed only; see the protocol."""
        self._decoder.needed = needed

    def _aspect(self) -> float | None:
        aspect = self._decoder.aspect
        if not plausible(aspect) and aspect not in self._ignored:
            self._ignored.add(aspect)
            _log.warning(
                "%s: a pixel is said to be %.4g times as wide as high, which is taken for 1",
                self._spec.label,
                aspect,
            )
        return aspect

    def _picture(self, frame: VideoFrame, *, index: int, pts: float, age: float = 0.0) -> AvPicture:
        return AvPicture(
            frame,
            index=index,
            time=time.time() - min(age, _MOST_BACK),
            pts=pts,
            scalers=self._scalers,
            aspect=self._aspect(),
            turn=self._turns.of(frame),
        )

    def _next(self) -> VideoFrame | None:
        first, self._first = self._first, None
        return first if first is not None else self._read()

    def _read(self) -> VideoFrame | None:
        self._reading = True
        try:
            return self._decoder.next()
        except SourceError:
            raise
        except BROKEN as error:
            self._ended_by_cut()
            raise explain_read(error, self._spec, timeout=self._timeout[1], done=self._index) from None
        finally:
            self._reading = False
            if self._closed:
                self._decoder.close()

    def _ended(self) -> None:
        """Raise if the end came too early."""
        if self._decoder.closed:
            return
        if self._decoder.live:
            kind = ServerEndedError if self._decoder.may_be_file else SourceError
            raise kind(f"{self._spec.label}: the stream ended", "Check the source")
        self._ended_by_cut()
        if self._decoder.left_out:
            _log.warning("%s: %d damaged pictures were left out", self._spec.label, self._decoder.left_out)

    def _ended_by_cut(self) -> None:
        """Raise if this is a file whose end is missing."""
        total, done = self._decoder.total, self._index
        if self._decoder.broke_off and total is not None and done < total:
            raise SourceError(
                f"{self._spec.label}: the connection was cut after {done} of its {total} pictures",
                "Check the network",
            )
        if self._layout is None or not (self._layout.cut or self._shrunk(self._layout.size)):
            return
        hint = "The rest of the file is missing; copy it again"
        if total is None:
            raise SourceError(f"{self._spec.label} is cut short after {done} pictures", hint)
        if done < total:
            raise SourceError(
                f"{self._spec.label} is cut short: {done} of its {total} pictures could be read", hint
            )

    def _shrunk(self, size: int) -> bool:
        """Whether the file has been cut since; one that was deleted is still read to its end."""
        try:
            return Path(self._spec.uri).stat().st_size < size
        except OSError:
            return False

    def seek(self, pts: float) -> None:
        """Make the picture shown at ``pts`` seconds the next one; see the protocol."""
        if self._decoder.closed or not self.info.seekable:
            raise SourceError(f"cannot seek in {self._spec.label}", "Seeking works in files only")
        # Some files say they are shorter than they are; beyond the end the decoder finds the last picture.
        target = max(0.0, min(pts, (self.info.duration or 0.0) + 60.0))
        try:
            self._decoder.seek(target)
        except BROKEN as error:
            raise explain_read(error, self._spec, timeout=self._timeout[1], done=self._index) from None
        self._first = None
        self._timeline.restart(target)
        self._sought = True

    def close(self) -> None:
        """Release the source; may be called twice.

        While another thread waits in it for a picture, FFmpeg cannot be taken away from under it: that thread
        then releases it as soon as it comes back.
        """
        self._first, self._closed = None, True
        if not self._reading:
            self._decoder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Timeline:
    """Turns raw time stamps into seconds since the stream's start, strictly rising.

    Args:
        origin: raw seconds of the stream's start; None takes the first stamp seen.
        fps: pictures per second, for pictures without a stamp; None assumes 25.
    """

    def __init__(self, origin: float | None = None, fps: float | None = None) -> None:
        self._origin = origin
        self._step = 1.0 / (fps or 25.0)
        self._expected = 0.0
        self._last: float | None = None
        self._arrived: float | None = None

    def stamp(self, raw: float | None, *, arrived: float | None = None) -> float:
        """Return the seconds of the next picture.

        Args:
            raw: its time stamp; None where it has none.
            arrived: seconds on a steady clock, for live pictures, at which it came or should have come: a
                stamp that leaps ahead of it is not believed.
        """
        passed = None if arrived is None or self._arrived is None else arrived - self._arrived
        pts = self._expected if raw is None else self._place(raw, passed)
        self._last, self._arrived = pts, arrived
        self._expected = pts + self._step
        return pts

    def restart(self, at: float) -> None:
        """After a seek: the next picture is about ``at`` seconds, before or after the last one."""
        self._last = None
        self._expected = at

    def _place(self, raw: float, passed: float | None) -> float:
        if self._origin is None:
            self._origin = raw - self._expected
        pts = raw - self._origin
        if self._last is None:
            return max(pts, 0.0)
        leapt = passed is not None and pts - self._expected > passed + _FORWARDS
        if leapt or pts < self._last - _BACKWARDS:
            self._origin = raw - self._expected
            return self._expected
        return max(pts, self._last + _NUDGE)
