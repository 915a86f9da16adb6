"""A folder of pictures, or a single one, as a source.

Pictures come in natural order (img2 before img10). They hold no time, so each stands for one second.
One that cannot be read is named in the log and left out; its second stays empty.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from crowdmon.capture.picture import AvPicture, Scalers
from crowdmon.capture.source import MIN_SIDE, PICTURE_SUFFIXES, SourceInfo
from crowdmon.capture.still import Still, read_picture
from crowdmon.capture.uri import SourceSpec
from crowdmon.errors import SourceError, redact

_log = logging.getLogger(__name__)

FPS = 1.0
"""Pictures per second a folder is taken to have."""

_MOST_NAMED = 3
"""Pictures that are named where there is little room."""

_DIGITS = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which numbers in names count by their value: img2 < img10."""
    parts = _DIGITS.split(name.casefold())
    return tuple((0, int(p), "") if i % 2 else (1, 0, p) for i, p in enumerate(parts))


def picture_files(folder: Path) -> list[Path]:
    """Return the picture files right inside a folder, in natural order; hidden ones are left out.

    Raises:
        SourceError: the folder cannot be read.
    """
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".") and path.is_file()
        ]
    except OSError as error:
        raise SourceError(f"{folder}: {error.strerror or error}", "Check the path and its rights") from None
    return sorted(found, key=lambda path: (natural_key(path.name), path.name))


class FolderSource:
    """A :class:`~crowdmon.capture.source.Source` of picture files.

    Args:
        spec: a folder, or one picture file.
        timeout, stopped: as every source takes them; reading a file waits for nothing.

    Raises:
        SourceError: no such file, no picture in the folder, or none of them can be read.
    """

    info: SourceInfo

    def __init__(
        self,
        spec: SourceSpec,
        *,
        timeout: tuple[float, float] = (10.0, 10.0),
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        self._scalers = Scalers()
        self._next = 0
        self._bad: dict[int, SourceError] = {}
        root = Path(spec.uri)
        self._files = picture_files(root) if spec.kind == "folder" else [root]
        if not self._files:
            raise SourceError(
                f"{spec.label}: the folder holds no picture", "Give a folder of .jpg or .png files"
            )
        self._first: AvPicture | None = None
        self._first = next(self._readable(), None)
        if self._first is None:
            raise self._none(spec)
        self._next = 0
        width, height = self._first.size
        self.info = SourceInfo(
            kind=spec.kind,
            width=width,
            height=height,
            fps=FPS,
            duration=len(self._files) / FPS,
            live=False,
            seekable=True,
            frames=len(self._files),
            label=spec.label,
        )

    @property
    def left_out(self) -> int:
        """How many pictures could not be read so far."""
        return len(self._bad)

    @property
    def trouble(self) -> str:
        """Which pictures could not be read so far, for people; see the protocol."""
        bad = [self._files[index].name for index in sorted(self._bad)]
        if not bad:
            return ""
        names = ", ".join([*bad[:_MOST_NAMED], *(["..."] if len(bad) > _MOST_NAMED else [])])
        return redact(f"{len(bad)} of {len(self._files)} pictures cannot be read: {names}")

    def _none(self, spec: SourceSpec) -> SourceError:
        error = self._bad[0]
        if spec.kind != "folder":
            return error
        return SourceError(
            f"{spec.label}: none of its {len(self._files)} pictures can be read; {error.message}", error.hint
        )

    def pictures(self) -> Iterator[AvPicture]:
        """Iterate from the current position; see the protocol."""
        return self._readable()

    def _readable(self) -> Iterator[AvPicture]:
        while self._next < len(self._files):
            index, self._next = self._next, self._next + 1
            first, self._first = self._first, None
            if first is not None and first.index == index:
                yield first
            elif (picture := self._load(index)) is not None:
                yield picture
            elif first is not None:
                self._first = first

    def _load(self, index: int) -> AvPicture | None:
        """Decode one picture; None if it is left out, which is said once."""
        if index in self._bad:
            return None
        try:
            still = read_picture(self._files[index])
            return self._picture(still, index)
        except SourceError as error:
            self._bad[index] = error
            if len(self._files) > 1:
                _log.warning("left out: %s", error)
        return None

    def _picture(self, still: Still, index: int) -> AvPicture:
        picture = AvPicture(
            still.frame,
            index=index,
            time=time.time(),
            pts=index / FPS,
            scalers=self._scalers,
            turn=still.turn,
        )
        if min(picture.size) < MIN_SIDE:
            raise SourceError(
                f"{redact(str(self._files[index]))} is {picture.size[0]}x{picture.size[1]} pixels",
                f"At least {MIN_SIDE}x{MIN_SIDE} is needed",
            )
        return picture

    def seek(self, pts: float) -> None:
        """Make the picture of second ``pts`` the next one."""
        self._next = min(max(0, int(pts * FPS + 1e-6)), len(self._files) - 1)

    def close(self) -> None:
        """End the pictures."""
        self._next, self._files, self._first = 0, [], None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
