"""The verbs for recordings: they can stand still, move to another position, and go on."""

from __future__ import annotations

from abc import ABC, abstractmethod

from crowdmon.engine.camera import Camera
from crowdmon.errors import SourceError


class Recordings(ABC):
    """Pauses, moves and steps recordings. What has the cameras says which is which."""

    def pause(self, camera: str) -> None:
        """Let a recording stand still; the picture shown is counted once.

        Raises:
            KeyError: no such camera.
            SourceError: it is live. So do the three verbs below.
        """
        self._recording_of(camera).playback.pause()

    def resume(self, camera: str) -> None:
        """Let a recording play on."""
        self._recording_of(camera).playback.resume()

    def seek(self, camera: str, pts: float) -> None:
        """Go to ``pts`` media seconds, held to the recording; one that had ended is opened again.

        Raises:
            SourceError: it is live or has no positions to move to.
        """
        one = self._recording_of(camera, seekable=True)
        self._revive(one, one.playback.seek(pts))

    def step(self, camera: str, by: int = 1) -> None:
        """Stand still at the next picture, or ``by`` pictures further; below 0 at an earlier one.

        Raises:
            SourceError: it is live, or ``by`` is below 0 and it cannot move back.
        """
        one = self._recording_of(camera, seekable=by < 0)
        self._revive(one, one.playback.step(by))

    @abstractmethod
    def _camera(self, name: str) -> Camera:
        """Return a camera; KeyError if there is none of that name."""

    @abstractmethod
    def _looks_live(self, source: str) -> bool:
        """Whether an address that has not been opened looks like that of a live camera."""

    @abstractmethod
    def _open_again(self, camera: Camera) -> None:
        """Open a recording that had ended."""

    def _recording_of(self, name: str, *, seekable: bool = False) -> Camera:
        camera = self._camera(name)
        # Of an address only opening tells; until then it is what it looks like.
        if camera.connection.live and self._looks_live(camera.config.source):
            raise SourceError(f"{name} is live", "Only recordings can pause, step and seek")
        if seekable and not camera.playback.seekable:
            raise SourceError(f"cannot seek in {name}", "Copy it to this machine to seek in it")
        return camera

    def _revive(self, camera: Camera, over: bool) -> None:
        if over:
            self._open_again(camera)
