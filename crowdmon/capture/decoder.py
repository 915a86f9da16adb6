"""An open FFmpeg input: decoded frames in order, and exact seeking. Knows nothing of pictures or people.

Every open and every read has a deadline, and of a live stream only what is needed is decoded. Files are
decoded with as many threads as there are cores; live streams by slices only, because threads that work on
whole pictures deliver each one later.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from crowdmon.capture.ffmpeg import open_options
from crowdmon.capture.live_packets import HeldPackets, Lateness
from crowdmon.capture.read_ahead import ReadAhead
from crowdmon.capture.uri import WEB_SCHEMES, SourceSpec
from crowdmon.capture.web import WebInput
from crowdmon.errors import SourceError

_log = logging.getLogger(__name__)

# FFmpeg's own log stays off: it is noise on stderr, it holds addresses with their passwords, and handing it
# to Python from FFmpeg's threads can deadlock. What matters arrives as an error.
av.logging.set_level(None)

_MOST_BAD = 250
"""Packets in a row that cannot be decoded before a live stream is given up. A file is read to its end: the
first key frame of a recording that was cut may be far."""

_MOST_FPS = 1000.0
_KEY_FRAME = 5.0
"""Seconds, at least, in which data of a live stream may give no first picture: its key frame may be far."""

_LATE = 1.0
"""Seconds of silence, at least, after which the first picture of a live stream is not shown as new; three
times the wait before it, for cameras that are as slow as that anyhow."""

_CLOCKED = ("rtsp", "sdp", "rtp", "mpegts", "flv", "live_flv")
"""Formats whose time stamps are the camera's. To others (motion JPEG, bare H.264) FFmpeg gives some of its
own, and a playlist's pictures come by the segment."""

_ENDLESS = ("mpjpeg", "hls")
"""Formats of web servers whose size in bytes says nothing: pictures one after the other, and playlists."""

_SAME = 1e-4
"""Seconds within which two moments are the same when seeking."""

_STEPS_BACK = (0.0, 1.0, 5.0, 30.0)
"""Seconds before the target to start from, in turn: some files land after the moment asked for."""

_BEFORE_START = -10.0
"""Seconds; the last resort. Some files index decoding times, which begin before the first picture's."""


class Decoder:
    """The largest video stream of a file, network source or webcam.

    Attributes:
        live: its pictures come at their own pace.
        fps: nominal pictures per second; None if it does not say.
        duration: seconds; None if live or unknown.
        total: number of pictures; None if it does not say.
        may_be_file: its web server does not say that it is a camera, and sends no known sign of one.
        origin: raw seconds that seeking counts from.
        left_out: damaged packets that gave no picture.
        broke_off: the connection ended where a clip, whose length its server did not say, may have its end.
        needed: asked before each packet of a live stream whether its picture would be used; None for always.
        passed: sound pictures that were not decoded, or not given, because they were not needed or came
            too late, since this was last set to 0.
        lateness: how late they come; None where the source does not tell when they were taken.
        heard: monotonic seconds at which the last packet came that was not needed; None before.

    Raises:
        SourceError: there is no video stream. PyAV's own errors (:data:`BROKEN`) pass through.
    """

    def __init__(
        self, spec: SourceSpec, *, timeout: tuple[float, float], stopped: Callable[[], bool] | None = None
    ) -> None:
        how = open_options(spec, read_timeout=max(timeout))
        self._label, self._read_timeout = spec.label, timeout[1]
        self._stopped = stopped
        self._ready: deque[VideoFrame] = deque()
        self.left_out = self.passed = 0
        self.broke_off = False
        self.needed: Callable[[], bool] | None = None
        self.heard: float | None = None
        self._held: HeldPackets[av.Packet[Any]] = HeldPackets()
        self._frames: Iterator[VideoFrame] = iter(())
        self._ahead: ReadAhead | None = None
        web = WebInput(how, label=spec.label, timeout=timeout) if spec.scheme in WEB_SCHEMES else None
        self._web = web
        self._container: InputContainer | None = (
            web.open()
            if web is not None
            else av.open(how.url, mode="r", format=how.format, options=how.options, timeout=timeout)
        )
        try:
            self._stream = _video(self._container, spec.label)
            self._describe(self._container, spec)
        except BaseException:
            self.close()
            raise
        self._frames = self._decode(self._container)

    def _describe(self, container: InputContainer, spec: SourceSpec) -> None:
        stream = self._stream
        self._base = float(stream.time_base or Fraction(1, 1000))
        duration = (stream.duration or 0) * self._base or (container.duration or 0) / av.time_base
        size = self._web.size if self._web is not None else 0
        self.live = spec.live and not (self._web is not None and _is_clip(container, duration, size))
        self.may_be_file = self.live and self._web is not None and container.format.name not in _ENDLESS
        if self.may_be_file:
            self._ahead = ahead = ReadAhead(self._demux(container), self._stream)
            self.live = not ahead.is_clip
        self._boundless = self._web is not None and self._web.size <= 0
        self.duration = duration if duration > 0 and not self.live else None
        self.total = None if self.live else (stream.frames or None)
        self.fps = _rate(stream, guess=not spec.scheme.startswith("rtsp"))
        self.origin = 0.0
        clocked = self.live and spec.kind == "network" and container.format.name in _CLOCKED
        self.lateness = Lateness() if clocked else None
        stream.thread_type = "SLICE" if self.live else "AUTO"

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._container is None

    @property
    def aspect(self) -> float | None:
        """Width of a stored pixel over its height; None if it does not say."""
        # The decoder knows what opening, which looks at one packet of a camera, may not.
        ratio = self._stream.sample_aspect_ratio or self._stream.codec_context.sample_aspect_ratio
        return float(ratio) if ratio else None

    def next(self) -> VideoFrame | None:
        """Return the next frame, None at the end; damaged ones are left out."""
        if self._ready:
            return self._ready.popleft()
        if self._container is None:
            return None
        frame: VideoFrame | None = None
        try:
            frame = next(self._frames, None)
        finally:
            # Before any error of FFmpeg's, which may follow from what was refused.
            if self._web is not None:
                self._web.check(ended=frame is None)
        return frame

    def _decode(self, container: InputContainer) -> Iterator[VideoFrame]:
        bad, since = 0, time.monotonic()
        asked, usual = since, 0.0
        limit = max(self._read_timeout, _KEY_FRAME)
        for packet in self._packets(container):
            waited = time.monotonic() - asked if self.live else 0.0
            if waited >= self._read_timeout:
                # What comes out when the time is up is the picture before the silence, held back until now.
                raise TimeoutError
            if self._stopped is not None and self._stopped():
                return
            own = packet.stream is self._stream
            frames = self._pick(packet) if own and self._in_time(packet, waited) else []
            # A parser gives a picture only when the next one begins: the first after a silence is an old one.
            old, usual = waited > max(_LATE, 3.0 * usual), waited if own else usual
            if frames and not old:
                yield from frames
                bad, since = 0, time.monotonic()
                asked, limit = since, self._read_timeout
                continue
            asked = time.monotonic()
            since = max(since, self.heard or since)
            if self.lateness is not None and self.lateness.skipping:
                since, limit = since if self.lateness.caught_up else asked, max(limit, _KEY_FRAME)
            bad += frames is None
            if self.live and (bad > _MOST_BAD or asked - since > limit):
                raise SourceError(f"{self._label}: data but no picture can be decoded", "It may be damaged")

    def _packets(self, container: InputContainer) -> Iterator[av.Packet[Any]]:
        """Yield the packets; of a clip whose server did not say how long it is, a broken line is the end."""
        try:
            # Of a live source every stream is looked at: its sound may go on when its pictures stop, and
            # PyAV would wait for the next picture for as long as any packet comes.
            for packet in self._demux(container):
                if self._web is not None:
                    if not packet.size and self._boundless and not self.live:
                        self.broke_off |= self._web.broke_off()
                    self._web.packet()
                yield packet
        except IndexError:
            # PyAV at the end, after all that was to come, if streams were added since it was opened.
            _log.debug("%s: streams were added while it was read", self._label)

    def _demux(self, container: InputContainer) -> Iterator[av.Packet[Any]]:
        """Yield the packets that were read ahead, and those behind them."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            yield from ahead.packets
            if ahead.ended:
                return
        yield from container.demux() if self.live else container.demux(self._stream)

    def _in_time(self, packet: av.Packet[Any], waited: float) -> bool:
        """Return whether a packet is decoded at all, which took ``waited`` seconds to come."""
        if self.lateness is None or not packet.size:
            return True
        ticks = packet.dts if packet.dts is not None else packet.pts
        media = None if ticks is None or not packet.time_base else float(ticks * packet.time_base)
        was = self.lateness.skipping
        taken = self.lateness.take(media, key=packet.is_keyframe, now=time.monotonic(), waited=waited)
        if not was and not taken:
            _log.info("%s: %.1f s late, catching up", self._label, self.lateness.behind)
            self._stream.codec_context.flush_buffers()  # a picture that it holds back would come out as new
        self.passed += not taken
        return taken

    def age(self, frame: VideoFrame) -> float:
        """Return the seconds since a frame came or, if it came late, should have come; 0 if unknown."""
        return 0.0 if self.lateness is None else self.lateness.age(stamp_of(frame), time.monotonic())

    def _pick(self, packet: av.Packet[Any]) -> list[VideoFrame] | None:
        """Return the frames of a packet as far as they are needed, None if it is damaged."""
        if self.needed is None or not self.live or not packet.size:
            return self._decode_packet(packet)
        needed, now, context = self.needed(), time.monotonic(), self._stream.codec_context
        # Pictures that no other refers to can be left out at any time.
        context.skip_frame = "DEFAULT" if needed else "NONREF"
        # Where pictures come out of order, the newest would not come out of what waited.
        hurry = needed or bool(context.has_b_frames)
        packets = self._held.take(packet, key=packet.is_keyframe, now=now, needed=hurry)
        decoded = [self._decode_packet(one) for one in packets]
        frames = [frame for some in decoded for frame in some or ()]
        self.passed, self._held.passed = self.passed + self._held.passed + len(frames[:-1]), 0
        if packets and not frames and None in decoded:
            return None
        if not frames and not needed:
            self.heard = now
            self.passed += bool(packets)
        return frames[-1:]

    def _decode_packet(self, packet: av.Packet[Any]) -> list[VideoFrame] | None:
        """Return the frames of a packet, None if it is damaged."""
        try:
            # The last packet of a file that was cut is there in part; its picture would be half grey. In
            # streams, which do not know how long they are, the mark means much less.
            if self.total is None or not packet.is_corrupt:
                return packet.decode()
        except (av.error.InvalidDataError, av.error.PatchWelcomeError):
            _log.debug("%s: a damaged picture was left out", self._label)
        self.left_out += 1
        return None

    def seek(self, target: float) -> None:
        """Make the frame shown at ``target`` (seconds from the start) the next one.

        Exact: decodes from the key frame before it. Beyond the end it is the last frame.
        """
        container = self._container
        if container is None:
            return
        for start in (*(target - back for back in _STEPS_BACK if back <= target), _BEFORE_START):
            if self._seek_from(container, start, target):
                return

    def _seek_from(self, container: InputContainer, start: float, target: float) -> bool:
        """Seek to a key frame before ``start`` and go forward; False if that landed after ``target``."""
        container.seek(int((start + self.origin) / self._base), stream=self._stream)
        self._frames = self._decode(container)
        self._ready.clear()
        before: VideoFrame | None = None
        for frame in self._frames:
            stamp = stamp_of(frame)
            if stamp is not None and stamp - self.origin > target + _SAME:
                if before is None and start > _BEFORE_START:
                    return False
                self._ready.extend(one for one in (before, frame) if one is not None)
                return True
            before = frame
        self._ready.extend([before] if before is not None else [])
        return before is not None

    def close(self) -> None:
        """Release the input; may be called twice."""
        container, self._container = self._container, None
        self._ready.clear()
        self._held, self.needed = HeldPackets(), None
        # The former iterator holds the decoder's threads and buffers, which would stay until a later gc.
        self._frames = iter(())
        if container is not None:
            container.close()
        if self._web is not None:
            self._web.close()


def _is_clip(container: InputContainer, duration: float, size: int) -> bool:
    """Whether what a web server sends is a clip, by what it says: the clip's length in seconds or in bytes.

    Cameras that send motion JPEG in parts announce any number of bytes, and never end.
    """
    return duration > 0 or (container.format.name not in _ENDLESS and size > 0)


def stamp_of(frame: VideoFrame) -> float | None:
    """Return a frame's raw time stamp in seconds, None if it has none."""
    ticks = frame.pts if frame.pts is not None else frame.dts
    return None if ticks is None or not frame.time_base else float(ticks * frame.time_base)


def _video(container: InputContainer, label: str) -> VideoStream:
    """Choose the largest video stream; the cover of a song is not one."""
    cover = av.stream.Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not streams:
        raise SourceError(f"{label} has no video stream", "Give a source with pictures")
    # PyAV gives no decoder to a stream whose format FFmpeg does not know, whatever its types say.
    known = [stream for stream in streams if getattr(stream, "codec_context", None) is not None]
    if not known:
        raise SourceError(f"{label}: no decoder for its video format", "Convert it to H.264")
    return max(known, key=lambda stream: stream.codec_context.width * stream.codec_context.height)


def _rate(stream: VideoStream, *, guess: bool) -> float | None:
    # Of one packet FFmpeg would guess the rate of half pictures.
    for rate in (stream.average_rate, stream.guessed_rate if guess else None):
        if rate and 0 < float(rate) <= _MOST_FPS:
            return float(rate)
    return None
