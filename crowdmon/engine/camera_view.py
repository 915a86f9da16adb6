"""What one camera sees, watched: learned, recalled, confirmed. Used under the camera's lock."""

from __future__ import annotations

from crowdmon.config import CameraConfig
from crowdmon.engine.view_files import KeptView, digest
from crowdmon.track.view_check import View, ViewCheck
from crowdmon.track.view_edges import Grey

_EMPTY = (View.BLACK, View.WHITE, View.FLAT)
"""What is wrong with a picture whatever was seen before: nobody can confirm it."""


class CameraView:
    """The view check of one camera, and what of it is kept.

    Attributes:
        ready: whether it is known what an earlier run has learned; before, nothing is looked at.
        news: rises with each change that must be kept at once.
    """

    def __init__(self, *, ready: bool = True) -> None:
        """Know nothing of the view; unless ``ready``, wait for :meth:`recall`."""
        self.ready = ready
        self.news = 0
        self._check = ViewCheck()
        self._confirmed = False

    @property
    def reason(self) -> View | None:
        """What is the matter now; None if all is well."""
        return self._check.reason

    def due(self, now: float) -> bool:
        """Whether it is time to look again."""
        return self.ready and self._check.due(now)

    def step(self, grey: Grey, now: float) -> View | None:
        """Look at a picture; see :meth:`ViewCheck.step`."""
        before, learned = self._check.reason, self._check.memory() is not None
        reason = self._check.step(grey, now)
        now_learned = self._check.memory() is not None
        if now_learned:
            self._confirmed = False
        if (before is View.CHANGED) is not (reason is View.CHANGED) or learned is not now_learned:
            self.news += 1
        return reason

    def recall(self, kept: KeptView | None, config: CameraConfig) -> None:
        """Take what an earlier run has learned; None if that is nothing."""
        if self.ready:
            return
        self.ready = True
        if kept is None or not config.watch_view:
            return
        moved = kept.memory is not None and kept.memory.changed and kept.rois != digest(config)
        # Who moved ROIs on a view that had changed has seen it.
        self._check = ViewCheck(None if moved else kept.memory, trusted=kept.confirmed)
        self._confirmed = kept.confirmed

    def kept(self, config: CameraConfig) -> KeptView | None:
        """Return what to keep for the next run; None if nothing is known yet."""
        memory = self._check.memory()
        if memory is None and not self._confirmed:
            return None
        return KeptView(memory, digest(config), self._confirmed)

    def confirm(self, *, looked: bool) -> bool:
        """Take what is seen from now on for right; return whether anything was the matter.

        Args:
            looked: somebody says that they have looked at the picture. Else only another view is taken for
                right, or a dull one of which nothing is known, and not a lens that is covered.
        """
        known = self._check.memory() is not None
        if self.reason in (None, *_EMPTY) or not (looked or self.reason is View.CHANGED or not known):
            return False
        self.ready = self._confirmed = True
        self._check = ViewCheck(trusted=True)
        self.news += 1
        return True

    def follow(self, before: CameraConfig, config: CameraConfig) -> None:
        """Take another configuration. Who moves ROIs on a view that has changed has seen it."""
        moved = self.reason is View.CHANGED and digest(before) != digest(config)
        if moved or not config.watch_view:
            self._check = ViewCheck()
            self._confirmed = moved
            self.news += 1
