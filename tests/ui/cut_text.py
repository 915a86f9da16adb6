"""Opens the window and every dialog at a scale, and prints each text that does not fit its place.

QT_SCALE_FACTOR=1.5 python -m tests.ui.cut_text
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QListWidget,
    QPushButton,
    QTableWidget,
    QWidget,
)

from crowdmon.config import AppConfig, RoiConfig
from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.roi.moving import Move
from crowdmon.track.view_check import View
from crowdmon.ui.alarms.acknowledging import AcknowledgeDialog
from crowdmon.ui.ground.dialog import GroundDialog
from crowdmon.ui.picture.picture_pane import Elided
from crowdmon.ui.readings.rule_control import tested_words
from crowdmon.ui.shell.app import application
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.ui.sources.source_dialog import SourceDialog
from crowdmon.ui.spot_check.adapt_dialog import AdaptDialog
from crowdmon.ui.spot_check.dialog import SpotCheckDialog
from crowdmon.ui.spot_check.trial import Pair
from crowdmon.ui.view_changed.dialog import ViewChangedDialog
from crowdmon.values import CameraState, Level, Status
from crowdmon.view.adapting import Progress, Result, Score
from crowdmon.view.moments import Moment, Usual
from tests.ui.fakes import GATE, NOON, STAIRS, Clock, FakeMonitor, camera, config, density, frame

SLACK = 1.0
"""Pixels that a text may be longer: rounding."""

PLACE = RoiConfig(name="Platform 3, exit west", polygon=GATE.polygon)


def cut(root: QWidget) -> Iterator[str]:
    """Yield every text below a widget that is cut, with the place it has and the place it needs."""
    for one in [root, *root.findChildren(QWidget)]:
        if not one.isVisible() or one.visibleRegion().isEmpty():
            continue
        for text, has, needs in measured(one):
            if needs > has + SLACK:
                yield f"{type(one).__name__} “{text[:60]}” has {has:.0f} px and needs {needs:.0f} px"


def measured(one: QWidget) -> Iterator[tuple[str, float, float]]:
    """Yield each text of a widget, the pixels it has and the pixels it needs, across or down."""
    metrics = QFontMetricsF(one.font())
    if isinstance(one, QLabel) and not isinstance(one, Elided) and one.text():
        if one.wordWrap():
            yield one.text(), one.height(), one.heightForWidth(one.width())
        else:
            yield one.text(), one.width(), one.sizeHint().width()
        yield one.text(), one.height(), metrics.height()
    elif isinstance(one, QPushButton | QCheckBox) and one.text():
        yield one.text(), one.width(), one.sizeHint().width()
    elif isinstance(one, QAbstractButton) and one.text():
        yield one.text(), one.width(), metrics.horizontalAdvance(one.text())
    elif isinstance(one, QComboBox):
        for number in range(one.count()):
            text = one.itemText(number)
            yield text, one.width() - 40.0, metrics.horizontalAdvance(text)
    elif isinstance(one, QListWidget) and one.objectName() in ("kinds", "checks"):
        room = one.viewport()
        for number in range(one.count()):
            item = one.item(number)
            if item is not None and room is not None:
                used = 34.0 if item.flags() & Qt.ItemFlag.ItemIsUserCheckable else 20.0
                yield item.text(), room.width() - used, metrics.horizontalAdvance(item.text())
    elif isinstance(one, QTableWidget):
        yield from _of_table(one)


def _of_table(table: QTableWidget) -> Iterator[tuple[str, float, float]]:
    for column in range(table.columnCount()):
        if table.isColumnHidden(column):
            continue
        for row in range(table.rowCount()):
            item = table.item(row, column)
            if item is not None:
                needs = QFontMetricsF(item.font()).horizontalAdvance(item.text())
                yield item.text(), table.columnWidth(column) - (32.0 if column == 0 else 12.0), needs


def opened(cameras: AppConfig, size: tuple[int, int]) -> MainWindow:
    """A window with counts in it."""
    from crowdmon.ui.bridge import Bridge

    monitor = FakeMonitor(cameras)
    window = MainWindow(Bridge(monitor, cameras, clock=Clock()))
    window.resize(*size)
    window.show()
    for one in cameras.cameras:
        monitor.live(one.name)
    window.bridge.poll()
    if cameras.cameras:
        window.rois.editor.select(cameras.cameras[0].rois[0].name)
    QApplication.processEvents()
    return window


def windows(theme: str) -> Iterator[tuple[str, QWidget]]:
    """Yield every window and dialog with a name; each is closed after it was looked at."""
    several = config(camera("north", PLACE, STAIRS), camera("south", GATE))
    for size in ((1440, 900), (1024, 700)):
        window = opened(several, size)
        window.set_theme_name(theme)
        QApplication.processEvents()
        yield f"window {size}", window
        rule = window.panels.inspector.rule
        QTest.mouseClick(rule.add, Qt.MouseButton.LeftButton)
        rule.tested.setText(tested_words(2, 1))
        rule.tested.show()
        rule.say("Amber: above is not lower than that of red. Allowed: levels that rise.")
        rule.say_until("Red in about 4 min (3 to 6 min) if it goes on like this")
        QApplication.processEvents()
        for part in (rule, rule.save):
            window.panels.inspector.see(part)
            QApplication.processEvents()
            yield f"rule {size}", window
        window.close()
    empty = opened(config(), (1024, 700))
    empty.set_theme_name(theme)
    yield "first run", empty
    empty.close()
    window = opened(several, (1024, 700))
    window.set_theme_name(theme)
    asks = {
        "export": window.asking.export_readings,
        "daily": window.asking.log_daily,
        "report": window.asking.report_day,
        "keys": window.asking.show_shortcuts,
        "about": window.asking.show_about,
        "spot check": window.spot_checks.open,
        "adapt": window.spot_checks.adapt,
        "ground": window.ground.open,
        "correct": lambda: window.opener.correct("north"),
        **{f"source {kind}": (lambda kind=kind: window.opener.ask(kind)) for kind in SourceDialog().pages},
    }
    for name, ask in asks.items():
        ask()
        QApplication.processEvents()
        dialog = QApplication.activeModalWidget() or window.findChildren(QDialog)[-1]
        assert isinstance(dialog, QDialog)
        yield name, dialog
        dialog.close()
        QApplication.processEvents()
    yield from calibrating(window)
    yield from turned(window)
    yield from spot_checks(window)
    yield from alarms(window)
    for state in CameraState:
        window.bridge._monitor.state("north", state, message="Why it is so", age=12.0)  # type: ignore[attr-defined]
        window.bridge.poll()
        QApplication.processEvents()
        yield f"state {state}", window
    window.close()


def alarms(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """Yield the strip and the list in what they say at most, and the dialog."""
    told = window.bridge._monitor.facts  # type: ignore[attr-defined]
    for number, level in enumerate((Level.AMBER, Level.RED, Level.CRITICAL)):
        name = f"Platform 3, exit west: too many people for the stairs {number}"
        told.append(
            AlarmEvent(
                time=NOON + number, change=AlarmChange.RAISED, alarm=name, camera="north", roi=PLACE.name,
                level=level, measure="local_per_m2", value=5.25, limit=5.0,
            ).to_event()
        )  # fmt: skip
    window.bridge.poll()
    window.alarms.show_list()
    window.alarms.panel.filters.more.setChecked(True)
    window.alarm_desk.mute(on=True)
    QApplication.processEvents()
    yield "alarms", window
    window.alarms.acknowledge()
    QApplication.processEvents()
    dialog = window.findChildren(AcknowledgeDialog)[-1]
    dialog.who.clear()
    dialog.accept()
    QApplication.processEvents()
    yield "acknowledging", dialog
    dialog.close()


def calibrating(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """Yield a calibration by points that are far off, and one that has no plane."""
    seen = {"counted": frame("north"), "density": density("north")}
    window.bridge._monitor.put("north", **seen)  # type: ignore[attr-defined]
    window.ground.open()
    dialog = window.findChildren(GroundDialog)[-1]
    for at in ((0.2, 0.9), (0.8, 0.9), (0.7, 0.5), (0.3, 0.5)):
        dialog.canvas.add(at)
    QApplication.processEvents()
    yield "ground, a rectangle", dialog
    dialog.canvas.edited.emit(dialog.calibration.as_rectangle(False))
    dialog.canvas.add((0.5, 0.7))
    QApplication.processEvents()
    yield "ground, points", dialog
    dialog.canvas.edited.emit(dialog.calibration.placed(4, (-1234.56, 9876.54)))
    QApplication.processEvents()
    yield "ground, wrong", dialog
    dialog.close()
    QApplication.processEvents()


def turned(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """Yield the row of a camera that was turned, and the comparison in what it says at most."""
    status = Status(CameraState.STALE, f"{View.CHANGED.value}. Confirm it", since=NOON + 99.0, age=0.0)
    window.bridge._monitor.put("north", status=status, view=frame("north"))  # type: ignore[attr-defined]
    window.bridge.poll()
    QApplication.processEvents()
    yield "turned", window
    window.view_changed.open()
    dialog = window.findChildren(ViewChangedDialog)[-1]
    dialog.now.move_of_rois = Move(dx=0.9)
    dialog.now.moved.emit(dialog.now.move_of_rois)
    QApplication.processEvents()
    yield "turned, comparing", dialog
    dialog.close()
    QApplication.processEvents()


def spot_checks(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """Yield the spot check and adapting in what they say at most."""
    checks = window.spot_checks.checks
    seen = {"counted": frame("north"), "density": density("north")}
    window.bridge._monitor.put("north", **seen)  # type: ignore[attr-defined]
    checks.of("north").usual = Usual(2.0, 40.0)
    window.spot_checks.open()
    check = window.findChildren(SpotCheckDialog)[-1]
    check.canvas.take_at(0.5, 0.5)
    check.side.back.show()
    QApplication.processEvents()
    yield "spot check, clicking", check
    check.finish()
    check.side.count.say(
        "Your count is recorded, but not the picture: the disk is full. Make room", wrong=True
    )
    checks.wait_for("north", Moment.NIGHT)
    QApplication.processEvents()
    yield "spot check, done", check
    check.close()
    window.spot_checks.adapt("north")
    adapt = window.findChildren(AdaptDialog)[-1]
    adapt.pages.setCurrentIndex(1)
    adapt._told(Progress(0.4, 130.0, "Fitting the last layer of the network, frames 3 and 4 held out"))
    adapt._offer(adapt.cancel_button)
    QApplication.processEvents()
    yield "adapting", adapt
    adapt._result = Result(Score(123.4, -120.1, 12.3), Score(23.4, 20.1, 10.2), better=True, weights="w")
    pair = Pair(0.0, 1234, 1100.0, 1230.0, (frame().rgb, frame().rgb))
    adapt._show([pair, pair], None)
    QApplication.processEvents()
    yield "adapted", adapt
    adapt._ready("Adapting was ended from outside. Is there enough memory? Start it again.")
    QApplication.processEvents()
    yield "adapting failed", adapt
    adapt.close()


def main() -> int:
    """Print what is cut; return how many texts are."""
    app = application()
    found = 0
    for theme in ("dark", "light"):
        for name, widget in windows(theme):
            for text in cut(widget):
                sys.stdout.write(f"{theme}, {name}: {text}\n")
                found += 1
    app.processEvents()
    return found


if __name__ == "__main__":
    sys.stdout.write(f"{main()} texts are cut\n")
    sys.stdout.flush()
    os._exit(0)  # what is left of the windows need not be taken apart
