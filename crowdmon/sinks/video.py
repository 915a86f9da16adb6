"""Pictures as a video file: H.264 that any player shows. The file is there whole, or not at all.

It is written under another name beside its own and takes that name when it is closed, so that whatever
is found there can be played.
"""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.codec.codec import UnknownCodecError
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from crowdmon import atomic
from crowdmon.errors import ConfigError, SinkError
from crowdmon.sinks.base import Closing

SUFFIXES = (".mp4", ".mkv", ".mov")
"""File names that say which container is meant."""

_CLOCK = 90_000
"""Ticks a second of the file's time stamps."""

_STEP = 0.04
"""Seconds between pictures that have no time of their own."""

_LONGEST = (1 << 31) - 1
"""Ticks between two pictures that an mp4 can hold at most: 6.6 hours."""

_BROKEN = (OSError, ValueError, OverflowError, av.FFmpegError)
"""What FFmpeg and its bindings raise."""

_CODECS: tuple[tuple[str, dict[str, str]], ...] = (
    ("libx264", {"preset": "veryfast", "crf": "23"}),
    ("mpeg4", {"qscale": "4"}),
)
"""What encodes, the best first; FFmpeg is not built with x264 everywhere."""


class Clip(Closing):
    """Writes one video file; a context manager. For one thread at a time.

    The file begins with the first picture, whose size all of them get; one that is left by an error is
    kept as far as it came, unless it is the writing that failed.
    """

    def __init__(self, path: Path | str) -> None:
        """Check the place; nothing is created yet.

        Raises:
            ConfigError: the name does not end in one of :data:`SUFFIXES`.
            SinkError: the folder is missing or nothing can be written there.
        """
        self.path = Path(path)
        self.pictures = 0
        self._part = atomic.part_of(self.path)
        self._file: Any = None
        self._stream: Any = None
        self._size = (0, 0)
        self._ticks = -1
        self._first: float | None = None
        _check_place(self.path)

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the video in pixels, both even; None before the first picture."""
        return self._size if self._stream is not None else None

    def write(self, rgb: NDArray[np.uint8], time: float | None) -> None:
        """Append one picture.

        Args:
            rgb: HxWx3. Only the first may have another size than :attr:`size`: an odd last row or column
                of it is cut off, for the format knows none.
            time: seconds; the difference to the first one's is when it is shown. One that does not rise,
                or is not known, is shown shortly after the one before.

        Raises:
            SinkError: it cannot be written, and nothing is left of the file.
        """
        try:
            if self._stream is None:
                self._begin(rgb)
            width, height = self._size
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
            # Players take what is not said for television's colours: so it is said, and meant.
            picture = picture.reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
            picture.pts, picture.time_base = self._tick(time), Fraction(1, _CLOCK)
            self._mux(picture)
        except _BROKEN as error:
            raise self._failed(error) from error
        self.pictures += 1

    def close(self) -> None:
        """End the file and give it its name; SinkError if that fails. May be called twice."""
        if self._stream is None:
            return
        try:
            self._mux(None)
            self._file.close()
            self._file = self._stream = None
            atomic.install(self._part, self.path)
        except _BROKEN as error:
            raise self._failed(error) from error

    def _begin(self, rgb: NDArray[np.uint8]) -> None:
        atomic.remove_leftovers(self.path)
        height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
        options = {"movflags": "+faststart"} if self.path.suffix.lower() != ".mkv" else {}
        kind = {".mkv": "matroska"}.get(self.path.suffix.lower(), self.path.suffix.lower()[1:])
        self._file = av.open(str(self._part), "w", format=kind, options=options)
        self._stream = _video(self._file, width, height)
        self._size = width, height

    def _tick(self, time: float | None) -> int:
        """Return when a picture is shown, later than any before it."""
        if self._first is None:
            self._first = time
        wanted = -1 if time is None or self._first is None else round((time - self._first) * _CLOCK)
        after = self._ticks + round(_STEP * _CLOCK) if self.pictures else 0
        now = wanted if wanted > self._ticks else after
        if self.pictures and now - self._ticks > _LONGEST and self.path.suffix.lower() != ".mkv":
            hours = (now - self._ticks) / _CLOCK / 3600
            raise ValueError(
                f"a picture comes {hours:,.0f} hours after the one before, and no mp4 holds one that long"
            )
        self._ticks = now
        return now

    def _mux(self, picture: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(picture):
            self._file.mux(packet)

    def _failed(self, error: Exception) -> SinkError:
        """Take away what was written; return what to say."""
        with contextlib.suppress(*_BROKEN):
            if self._file is not None:
                self._file.close()
        self._file = self._stream = None
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)
        why = (getattr(error, "strerror", None) or str(error)).lower()
        hint = "Check that the disk has room" if isinstance(error, OSError) else "Write an .mkv, or no video"
        return SinkError(f"cannot write the video {self.path}: {why}", hint)


def _video(file: Any, width: int, height: int) -> Any:
    """Return a stream in the first codec that FFmpeg has here."""
    for name, options in _CODECS:
        try:
            stream = file.add_stream(name, rate=25, options=options)
        except (UnknownCodecError, ValueError):
            continue
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.time_base = stream.time_base = Fraction(1, _CLOCK)
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        context.color_primaries = context.color_trc = 1  # BT.709, in FFmpeg's numbers
        return stream
    raise ValueError("FFmpeg has no encoder for it")


def _check_place(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"{path} is no video's name", f"End it in {', '.join(SUFFIXES)}")
    atomic.check_place(path, kind="video file", replaced=True)
