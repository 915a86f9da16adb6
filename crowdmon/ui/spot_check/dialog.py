"""The spot check: a frozen picture at the left, what to do with it at the right. The camera goes on."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QKeyEvent
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QWidget

from crowdmon.engine.background import BackgroundTask
from crowdmon.track.peaks import peaks
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.spot_check.canvas import HeadCanvas
from crowdmon.ui.spot_check.control import SpotChecks
from crowdmon.ui.spot_check.side import SidePanel
from crowdmon.values import WHOLE_FRAME
from crowdmon.view.check_words import NAMES, day, verdict
from crowdmon.view.frozen import Draft, Frozen
from crowdmon.view.heads import Heads, Point
from crowdmon.view.moments import moment_of, wanted
from crowdmon.view.theme import Theme

WHOLE = "Whole picture"

NOTHING_YET = "No picture of this camera was counted yet. The first one is frozen as soon as it comes."


class SpotCheckDialog(QDialog):
    """Counts heads in one picture after the other; closing keeps what was clicked.

    Signals:
        adapt_asked(str), back_asked(str): a camera is to be adapted, or to go back to its former weights.
    """

    adapt_asked = pyqtSignal(str)
    back_asked = pyqtSignal(str)

    def __init__(
        self, bridge: Bridge, checks: SpotChecks, name: str, *, theme: Theme, parent: QWidget | None = None
    ) -> None:
        """Check the camera ``name``."""
        super().__init__(parent)
        self._bridge, self._checks, self.camera = bridge, checks, name
        self._frozen: Frozen | None = None
        self._finished = self._hidden = False
        self._task: BackgroundTask | None = None
        self._peaks: tuple[Point, ...] | None = None
        self.canvas = HeadCanvas()
        self.canvas.set_theme(theme)
        self.side = SidePanel()
        self.setWindowTitle(f"Spot check – {name}")
        self.setSizeGripEnabled(True)
        self.setMinimumSize(QSize(760, 560))
        self.resize(QSize(1160, 680).boundedTo(_room(parent)))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.side)
        self._connect()
        checks.load(name)
        self._begin()

    def _connect(self) -> None:
        side, canvas = self.side, self.canvas
        canvas.heads_changed.connect(self._counted)
        canvas.refused.connect(self._warn)
        side.area.currentIndexChanged.connect(self._choose_area)
        side.propose.toggled.connect(self._propose)
        side.accept.clicked.connect(lambda _=False: self._accept())
        side.done.clicked.connect(lambda _=False: self.finish())
        side.again.clicked.connect(lambda _=False: self.freeze())
        side.offer.clicked.connect(lambda _=False: self._take_offer())
        side.reveal.clicked.connect(lambda _=False: self._reveal())
        side.moments.wait_asked.connect(lambda kind: self._checks.wait_for(self.camera, kind))
        side.adapt.clicked.connect(lambda _=False: self.adapt_asked.emit(self.camera))
        side.back.clicked.connect(lambda _=False: self.back_asked.emit(self.camera))
        self._checks.changed.connect(self._known)
        self._checks.offered.connect(self._offered)
        self._checks.trouble.connect(self._warn)
        self._bridge.beat.connect(self._beat)
        self._bridge.config_changed.connect(self._configured)

    def _begin(self) -> None:
        """Go on with what was not finished, else freeze a picture."""
        known = self._checks.of(self.camera)
        if known.draft is not None:
            self._show(known.draft.frozen, known.draft)
        elif known.offered is not None:
            self._take_offer()
        else:
            self.freeze()
        self._known(self.camera)
        self.canvas.setFocus()

    def freeze(self) -> None:
        """Take the picture that is counted now; what was clicked in another one is dropped."""
        self._checks.keep_draft(self.camera, None)
        self._show(self._checks.freeze(self.camera))
        if self._frozen is None:
            self.side.count.say(NOTHING_YET)
        self.canvas.setFocus()

    def finish(self) -> None:
        """Record the check, and say at once what came of it."""
        frozen = self._frozen
        if frozen is None or self._finished or self._hidden:
            return
        roi, heads = self.canvas.area.roi, self.canvas.counted
        self._finished = True
        self.canvas.editable = False
        self.canvas.set_proposed(())
        self._checks.record(frozen, roi, heads, keep=self.side.keep.isChecked())
        self.side.count.say(verdict(len(heads), self.canvas.area.count))
        self._enable()
        self.side.again.setFocus()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Finish with Ctrl+Return, wherever the focus is."""
        enter = a0 is not None and a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if a0 is not None and enter and a0.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.finish()
            return
        super().keyPressEvent(a0)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self.canvas.set_theme(theme)

    def _show(self, frozen: Frozen | None, draft: Draft | None = None) -> None:
        self._frozen, self._finished, self._peaks = frozen, False, None
        self._hidden = self._checks.private and frozen is not None and frozen.kept
        self.canvas.show_frozen(frozen, () if draft is None else draft.heads, hidden=self._hidden)
        if draft is not None:
            self.side.keep.setChecked(draft.keep)
        self.side.propose.setChecked(False)
        self._fill_areas("" if draft is None else draft.roi)
        self.side.count.say("")
        self.side.title.setText(self.camera)
        self.side.under.setText("" if frozen is None else _under(frozen))
        self._enable()

    def _reveal(self) -> None:
        """Show people in this one picture."""
        self._hidden = False
        self.canvas.show_frozen(self._frozen, self.canvas.heads.points)
        self._choose_area()
        self._enable()
        self.canvas.setFocus()

    def _fill_areas(self, chosen: str) -> None:
        areas = () if self._frozen is None else self._frozen.areas
        box = self.side.area
        wanted = chosen or str(box.currentData() or WHOLE_FRAME)
        was = box.blockSignals(True)
        box.clear()
        for one in areas:
            box.addItem(WHOLE if one.roi == WHOLE_FRAME else one.roi, one.roi)
        box.setCurrentIndex(max(box.findData(wanted), 0))
        box.blockSignals(was)
        self._choose_area()

    def _choose_area(self, _index: int = 0) -> None:
        if self._frozen is not None:
            self.canvas.set_area(self._frozen.area(str(self.side.area.currentData())))

    def _counted(self) -> None:
        self.side.count.show_count(len(self.canvas.counted))
        if not self._finished:
            self.side.count.say("")
        self._enable()

    def _propose(self, on: bool) -> None:
        """Offer the density's own peaks; they are looked for in the background, once a picture."""
        density = None if self._frozen is None else self._frozen.density
        if not on or density is None:
            self.canvas.set_proposed(())
        elif self._peaks is not None:
            self._found(self._peaks, None)
        else:
            self._task = self._bridge.run_task(lambda _: peaks(density), self._found)
        self._enable()

    def _found(self, points: tuple[Point, ...] | None, error: Exception | None) -> None:
        self._task = None
        if error is None and points is not None and self.side.propose.isChecked() and not self._finished:
            self._peaks = points
            self.canvas.set_proposed(points)
            inside = len(Heads(self.canvas.proposed).inside(self.canvas.area.outline))
            self.side.count.say(f"{inside} proposed, dashed. Click those that are heads, or accept all.")
        self._enable()

    def _accept(self) -> None:
        self.canvas.accept_proposed()
        self.side.propose.setChecked(False)
        self.canvas.setFocus()

    def _take_offer(self) -> None:
        known = self._checks.of(self.camera)
        offered, known.offered = known.offered, None
        if offered is not None:
            self._checks.keep_draft(self.camera, None)
            self._show(offered)
        self._known(self.camera)
        self.canvas.setFocus()

    def _offered(self, name: str) -> None:
        """Show an awaited picture at once if nothing is in the way, else say that it is there."""
        if name == self.camera and self.isVisible() and (self._finished or self._frozen is None):
            self._take_offer()

    def _enable(self) -> None:
        side, open_ = self.side, self._frozen is not None and not self._finished and not self._hidden
        side.reveal.setVisible(self._hidden)
        kept = self._frozen is not None and self._frozen.kept
        side.done.setEnabled(open_)
        side.area.setEnabled(open_)
        side.propose.setEnabled(open_ and kept)
        side.keep.setEnabled(open_ and kept)
        side.accept.setEnabled(open_ and bool(self.canvas.proposed))
        side.done.setDefault(open_)
        side.again.setDefault(self._finished)
        clicked = open_ and bool(self.canvas.heads.points)
        side.again.setText(
            "Next picture" if self._finished else "Discard, take another" if clicked else "Another picture"
        )

    def _known(self, name: str) -> None:
        if name != self.camera:
            return
        known, side = self._checks.of(name), self.side
        weights = self._checks.weights(name)
        done = len({one.check.time for one in known.checks if one.check.weights == weights})
        side.moments.show_state(done, known.lacking(), wanted(known.usual), known.awaited)
        side.checked.setText(_sentence(known.said(weights)))
        side.weights.setText(f"Counts with {weights}" if weights else "")
        side.kept_where.setText(
            "No history is configured: checks are lost when the window is closed."
            if self._checks.history is None
            else "Kept beside the history for 30 days."
        )
        side.offer.setVisible(known.offered is not None)
        if known.offered is not None:
            kind = moment_of(known.offered.frame.time, known.offered.areas[0].count, known.usual)
            side.offer.setText(f"One {NAMES[kind]} is there: look")

    def _configured(self, _config: object) -> None:
        self._known(self.camera)

    def _warn(self, text: str) -> None:
        self.side.count.say(text, wrong=True)

    def _beat(self, _now: float) -> None:
        if self._frozen is None and self._checks.freeze(self.camera) is not None:
            self.freeze()
        self._checks.refresh(self.camera)

    def draft(self) -> Draft | None:
        """Return what is not finished yet; None if there is nothing worth keeping."""
        if self._frozen is None or self._finished or not self.canvas.heads.points:
            return None
        keep = self.side.keep.isChecked()
        return Draft(self._frozen, self.canvas.area.roi, self.canvas.heads.points, keep)

    def done(self, result: int) -> None:
        """Keep what was clicked as a draft, and close."""
        self._let_go()
        super().done(result)

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802
        """Keep what was clicked as a draft, and close."""
        self._let_go()
        super().closeEvent(a0)

    def _let_go(self) -> None:
        if self._task is not None:
            self._bridge.cancel(self._task)
            self._task = None
        if not self._finished:
            self._checks.keep_draft(self.camera, self.draft())


def _under(frozen: Frozen) -> str:
    at = datetime.fromtimestamp(frozen.frame.time)
    when = f"{at:%H:%M:%S} on {day(frozen.frame.time)}"
    if not frozen.kept:
        return (
            f"Not finished, of {when}. The picture was not kept; your heads were. Finish it, or take another."
        )
    return f"Frozen at {when}. The camera goes on."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _room(parent: QWidget | None) -> QSize:
    screen = None if parent is None else parent.screen()
    return QSize(1160, 680) if screen is None else screen.availableSize()
