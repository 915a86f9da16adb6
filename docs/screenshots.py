"""Make the pictures of the documentation anew, from synthetic cameras alone.

    python docs/screenshots.py [--out docs/images] [--weights FILE] [--scale 1] [NAME ...]

The plaza is rendered, counted by the real network and measured as ever; only the clock is made up, so
that a few minutes of film take less and every run shows the same moment. No display is needed: Qt's
offscreen platform paints with the system's fonts (on Debian and Ubuntu any fonts-* package).
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PyQt6.QtCore import QPointF, QSize  # noqa: E402
from PyQt6.QtGui import QFont, QFontDatabase, QPixmap  # noqa: E402
from PyQt6.QtPdf import QPdfDocument  # noqa: E402
from PyQt6.QtWidgets import QApplication, QLabel, QWidget  # noqa: E402

from crowdmon import config as settings  # noqa: E402
from crowdmon import privacy, resources  # noqa: E402
from crowdmon.config import AppConfig, CameraConfig, RecordConfig, with_cameras  # noqa: E402
from crowdmon.config.alarms import AlarmConfig  # noqa: E402
from crowdmon.counting.counter import Counter  # noqa: E402
from crowdmon.counting.weights import DEFAULT  # noqa: E402
from crowdmon.engine.background import BackgroundTask  # noqa: E402
from crowdmon.engine.snapshots import CameraSnapshot, Snapshot  # noqa: E402
from crowdmon.facts import Event, Fact, SpotCheck  # noqa: E402
from crowdmon.scene import Plaza, parse_scene  # noqa: E402
from crowdmon.scene.camera import SceneCamera  # noqa: E402
from crowdmon.scene.crowd import crowd  # noqa: E402
from crowdmon.sinks.history.file import HistoryFile  # noqa: E402
from crowdmon.sinks.history.pictures import alarm_words, keep_picture  # noqa: E402
from crowdmon.track.site import Site  # noqa: E402
from crowdmon.track.track import Counted, Track  # noqa: E402
from crowdmon.ui.alarms.acknowledging import AcknowledgeDialog  # noqa: E402
from crowdmon.ui.bridge import Bridge  # noqa: E402
from crowdmon.ui.export.daily_dialog import DailyDialog  # noqa: E402
from crowdmon.ui.export.export_dialog import ExportDialog  # noqa: E402
from crowdmon.ui.ground.dialog import GroundDialog  # noqa: E402
from crowdmon.ui.report import job  # noqa: E402
from crowdmon.ui.shell.app import application  # noqa: E402
from crowdmon.ui.shell.main_window import MainWindow  # noqa: E402
from crowdmon.ui.sources.source_dialog import SourceDialog  # noqa: E402
from crowdmon.ui.spot_check.adapt_dialog import HELD_OUT, RUN, AdaptDialog  # noqa: E402
from crowdmon.ui.spot_check.child import AdaptChild  # noqa: E402
from crowdmon.ui.spot_check.dialog import SpotCheckDialog  # noqa: E402
from crowdmon.ui.spot_check.keeping import frame_name  # noqa: E402
from crowdmon.values import CameraState, DensityMap, Frame, Reading, ReadingState, RoiReading, Status  # noqa: E402
from crowdmon.view.adapting import Result, Score  # noqa: E402
from crowdmon.view.alarms import Alarm  # noqa: E402
from crowdmon.view.frozen import KeptCheck  # noqa: E402
from crowdmon.view.past import BACK  # noqa: E402
from crowdmon.view.theme import THEMES  # noqa: E402

START = 1_777_640_400.0  # 2026-05-01 13:00 UTC
MINUTES = 5.0
EVERY = 2.0
"""Seconds between two counts of the film; the last seconds are counted more often."""

LATE = 0.3
"""Seconds from a picture to its count."""

UI_FONTS = ("Inter", "Noto Sans", "Open Sans", "Cantarell", "DejaVu Sans")


@dataclass
class Film:
    """An engine whose past is counted beforehand and whose clock is moved by hand."""

    config: AppConfig
    counter: Counter | None
    counted: dict[tuple[str, float], DensityMap] = field(default_factory=dict)
    """What was counted for other films already; network and scene give the same again."""
    cameras: dict[str, CameraSnapshot] = field(default_factory=dict)
    _tracks: dict[str, Track] = field(default_factory=dict)
    _facts: list[Fact] = field(default_factory=list)
    now: float = START

    def __post_init__(self) -> None:
        self._site = Site(self.config.to_rules())

    def start(self) -> None: ...
    def stop(self, timeout: float = 6.0) -> None: ...
    def apply(self, config: AppConfig) -> None: ...
    def restart(self, camera: str) -> None: ...
    def view(
        self, camera: str, size: tuple[int, int] | None, *, keep: float = 0.0, rate: float = 30.0
    ) -> None: ...
    def record(self, fact: SpotCheck | Event) -> None: ...
    def hear(self, event: Event) -> None: ...
    def acknowledge(self, alarm: str, *, who: str, note: str = "") -> bool:
        answers = self._site.acknowledge(alarm, who=who, note=note, now=self.now)
        self._facts += answers
        return bool(answers)

    def query(self, since: float, until: float) -> list[Reading]:
        return [one for one in self._facts if isinstance(one, Reading) and since <= one.time < until]

    def snapshot(self, after: int = 0) -> Snapshot:
        device = self.counter.device if self.counter else ""
        name = self.counter.name if self.counter else ""
        number, facts = len(self._facts), tuple(self._facts[after:])
        return Snapshot(self.now, dict(self.cameras), device, name, number=number, facts=facts)

    def count(self, camera: CameraConfig, t: float, *, show: bool) -> None:
        """Count one camera's picture of ``t`` seconds; show the one that follows 0.2 s later, if asked."""
        if self.counter is None:
            return
        scene = parse_scene(camera.source)
        density = self.counted.get((camera.source, t))
        if density is None:
            rgb = scene.render(t).rgb
            frame = Frame(rgb, camera=camera.name, index=round(t * 25), time=START + t, pts=t)
            density = self.counted[camera.source, t] = self.counter.count(frame)
        track = self._tracks.setdefault(
            camera.name,
            Track(camera.name, camera.to_rois(), interval=EVERY, limits=camera.to_limits()),
        )
        (reading,) = track.step(Counted(density, t), t)
        self._facts += self._site.step((reading,), t)
        # In step: the picture that was counted is shown when its count is there, a little later.
        later = t + LATE
        shown: tuple[Frame, ...] = ()
        if show:
            times = (t, later)
            shown = tuple(
                Frame(scene.render(one).rgb, camera=camera.name, time=START + one, pts=one) for one in times
            )
        status = Status(CameraState.LIVE, since=START, fps_in=25.0, fps_counted=5.0, age=0.02)
        self.now = START + later + 0.02
        self.cameras[camera.name] = CameraSnapshot(
            status,
            view=shown[-1] if shown else None,
            pictures=shown,
            density=density,
            counted=shown[0] if shown else None,
            reading=reading,
        )

    def lose(self, name: str, state: CameraState, seconds: float, **values: object) -> None:
        """Take a camera's pictures away for some seconds."""
        status = Status(state, since=self.now, age=seconds, **values)  # type: ignore[arg-type]
        self.cameras[name] = replace(self.cameras[name], status=status)
        self.now += seconds


@dataclass
class Studio:
    """Opens windows on films and takes their pictures."""

    out: Path
    weights: Path | None
    counter: Counter | None = None
    counted: dict[tuple[str, float], DensityMap] = field(default_factory=dict)

    def window(self, config: AppConfig, size: tuple[int, int], *, minutes: float) -> tuple[MainWindow, Film]:
        if config.cameras and self.counter is None:
            self.counter = Counter(self.weights)
        film = Film(config, self.counter, self.counted)
        window = MainWindow(Bridge(film, config, clock=lambda: film.now), beep=lambda: None)
        window.resize(*size)
        window.show()
        QApplication.processEvents()
        end = 60.0 * minutes
        times = [EVERY * i for i in range(int(end / EVERY))] + [end + 0.4 * i for i in range(4)]
        for t in times:
            for camera in config.cameras:
                film.count(camera, t, show=t == times[-1])
            window.bridge.poll()
        return window, film

    def take(self, widget: QWidget, name: str) -> None:
        for _ in range(3):
            QApplication.processEvents()
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / f"{name}.png"
        if not widget.grab().save(str(path)):
            raise SystemExit(f"cannot write {path}")
        sys.stdout.write(f"{path}  {path.stat().st_size / 1e3:.0f} kB\n")

    def main(self, name: str) -> None:
        window, _ = self.window(demo(), (1440, 900), minutes=MINUTES)
        self.take(window, name)

    def light(self, name: str) -> None:
        window, _ = self.window(demo(), (1440, 900), minutes=MINUTES)
        window.set_theme_name("light")
        self.take(window, name)

    def heads(self, name: str) -> None:
        window, _ = self.window(demo(), (1440, 900), minutes=0.5)
        window.menus.submenus["heat_view"].actions()[1].trigger()
        self.look(window)
        self.take(window, name)

    def small(self, name: str) -> None:
        window, _ = self.window(demo(), (1024, 700), minutes=MINUTES)
        self.take(window, name)

    def inspector(self, name: str) -> None:
        """A camera that knows its floor, with a ROI selected."""
        with tempfile.TemporaryDirectory() as folder:
            config = measured(demo(), past(Path(folder), days=1))
            window, _ = self.window(config, (1440, 900), minutes=MINUTES)
            window.rois.editor.select("foreground")
            self.look(window, until=lambda: any(window.panels.inspector.strip.day.levels[:30]))
            self.take(window, name)
            window.close()

    def rule(self, name: str) -> None:
        """The inspector with a rule over the last 24 h, and how often it would have raised an alarm."""
        with tempfile.TemporaryDirectory() as folder:
            config = measured(demo(), past(Path(folder), days=1, every=60))
            values = {
                "name": "Foreground full",
                "of": {"camera": config.cameras[0].name, "roi": "foreground"},
                "amber": {"above": 9, "clear": 7, "for": 30},
                "red": {"above": 14, "clear": 11, "for": 60},
            }
            alarm = settings.validate(AlarmConfig, values, where="a rule")
            window, film = self.window(
                config.model_copy(update={"alarms": (alarm,)}), (1440, 900), minutes=MINUTES
            )
            window.rois.editor.select("foreground")
            editor = window.panels.inspector.rule
            window.panels.inspector.see(editor)
            self.settle(window, film)
            self.look(window, until=editor.replayed.text)
            self.take(window, name)
            window.close()

    def history(self, name: str) -> None:
        """A week in the plot, with the week before behind it."""
        with tempfile.TemporaryDirectory() as folder:
            config = measured(demo(), past(Path(folder), days=9))
            window, _ = self.window(config, (1440, 900), minutes=0.5)
            plot = window.panels.plot
            window.set_span_name("1 day")
            plot.tools.back_chosen.emit(BACK["The day before"])
            self.look(window, until=lambda: plot.curves[-1].past and len(plot.curves[-1].times) > 9)
            self.take(window, name)
            window.close()

    def large(self, name: str) -> None:
        """The same window on a screen of 200 %; the scale is set before a program starts."""
        words = [sys.executable, str(Path(__file__)), "window", "--scale", "2"]
        with tempfile.TemporaryDirectory() as folder:
            weights = [] if self.weights is None else ["--weights", str(self.weights)]
            subprocess.run([*words, "--out", folder, *weights], check=True, stdout=subprocess.DEVNULL)
            self.out.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / "window.png", self.out / f"{name}.png")

    def look(self, window: MainWindow, *, until: Callable[[], object] = lambda: True) -> None:
        """Let the window look at the film until something is there."""
        deadline = time.monotonic() + 60.0
        while True:
            film = window.bridge._monitor
            assert isinstance(film, Film)
            film.now += 0.3
            window.bridge.poll()
            QApplication.processEvents()
            if until() or time.monotonic() > deadline:
                return

    def several(self, name: str) -> None:
        night = CameraConfig(name="Plaza by night", source="synthetic:plaza-night?people=25&seed=3")
        empty = CameraConfig(name="Empty plaza", source="synthetic:empty")
        config = AppConfig(cameras=(*demo().cameras, night, empty))
        window, film = self.window(config, (1440, 900), minutes=0.2)
        film.lose(empty.name, CameraState.FAILED, 0.0)
        window.bridge.poll()
        window.presenter.focus(night.name)
        self.take(window, name)

    def wall(self, name: str) -> None:
        """Sixteen cameras at once, a few of them crowded and two of them lost."""
        window, film = self.window(sixteen(), (1440, 900), minutes=0.0)
        window.menus.actions["show_wall"].trigger()
        for camera in sixteen().cameras:
            film.count(camera, 1.6, show=True)
        self.look(window)
        film.acknowledge("Main stage left full", who="Ann Moore")
        film.lose("Bridge", CameraState.RECONNECTING, 12.0, attempt=3)
        film.lose("Car park", CameraState.FAILED, 0.0)
        self.look(window)
        self.take(window, name)

    def site_bar(self, name: str) -> None:
        """Three groups over the wall: a camera of one of them is lost."""
        window, film = self.window(grouped(), (1440, 900), minutes=0.0)
        window.menus.actions["show_wall"].trigger()
        for camera in grouped().cameras:
            film.count(camera, 1.6, show=True)
        film.lose("Bridge", CameraState.RECONNECTING, 12.0, attempt=3)
        silent = Reading(film.now, "Bridge", (RoiReading("frame", None),), state=ReadingState.UNKNOWN)
        film._facts.append(silent)
        self.look(window)
        self.take(window, name)

    def alarms(self, name: str) -> None:
        """One alarm that is open and one that is acknowledged, with their pictures, and the moment of one."""
        with tempfile.TemporaryDirectory() as folder:
            history = past(Path(folder), days=1)
            config = alarmed(measured(demo(), history))
            window, film = self.window(config, (1440, 900), minutes=MINUTES)
            for alarm in window.alarm_desk.on:
                self.keep(config.cameras[0], alarm, history)
            film.acknowledge("fountain busy", who="Ann Moore", note="Steward is on the way")
            window.alarms.show_list()
            window.alarms.show_moment()
            self.look(window, until=lambda: all(map(window.alarm_desk.picture_of, window.alarm_desk.on)))
            self.settle(window, film)
            self.take(window, name)
            window.close()

    def keep(self, camera: CameraConfig, alarm: Alarm, history: Path) -> None:
        """Keep the picture of an alarm as the engine does."""
        t = alarm.raised - START
        rgb = privacy.pixelate(parse_scene(camera.source).render(t).rgb, self.counted[camera.source, t])
        keep_picture(history, rgb, camera=alarm_words(alarm.name), time=alarm.raised)

    def acknowledging(self, name: str) -> None:
        window, film = self.window(alarmed(demo()), (1440, 900), minutes=MINUTES)
        window.alarms.acknowledge()
        dialog = window.findChild(AcknowledgeDialog)
        assert dialog is not None
        dialog.who.setText("Ann Moore")
        dialog.note.setText("Steward is on the way")
        self.settle(window, film)
        self.take(dialog, name)
        dialog.reject()

    def rois(self, name: str) -> None:
        window, _ = self.window(demo(), (1024, 700), minutes=0.2)
        editor = window.rois.editor
        editor.set_editing(True)
        editor.select(editor.draft.names[0], point=1)
        self.take(window, name)

    def lost(self, name: str) -> None:
        window, film = self.window(demo(), (1024, 700), minutes=MINUTES)
        film.lose(demo().cameras[0].name, CameraState.RECONNECTING, 12.0, attempt=3)
        window.bridge.poll()
        self.take(window, name)

    def first_run(self, name: str) -> None:
        window, _ = self.window(AppConfig(), (1024, 700), minutes=0.0)
        self.take(window, name)

    def source(self, name: str, kind: str = "network") -> None:
        window, _ = self.window(AppConfig(), (1024, 700), minutes=0.0)
        window.opener.ask(kind)
        dialog = window.findChild(SourceDialog)
        assert dialog is not None
        self.take(dialog, name)

    def webcam(self, name: str) -> None:
        self.source(name, "webcam")

    def export(self, name: str) -> None:
        window, _ = self.window(AppConfig(), (1024, 700), minutes=0.0)
        window.bridge.apply(several_rois())
        window.asking.export_readings()
        dialog = window.findChild(ExportDialog)
        assert dialog is not None
        self.take(dialog, name)

    def daily(self, name: str) -> None:
        window, _ = self.window(AppConfig(record=RecordConfig(csv_log="~/crowd")), (1024, 700), minutes=0.0)
        window.asking.log_daily()
        dialog = window.findChild(DailyDialog)
        assert dialog is not None
        self.take(dialog, name)

    def spot_check(self, name: str) -> None:
        window, film = self.window(demo(), (1440, 900), minutes=MINUTES)
        window.bridge.reads["the weights"] = resources.path(DEFAULT)
        window.spot_checks.open()
        dialog = window.findChild(SpotCheckDialog)
        assert dialog is not None
        dialog.resize(1160, 680)
        self.settle(window, film)
        heads = truth_of(demo().cameras[0], film)
        for x, y in heads[: 2 * len(heads) // 3]:
            dialog.canvas.enlarge(8.0, QPointF(*dialog.canvas.place().to_widget(x, y)))
            dialog.canvas.take_at(x, y)
            dialog.canvas.fit_all()
        dialog.side.propose.setChecked(True)
        self.settle(window, film)
        self.take(dialog, name)
        dialog.reject()

    def report(self, name: str) -> None:
        """The first page of a day's PDF."""
        with tempfile.TemporaryDirectory() as folder:
            history = past(Path(folder), days=3, every=60)
            config = measured(demo(), history)
            day = date.fromtimestamp(START) - timedelta(days=1)
            path = Path(folder) / "report.pdf"
            task = BackgroundTask()
            job.write(job.DayReport(day=day, path=path, history=history), config, START, task)
            document = QPdfDocument(None)
            document.load(str(path))
            paper = QLabel()
            page = QPixmap.fromImage(document.render(0, QSize(900, 1273)))
            paper.setPixmap(page)
            paper.setStyleSheet("background: white")
            paper.resize(page.size())
            self.take(paper, name)
            document.close()

    def calibrating(self, name: str) -> None:
        """Points of the plaza's floor, clicked to whole pixels."""
        (camera,) = demo().cameras
        rois = tuple(one.model_copy(update={"area_m2": None}) for one in camera.rois)
        bare = with_cameras(demo(), (camera.model_copy(update={"rois": rois}),))
        window, film = self.window(bare, (1440, 900), minutes=0.2)
        window.ground.open()
        dialog = window.findChild(GroundDialog)
        assert dialog is not None
        dialog.resize(1160, 720)
        self.settle(window, film)
        plaza = parse_scene(camera.source.removeprefix("synthetic:"))
        places = [(-6.0, 12.0), (6.0, 12.0), (6.0, 24.0), (-6.0, 24.0), (-2.0, 17.0)]
        pixels, _ = plaza.camera.project(np.column_stack([places, np.zeros(len(places))]))
        dialog.canvas.edited.emit(dialog.calibration.as_rectangle(False))
        for (x, y), place in zip(np.rint(pixels), places, strict=True):
            dialog.canvas.add(((x + 0.5) / plaza.width, (y + 0.5) / plaza.height))
            dialog.canvas.edited.emit(dialog.calibration.placed(len(dialog.calibration.corners) - 1, place))
        dialog.canvas.pointer = (0.36, 0.75)
        self.settle(window, film)
        self.take(dialog, name)
        dialog.reject()

    def adapted(self, name: str) -> None:
        """A count that is a third too low, and what takes that bias away, as ten other frames have it."""
        window, film = self.window(demo(), (1440, 900), minutes=0.0)
        camera, counters = demo().cameras[0], Biased(Counter(self.weights))
        kept = [checked(camera, 20.0 * i) for i in range(10)]
        off = [
            (len(one.check.heads), counters().count(frame).count, counters.right.count(frame).count)
            for one in (checked(camera, 20.0 * i + 10.0) for i in range(10))
            if (frame := one.frame) is not None
        ]
        dialog = AdaptDialog(
            window.bridge, camera, kept, history=None, counters=counters, child=AdaptChild(window),
            theme=THEMES["dark"], parent=window,
        )  # fmt: skip
        dialog.show()
        dialog._folder = tempfile.TemporaryDirectory(prefix="crowdmon-adapted-")
        self.held_out(Path(dialog._folder.name) / RUN, kept, (counters(), counters.right))
        dialog._told(Result(score(off, 1), score(off, 2), True, "adapted.safetensors", "factor", len(kept)))
        while not dialog.use.isVisible():
            self.settle(window, film)
        dialog.resize(980, 560)
        self.take(dialog, name)
        dialog.reject()

    @staticmethod
    def held_out(run: Path, kept: list[KeptCheck], counters: tuple[Counter, Counter]) -> None:
        """Write what the program that adapts writes of frames that it has not learned."""
        frames = [one.frame for one in kept if one.frame is not None]
        before, after = ([one.count(frame).people for frame in frames] for one in counters)
        names = [frame_name(number) for number in range(1, len(frames) + 1)]
        run.mkdir()
        np.savez_compressed(
            run / HELD_OUT, names=np.array(names), before=np.stack(before), after=np.stack(after)
        )

    def settle(self, window: MainWindow, film: Film) -> None:
        """Let what runs in the background end."""
        for _ in range(20):
            film.now += 0.01
            window.bridge.poll()
            QApplication.processEvents()
            time.sleep(0.02)

    def pictures(self) -> dict[str, Callable[[str], None]]:
        return {
            "window": self.main,
            "heads": self.heads,
            "inspector": self.inspector,
            "rule": self.rule,
            "history": self.history,
            "small": self.small,
            "large": self.large,
            "cameras": self.several,
            "wall": self.wall,
            "site-bar": self.site_bar,
            "alarms": self.alarms,
            "acknowledge": self.acknowledging,
            "light": self.light,
            "rois": self.rois,
            "reconnecting": self.lost,
            "first-run": self.first_run,
            "source": self.source,
            "webcam": self.webcam,
            "export": self.export,
            "daily": self.daily,
            "report": self.report,
            "ground": self.calibrating,
            "spot-check": self.spot_check,
            "adapted": self.adapted,
        }


@dataclass
class Biased:
    """Builds a counter that sees a third too few people, and with any other weights the right one."""

    right: Counter
    file: Path = Path("biased.safetensors")

    def __call__(self) -> Counter:
        weights = self.right.weights
        scale = 1.5 * weights.preprocess.density_scale
        return Counter(replace(weights, preprocess=replace(weights.preprocess, density_scale=scale)))

    def with_weights(self, path: Path) -> Counter:
        return self.right


def truth_of(camera: CameraConfig, film: Film) -> list[tuple[float, float]]:
    """The heads of the picture that was counted last, in fractions of it."""
    counted = film.cameras[camera.name].counted
    assert counted is not None
    assert counted.pts is not None
    scene = parse_scene(camera.source).render(counted.pts)
    height, width = scene.rgb.shape[:2]
    return [(float(x) / width, float(y) / height) for x, y in scene.heads]


def checked(camera: CameraConfig, t: float) -> KeptCheck:
    """Somebody who clicked every head of the picture of a time."""
    scene = parse_scene(camera.source).render(t)
    height, width = scene.rgb.shape[:2]
    heads = tuple((float(x) / width, float(y) / height) for x, y in scene.heads)
    check = SpotCheck(
        time=START + t, camera=camera.name, truth=len(heads), count=0.0, heads=heads, size=(width, height)
    )
    return KeptCheck(check, Frame(scene.rgb, camera=camera.name, time=START + t))


def score(off: list[tuple[int, float, float]], which: int) -> Score:
    """The error of one of two counts; each row has the truth first."""
    errors = [abs(row[which] - row[0]) for row in off]
    mae = sum(errors) / len(errors)
    spread = (sum((one - mae) ** 2 for one in errors) / (len(errors) - 1)) ** 0.5
    bias = sum(row[which] - row[0] for row in off) / len(off)
    return Score(mae, bias, 2.26 * spread / len(errors) ** 0.5)


def demo() -> AppConfig:
    """The configuration behind ``make run``."""
    return settings.load(resources.path("configs/demo.yaml"))


def measured(config: AppConfig, history: Path) -> AppConfig:
    """The demo with the floor of the plaza, levels, and a history."""
    camera = config.cameras[0]
    to_picture = np.diag([1 / 1280, 1 / 720, 1.0]) @ Plaza().homography
    points = []
    for metres in ((-5.0, 8.0), (5.0, 8.0), (6.0, 20.0), (-6.0, 20.0)):
        x, y, w = to_picture @ (*metres, 1.0)
        points.append({"at": [round(float(x / w), 4), round(float(y / w), 4)], "metres": list(metres)})
    more = {
        "ground": {"points": points},
        "rois_at": "heads",
        "levels": {"per_m2": {"amber": 0.12, "red": 0.25, "critical": 0.5}},
    }
    grounded = settings.validate(CameraConfig, {**camera.model_dump(exclude_none=True), **more}, where="demo")
    return AppConfig(cameras=(grounded,), record=RecordConfig(history=str(history)))


def alarmed(config: AppConfig) -> AppConfig:
    """The demo with two alarm rules, which its crowd breaks."""
    rules = [
        {
            "name": "foreground full",
            "of": {"camera": "plaza", "roi": "foreground"},
            "red": {"above": 11, "for": 4, "clear": 6},
        },
        {
            "name": "fountain busy",
            "of": {"camera": "plaza", "roi": "fountain"},
            "amber": {"above": 9, "for": 4, "clear": 5},
        },
    ]
    made = tuple(settings.validate(AlarmConfig, rule, where="alarmed") for rule in rules)
    return config.model_copy(update={"alarms": made})


def past(folder: Path, *, days: int, every: int = 300) -> Path:
    """Write a history: the true numbers of a plaza that fills by day, every 5 minutes or so many seconds."""
    path = folder / "history.db"
    view = SceneCamera(1280, 720)
    with HistoryFile(path) as history:
        for at in range(int(START) - days * 86_400, int(START) - every, every):
            hour = at / 3600 % 24
            busy = (
                6
                + 34 * math.exp(-(((hour - 12.6) / 2.2) ** 2))
                + 46 * math.exp(-(((hour - 18.4) / 1.9) ** 2))
            )
            if 3.0 < hour < 3.6:
                continue  # the camera is cleaned: a gap
            people = float(len(crowd(float(at % 40_000), people=round(busy), seed=1, camera=view).keys))
            rois = (
                RoiReading("frame", people),
                RoiReading("fountain", round(0.22 * people)),
                RoiReading("foreground", round(0.31 * people)),
            )
            history.write(Reading(float(at), "plaza", rois, frame=at))
    return path


def sixteen() -> AppConfig:
    """Sixteen synthetic cameras with levels, each with its own number of people."""
    people = {
        "North gate": 8, "South gate": 14, "Main stage left": 46, "Main stage right": 30,
        "Food court": 12, "Bridge": 20, "Platform 1": 70, "Platform 2": 16,
        "Stairs": 9, "Car park": 11, "Tram stop": 18, "Square": 36,
        "Fountain": 22, "Park": 6, "Exit A": 13, "Exit B": 10,
    }  # fmt: skip
    levels = {"people": {"amber": 25, "red": 40, "critical": 60}}
    return AppConfig(
        cameras=tuple(
            settings.validate(
                CameraConfig,
                {
                    "name": one,
                    "source": f"synthetic:plaza{'-night' if at % 3 == 1 else ''}?people={many}&seed={at}",
                    "levels": levels,
                },
                where="sixteen",
            )
            for at, (one, many) in enumerate(people.items())
        ),
        alarms=tuple(
            settings.validate(
                AlarmConfig,
                {
                    "name": f"{one} full",
                    "of": {"camera": one},
                    "red": {"above": 40},
                    "critical": {"above": 60},
                },
                where="sixteen",
            )
            for one in people
        ),
    )


def grouped() -> AppConfig:
    """Eight of the cameras in three groups, one of them with a rule."""
    members = {
        "Stages": (60, "Main stage left", "Main stage right"),
        "Gates and bridge": (80, "North gate", "South gate", "Bridge"),
        "Station": (90, "Platform 1", "Platform 2", "Stairs"),
    }
    values = {
        "cameras": [one.model_dump(exclude_none=True, by_alias=True) for one in sixteen().cameras[:9]],
        "groups": [
            {"name": name, "capacity": most, "members": [{"camera": one} for one in cameras]}
            for name, (most, *cameras) in members.items()
        ],
        "alarms": [{"name": "Station", "of": {"group": "Station"}, "amber": {"above": 50}}],
    }
    return settings.validate(AppConfig, values, where="grouped")


def several_rois() -> AppConfig:
    """Two cameras and their ROIs, so that there is something to choose from; nothing of them is counted."""
    night = CameraConfig(name="Plaza by night", source="synthetic:plaza-night?people=25&seed=3")
    return AppConfig(cameras=(*demo().cameras, night))


def use_a_ui_font() -> None:
    """Take the first of the usual fonts of desktops; without any font there is no text to show."""
    families = set(QFontDatabase.families())
    if not families:
        raise SystemExit("There is no font to write with. On Debian or Ubuntu: apt install fonts-inter")
    family = next((name for name in UI_FONTS if name in families), None)
    if family:
        QApplication.setFont(QFont(family))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which pictures; all of them by default")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--weights", type=Path, help="weights to count with; the bundled ones by default")
    parser.add_argument("--scale", default="1", help="pixels of the picture for one of the window")
    args = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = args.scale
    app = application()
    use_a_ui_font()
    studio = Studio(args.out, args.weights)
    pictures = studio.pictures()
    if unknown := [name for name in args.names if name not in pictures]:
        parser.error(f"no picture is named {unknown[0]}; there are {', '.join(pictures)}")
    for name in args.names or pictures:
        pictures[name](name)
        for window in app.topLevelWidgets():
            window.close()


if __name__ == "__main__":
    main()
