"""A decoded video frame that is converted only when someone asks for its pixels."""

from __future__ import annotations

import zlib

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from crowdmon.capture.orientation import UPRIGHT, Orientation, from_display_matrix
from crowdmon.errors import SourceError

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_HD_HEIGHT = 720
_ASPECT_LIMITS = (0.25, 4.0)
"""Width of a pixel over its height. The standards' own lie in between: H.264 and H.265 name
10:11 to 32:11, and of the shapes and sizes that MPEG-2 and MPEG-4 name the most extreme are 352x576 at 2.21:1
(3.6) and 720x288 at 4:3 (0.53)."""

_SCALERS_KEPT = 8
_ROWS = 4
"""Every so many rows are read for a fingerprint; codecs change no less than a block of as many."""

_ALIKE = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_QUALITY = Interpolation.BILINEAR | _ALIKE
_ENLARGING = Interpolation.LANCZOS | _ALIKE
"""Costs less of the count than any other that takes no more than a third longer; see docs/reliability.md."""


class Scalers:
    """FFmpeg scalers, one for each size asked for, because setting one up costs more than using it."""

    def __init__(self) -> None:
        self._by_size: dict[tuple[int, int], VideoReformatter] = {}

    def rgb(self, frame: VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Return the frame's pixels scaled to (width, height), HxWx3; not turned upright.

        Raises:
            SourceError: FFmpeg cannot convert colours of this kind, or a picture of this shape.
        """
        if size not in self._by_size and len(self._by_size) >= _SCALERS_KEPT:
            self._by_size.clear()
        scaler = self._by_size.setdefault(size, VideoReformatter())
        try:
            converted = scaler.reformat(
                frame,
                width=size[0],
                height=size[1],
                format="rgb24",
                src_colorspace=_matrix(frame),
                interpolation=_ENLARGING if size[0] > frame.width or size[1] > frame.height else _QUALITY,
                threads=1,  # the other cores belong to other cameras and to counting
            )
            return np.asarray(converted.to_ndarray(), dtype=np.uint8)
        except (OSError, ValueError) as error:
            del self._by_size[size]
            shape = f"{frame.width}x{frame.height} in {frame.format.name}"
            raise SourceError(
                f"a picture of {shape} cannot be converted",
                "Convert the recording, or set the camera to H.264",
            ) from error


def _matrix(frame: VideoFrame) -> Colorspace | None:
    """Guess the colour matrix of a frame that does not name it, as players do; None where it does."""
    if frame.colorspace != _UNSPECIFIED:
        return None
    return Colorspace.ITU709 if frame.height >= _HD_HEIGHT else Colorspace.ITU601


class Turns:
    """How the frames of one stream have to be turned to stand upright.

    PyAV ties a frame whose side data was looked at to itself, so that its memory stays until the garbage
    collector comes by: hundreds of pictures later. So it is looked at once for each rotation seen, and for
    live sources, which are opened again and again, not while they are upright.

    Args:
        live: whether the stream is live; one that is only flipped upside down stays so.
    """

    def __init__(self, *, live: bool) -> None:
        self._by_rotation: dict[int, Orientation] = {0: UPRIGHT} if live else {}

    def of(self, frame: VideoFrame) -> Orientation:
        """Return how to turn one frame."""
        rotation = frame.rotation
        if rotation not in self._by_rotation:
            self._by_rotation[rotation] = _orientation(frame)
        return self._by_rotation[rotation]


def _orientation(frame: VideoFrame) -> Orientation:
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV gives up on side data it has no name for, such as EXIF
        return Orientation(round(frame.rotation / 90) % 4)
    return UPRIGHT if matrix is None else from_display_matrix(bytes(matrix))  # type: ignore[call-overload]


def plausible(aspect: float | None) -> bool:
    """Whether pixels of a width over height can be; None, which no source says, means square ones."""
    return aspect is None or _ASPECT_LIMITS[0] <= aspect <= _ASPECT_LIMITS[1]


def shown_size(size: tuple[int, int], aspect: float | None, turn: Orientation) -> tuple[int, int]:
    """Return (width, height) as a person sees a stored picture.

    Args:
        size: stored (width, height).
        aspect: width of a stored pixel over its height; None or implausible values count as square.
            Other pixels are made square by stretching or shrinking the width.
        turn: how the picture is turned.
    """
    width, height = size
    if aspect and plausible(aspect):
        width = max(1, round(width * aspect))
    return turn.size((width, height))


class AvPicture:
    """A :class:`~crowdmon.capture.source.Picture` over a decoded frame.

    Args:
        frame: as decoded.
        index, time, pts: as in the protocol.
        scalers: those of the source.
        aspect: width of a stored pixel over its height, None for square ones.
        turn: how to turn the frame upright.
    """

    __slots__ = ("_converted", "_frame", "_scalers", "_turn", "index", "pts", "size", "time")

    def __init__(
        self,
        frame: VideoFrame,
        *,
        index: int,
        time: float,
        pts: float | None,
        scalers: Scalers,
        aspect: float | None = None,
        turn: Orientation = UPRIGHT,
    ) -> None:
        self.index, self.time, self.pts = index, time, pts
        self._frame, self._scalers = frame, scalers
        self._turn = turn
        self._converted: dict[tuple[int, int], NDArray[np.uint8]] = {}
        self.size = shown_size((frame.width, frame.height), aspect, self._turn)

    def rgb(self, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Convert, at most once a size; see the protocol."""
        wanted = size or self.size
        if wanted not in self._converted:
            stored = self._scalers.rgb(self._frame, self._turn.size(wanted))
            upright = self._turn.apply(stored) if self._turn != UPRIGHT else stored
            upright.flags.writeable = False
            self._converted[wanted] = upright
        return self._converted[wanted]

    def fingerprint(self) -> int:
        """Sum up the stored brightness; see the protocol."""
        frame = self._frame
        plane, height = frame.planes[0], frame.height
        one = len(frame.planes) == 1
        bits = frame.format.padded_bits_per_pixel if one else frame.format.components[0].bits
        rows = np.frombuffer(memoryview(plane), np.uint8, plane.line_size * height).reshape(
            height, plane.line_size
        )
        # What lies right of the picture is not part of it, and not always the same.
        width = frame.width * -(-bits // 8)
        return zlib.crc32(rows[::_ROWS, :width].tobytes())
