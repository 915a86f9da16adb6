"""Files, network streams and webcams through PyAV.

Every open and every read has a deadline. Files are decoded with as many threads as there are cores; live
streams by slices only, because threads that work on whole pictures deliver each one later.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from crowdmon.capture.faults import explain
from crowdmon.capture.ffmpeg import recipe
from crowdmon.capture.layout import read_layout
from crowdmon.capture.picture import AvPicture, Scalers
from crowdmon.capture.source import MIN_SIDE, SourceInfo
from crowdmon.capture.timeline import Timeline
from crowdmon.capture.uri import WEB_SCHEMES, SourceSpec
from crowdmon.errors import SourceError

_log = logging.getLogger(__name__)

# FFmpeg's own log stays off: it is noise on stderr, it holds addresses with their passwords, and handing it
# to Python from FFmpeg's threads can deadlock. What matters arrives as an error.
av.logging.set_level(None)

_MOST_BAD = 250
"""Packets in a row that cannot be decoded before a source is given up."""

_MOST_FPS = 1000.0
_SAME = 1e-4
"""Seconds within which two moments are the same when seeking."""

_STEPS_BACK = (0.0, 1.0, 5.0, 30.0, float("inf"))
"""Seconds before the target to start from, in turn: some files land after the moment asked for."""

_Broken = (av.FFmpegError, OSError, ValueError)


class AvSource:
    """A :class:`~crowdmon.capture.source.Source` that FFmpeg reads.

    Interlaced pictures are not deinterlaced. A change of the stream's resolution shows in the pictures'
    sizes; :attr:`info` keeps what it was at the start.

    Args:
        spec: a file, network source or webcam.
        timeout: seconds to wait for opening and for each picture.

    Raises:
        SourceError: it cannot be opened, or its first picture cannot be read.
    """

    info: SourceInfo

    def __init__(self, spec: SourceSpec, *, timeout: tuple[float, float] = (10.0, 10.0)) -> None:
        self._spec, self._timeout = spec, timeout
        self._scalers = Scalers()
        self._ready: deque[VideoFrame] = deque()
        self._next_index = 0
        self._sought = False
        self._container: InputContainer | None = self._open()
        try:
            self._stream = self._video(self._container)
            self.info = self._begin(self._container, self._stream)
        except BaseException:
            self.close()
            raise

    def _open(self) -> InputContainer:
        if self._spec.kind == "file" and not Path(self._spec.uri).exists():
            raise SourceError(f"{self._spec.label}: no such file", "Check the path")
        how = recipe(self._spec, read_timeout=self._timeout[1])
        try:
            return av.open(how.url, mode="r", format=how.format, options=how.options, timeout=self._timeout)
        except _Broken as error:
            raise explain(error, self._spec, timeout=self._timeout[0]) from None

    def _video(self, container: InputContainer) -> VideoStream:
        """Choose the largest video stream; the cover of a song is not one."""
        streams = [
            s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic
        ]
        if not streams:
            raise SourceError(f"{self._spec.label} has no video stream", "Give a source with pictures")
        stream = max(streams, key=lambda s: s.codec_context.width * s.codec_context.height)
        stream.thread_type = "SLICE" if self._spec.live else "AUTO"
        return stream

    def _begin(self, container: InputContainer, stream: VideoStream) -> SourceInfo:
        base = stream.time_base or Fraction(1, 1000)
        duration = _seconds(stream.duration, base) or _seconds(container.duration, Fraction(1, av.time_base))
        live = self._spec.live and not (self._spec.scheme in WEB_SCHEMES and duration)
        fps = _rate(stream)
        self._origin = None if live else _seconds(stream.start_time, base)
        self._timeline = Timeline(self._origin, fps)
        self._live = live
        self._frames = self._decode(container, stream)
        first = next(self._frames, None)
        if first is None:
            raise SourceError(f"{self._spec.label}: no picture could be read", "It may be damaged")
        self._ready.append(first)
        if self._origin is None and not live:
            self._origin = _stamp(first)
        width, height = self._picture(first, index=0, pts=0.0).size
        if min(width, height) < MIN_SIDE:
            raise SourceError(
                f"{self._spec.label}: its pictures are {width}x{height}",
                f"At least {MIN_SIDE}x{MIN_SIDE} is needed",
            )
        return SourceInfo(
            kind=self._spec.kind,
            width=width,
            height=height,
            fps=fps,
            duration=None if live else duration,
            live=live,
            seekable=not live and duration is not None,
            frames=None if live else stream.frames or None,
            label=self._spec.label,
        )

    def pictures(self) -> Iterator[AvPicture]:
        """Iterate from the current position; see the protocol."""
        while (frame := self._next()) is not None:
            pts = self._timeline.stamp(_stamp(frame))
            if self._sought:
                self._next_index, self._sought = round(pts * (self.info.fps or 25.0)), False
            picture = self._picture(frame, index=self._next_index, pts=pts)
            self._next_index += 1
            yield picture

    def _picture(self, frame: VideoFrame, *, index: int, pts: float) -> AvPicture:
        aspect = self._stream.sample_aspect_ratio
        return AvPicture(frame, index=index, time=time.time(), pts=pts, scalers=self._scalers, aspect=aspect)

    def _next(self) -> VideoFrame | None:
        if self._ready:
            return self._ready.popleft()
        if self._container is None:
            return None
        frame = next(self._frames, None)
        if frame is None:
            self._ended()
        return frame

    def _ended(self) -> None:
        """Raise if the end came too early."""
        label, total = self._spec.label, self.info.frames
        if self._live:
            raise SourceError(f"{label}: the stream ended", "Check the source")
        if self._spec.kind != "file" or not read_layout(Path(self._spec.uri)).cut:
            return
        hint = "The rest of the file is missing; copy it again"
        if total and self._next_index < total:
            raise SourceError(
                f"{label} is cut short: {self._next_index} of {total} pictures could be read", hint
            )
        if not total:
            raise SourceError(f"{label} is cut short after {self._next_index} pictures", hint)

    def _decode(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        """Yield all pictures that can be decoded; damaged ones are left out."""
        bad, since = 0, time.monotonic()
        try:
            for packet in container.demux(stream):
                frames = self._decode_packet(packet)
                bad = 0 if frames else bad + (frames is None)
                late = self._live and time.monotonic() - since > self._timeout[1]
                if frames:
                    since = time.monotonic()
                elif bad > _MOST_BAD or late:
                    raise SourceError(
                        f"{self._spec.label} sends data but no picture", "Check its video format"
                    )
                yield from frames or ()
        except SourceError:
            raise
        except _Broken as error:
            raise explain(error, self._spec, timeout=self._timeout[1]) from None

    def _decode_packet(self, packet: av.Packet[VideoStream]) -> list[VideoFrame] | None:
        """Return the pictures of a packet, None if it is damaged."""
        if packet.is_corrupt and not self._live:
            return None
        try:
            return packet.decode()
        except (av.error.InvalidDataError, av.error.PatchWelcomeError):
            _log.debug("%s: a damaged picture was left out", self._spec.label)
            return None

    def seek(self, pts: float) -> None:
        """Make the picture shown at ``pts`` the next one; exact, by decoding from the key frame before."""
        container = self._container
        if container is None or not self.info.seekable:
            raise SourceError(f"{self._spec.label} cannot be sought", "Only files can")
        target = max(0.0, min(pts, self.info.duration or pts))
        try:
            for back in _STEPS_BACK:
                if self._seek_from(container, max(0.0, target - back), target):
                    break
        except _Broken as error:
            raise explain(error, self._spec, timeout=self._timeout[1]) from None
        self._timeline.restart(target)
        self._sought = True

    def _seek_from(self, container: InputContainer, start: float, target: float) -> bool:
        """Seek to a key frame before ``start`` and go forward; False if that landed after ``target``."""
        base, origin = self._stream.time_base or Fraction(1, 1000), self._origin or 0.0
        container.seek(int((start + origin) / base), stream=self._stream)
        self._frames = self._decode(container, self._stream)
        self._ready.clear()
        before: VideoFrame | None = None
        for frame in self._frames:
            stamp = _stamp(frame)
            if stamp is not None and stamp - origin > target + _SAME:
                if before is None and start > 0:
                    return False
                self._ready.extend(one for one in (before, frame) if one is not None)
                return True
            before = frame
        self._ready.extend([before] if before is not None else [])
        return before is not None or start == 0

    def close(self) -> None:
        """Release the source; may be called twice."""
        container, self._container = self._container, None
        self._ready.clear()
        if container is not None:
            container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _seconds(value: int | None, base: Fraction) -> float | None:
    return None if value is None else float(value * base)


def _stamp(frame: VideoFrame) -> float | None:
    """Return a frame's raw time stamp in seconds."""
    ticks = frame.pts if frame.pts is not None else frame.dts
    return None if ticks is None or frame.time_base is None else float(ticks * frame.time_base)


def _rate(stream: VideoStream) -> float | None:
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate <= _MOST_FPS:
            return float(rate)
    return None
