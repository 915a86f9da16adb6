"""A folder of pictures, or a single one, as a source.

Pictures come in natural order (img2 before img10). They hold no time, so each stands for one second.
A picture that cannot be read raises with its name; calling :meth:`FolderSource.pictures` again goes on
with the next one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from crowdmon.capture.orientation import from_exif
from crowdmon.capture.picture import AvPicture, Scalers
from crowdmon.capture.source import PICTURE_SUFFIXES, SourceInfo
from crowdmon.capture.still import read_picture
from crowdmon.capture.uri import SourceSpec
from crowdmon.errors import SourceError

FPS = 1.0
"""Pictures per second a folder is taken to have."""

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
        SourceError: no such file, no picture in the folder, or its first picture cannot be read.
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
        root = Path(spec.uri)
        self._files = picture_files(root) if spec.kind == "folder" else [root]
        if not self._files:
            raise SourceError(
                f"{spec.label}: the folder holds no picture", "Give a folder of .jpg or .png files"
            )
        self._first: AvPicture | None = self._load(0)
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

    def pictures(self) -> Iterator[AvPicture]:
        """Iterate from the current position; see the protocol."""
        while self._next < len(self._files):
            index, self._next = self._next, self._next + 1
            first, self._first = self._first, None
            yield first if index == 0 and first is not None else self._load(index)

    def _load(self, index: int) -> AvPicture:
        frame, data = read_picture(self._files[index])
        return AvPicture(
            frame, index=index, time=time.time(), pts=index / FPS, scalers=self._scalers, turn=from_exif(data)
        )

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
