"""Knows the spot checks of every camera, freezes pictures, and records what somebody has counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.docks import Focus
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.spot_check import keeping
from crowdmon.ui.spot_check.keeping import Past
from crowdmon.values import Reading
from crowdmon.view.checked_camera import CheckedCamera, weights_name
from crowdmon.view.frozen import Draft, Frozen, KeptCheck, freeze, from_text, to_check, to_text
from crowdmon.view.heads import Point
from crowdmon.view.moments import Moment, total_of, usual_of

WEIGHTS = "the weights"
"""What the usual weights file is called among those that are read."""

SOON, LATER = 5.0, 600.0
"""Seconds until it is asked again what is usual at a camera, while that is not known, and once it is."""

_DRAFTS = "spot_checks"


class SpotChecks(QObject):
    """The spot checks of all cameras of the window.

    Signals:
        changed(str): what is known of a camera's checks, by its name.
        offered(str): a picture of an awaited moment of a camera is there.
        trouble(str): a picture could not be kept, or the history not be read, and why.
    """

    changed = pyqtSignal(str)
    offered = pyqtSignal(str)
    trouble = pyqtSignal(str)

    def __init__(self, bridge: Bridge, focus: Focus, settings: Settings) -> None:
        super().__init__()
        self._bridge, self._settings, self._focus = bridge, settings, focus
        self._known: dict[str, CheckedCamera] = {}
        self._named: dict[str, str] = {}
        self._history: Path | None = None
        self._restore()
        bridge.reading_changed.connect(self._reading)
        bridge.config_changed.connect(self._configured)
        focus.focus_changed.connect(self._focused)
        self._configured(bridge.config)

    def camera(self, name: str) -> CameraConfig | None:
        """Return a camera by its name; None if there is none."""
        return next((one for one in self._bridge.config.cameras if one.name == name), None)

    @property
    def history(self) -> Path | None:
        """The history file; None where checks are kept in memory alone."""
        return keeping.history_of(self._bridge.config)

    @property
    def private(self) -> bool:
        """Whether people are pixelated in the window."""
        said = self._bridge.config.display.pixelate
        return self._settings.number("pixelate", 0, low=0, high=1) == 1 if said is None else said

    def of(self, name: str) -> CheckedCamera:
        """Return what is known of a camera's checks."""
        camera = self.camera(name)
        return self._known.setdefault(name if camera is None else camera.key, CheckedCamera())

    def weights(self, name: str) -> str:
        """Return the short name of what counts a camera now."""
        camera = self.camera(name)
        if camera is None:
            return ""
        # Readings know best: a service may count with others than the window was started with, and in int8.
        # But those of weights that have just been exchanged are still on their way.
        named, own = self._named.get(name, ""), weights_name(camera, self._bridge.reads.get(WEIGHTS))
        fits = camera.weights is None or named.removesuffix(" int8") == own
        return named if named and fits else own

    def said(self, name: str) -> str:
        """Return how a camera was checked, in words."""
        return self.of(name).said(self.weights(name))

    def freeze(self, name: str) -> Frozen | None:
        """Freeze the picture that was counted last, while the camera goes on; None before the first one."""
        camera, seen = self.camera(name), self._bridge.look(name)
        if camera is None or seen is None or seen.counted is None or seen.density is None:
            return None
        return freeze(camera, seen.counted, seen.density)

    def load(self, name: str) -> None:
        """Ask the history, once and in the background, what it knows about a camera."""
        camera, known = self.camera(name), self.of(name)
        if camera is None or known.loaded:
            return
        history, key, now = self.history, camera.key, self._bridge.now()
        known.loaded, known.asked = True, now
        ask = self._bridge.query
        self._bridge.run_task(
            lambda _: with_memory(
                keeping.past_of(history, camera=name, key=key, now=now),
                lambda: [one for one in ask(now - keeping.WEEK, now) if one.camera == name],
            ),
            partial(self._loaded, name),
        )

    def _loaded(self, name: str, past: Past | None, error: Exception | None) -> None:
        known = self.of(name)
        if error is not None:
            self.trouble.emit(f"What was checked before is not known: {error}")
        elif past is not None:
            known.add(KeptCheck(one) for one in past.checks)
            known.usual = past.usual or known.usual
        self.changed.emit(name)

    def refresh(self, name: str) -> None:
        """Ask again what is usual, now and then: the camera has been counted since."""
        known = self.of(name)
        if abs(self._bridge.now() - known.asked) > (SOON if known.usual is None else LATER):
            known.loaded = False
            self.load(name)

    def record(self, frozen: Frozen, roi: str, heads: tuple[Point, ...], *, keep: bool) -> None:
        """Record a finished check; the picture is kept too if ``keep``, in the background."""
        name, history = frozen.frame.camera, self.history
        keep = keep and frozen.kept
        check = to_check(frozen, roi, heads, picture=keeping.name_of(frozen.frame) if keep else None)
        self.of(name).draft = None
        # What was counted is recorded at once, whatever becomes of the picture.
        record = self._bridge.record
        self._bridge.run_task(lambda _: record(check), partial(self._recorded, name))
        self.of(name).add([KeptCheck(check, frozen.frame if keep and history is None else None)])
        self.changed.emit(name)
        if keep and history is not None:
            path, frame = history, frozen.frame
            self._bridge.run_task(lambda _: keeping.keep(path, frame), partial(self._kept, name))

    def _recorded(self, name: str, _result: object, error: Exception | None) -> None:
        if error is not None:
            self.trouble.emit(f"Your count is known until the window is closed, and is not recorded: {error}")
        self.changed.emit(name)

    def _kept(self, name: str, _result: object, error: Exception | None) -> None:
        if error is not None:
            self.trouble.emit(f"Your count is recorded, but not the picture: {error}")
        self.changed.emit(name)

    def wait_for(self, name: str, kind: Moment | None) -> None:
        """Freeze the next picture of a kind of moments when it comes; None waits for none."""
        self.of(name).awaited = kind
        self.changed.emit(name)

    def keep_draft(self, name: str, draft: Draft | None) -> None:
        """Keep a check that is not done yet; None forgets it."""
        self.of(name).draft = draft
        self.changed.emit(name)

    def remember(self) -> None:
        """Keep drafts for the next start: the heads, not the picture."""
        drafts = [one.draft for one in self._known.values() if one.draft is not None and one.draft.heads]
        self._settings.keep(_DRAFTS, json.dumps([to_text(draft) for draft in drafts]))

    def _restore(self) -> None:
        try:
            found = json.loads(self._settings.text(_DRAFTS) or "[]")
        except ValueError:
            return
        texts = [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
        for draft in filter(None, map(from_text, texts)):
            frozen = draft.frozen
            self._known[frozen.camera_id or frozen.frame.camera] = CheckedCamera(draft=draft)

    def _configured(self, config: AppConfig) -> None:
        history = keeping.history_of(config)
        if history != self._history:
            self._history = history
            for known in self._known.values():
                known.loaded = False
        self._focused(self._focus.focused)

    def _focused(self, name: str) -> None:
        if name:
            self.load(name)
            self.changed.emit(name)

    def _reading(self, name: str, reading: Reading) -> None:
        known = self.of(name)
        count = total_of(reading)
        if reading.weights and reading.weights != self._named.get(name):
            self._named[name] = reading.weights
            self.changed.emit(name)
        if known.awaited is None or count is None:
            return
        if known.comes(reading.time, count):
            frozen = self.freeze(name)
            # The engine may be further already: what is frozen has to be of the kind itself.
            if frozen is not None and known.comes(frozen.frame.time, frozen.areas[0].count):
                known.awaited, known.offered = None, frozen
                self.changed.emit(name)
                self.offered.emit(name)


def with_memory(past: Past, readings: Callable[[], list[Reading]]) -> Past:
    """Return the past with what is usual from memory where no history knows it."""
    if past.usual is not None:
        return past
    counts = [(one.time, count) for one in readings() if (count := total_of(one)) is not None]
    return Past(past.checks, usual_of(counts))
