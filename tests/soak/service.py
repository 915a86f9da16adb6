"""A service for long, while broker, disk, clock, configuration and the size of a camera's pictures change.

The service is the real program in a process of its own. Its clock can be stepped from outside through a file,
for nobody may set the machine's clock here. The small disk is a tmpfs, which takes root to mount.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from crowdmon.sinks.history.query import HistoryReader
from tests.publish import peers
from tests.soak.report import slope

GOAL = 0.5
"""MB a minute that memory may grow once nothing is broken any more."""

HOLE = 8.0
"""Seconds without any row of a camera that is watched all the time: more is a hole in the history."""

QUIET = 0.6
"""Share of the time after which nothing is broken any more; memory is judged from there on, for a picture of
another size costs its share once."""

STEP = 90.0
"""Seconds that the clock is set ahead, and later back."""

DISK_MB = 24

PROGRAM = """
import os, sys
from crowdmon.engine import protocols
real, path, known = protocols.SystemClock.wall, sys.argv.pop(1), [0.0, 0.0]
def wall(self):
    changed = os.stat(path).st_mtime_ns
    if changed != known[0]:
        known[:] = changed, float(open(path).read() or known[1])
    return real(self) + known[1]
protocols.SystemClock.wall = wall
from crowdmon.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Found:
    """What a soak of the service found; everything in :attr:`trouble` is a failure."""

    seconds: float
    said: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    slope: float = 0.0
    memory: tuple[float, float] = (0.0, 0.0)
    descriptors: tuple[int, int] = (0, 0)
    rows: int = 0
    longest: float = 0.0
    ended: float = 0.0
    judged: bool = True

    @property
    def good(self) -> bool:
        """Whether all goals are met."""
        return not self.trouble and (self.slope < GOAL or not self.judged)

    def __str__(self) -> str:
        lines = [
            f"time             {self.seconds / 60:.1f} min",
            f"memory slope     {self.slope:.2f} MB/min after all that, goal {GOAL:g}",
            "memory           {:.0f} MB, at the end {:.0f} MB".format(*self.memory),
            "descriptors      {}, at the end {}".format(*self.descriptors),
            f"rows             {self.rows}, the longest hole {self.longest:.1f} s, goal {HOLE:g}",
            f"ended            {self.ended:.1f} s after SIGTERM",
        ]
        return "\n".join([*lines, *self.said, *(f"  TROUBLE {one}" for one in self.trouble)])


def run(*, seconds: float, number: int = 8, tell: Callable[[str], object] = lambda words: None) -> Found:
    """Watch ``number`` cameras with a service for ``seconds``, and break what it depends on one by one."""
    found = Found(seconds, judged=seconds >= 600.0)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        disk = stack.enter_context(_small_disk(folder, found))
        camera = stack.enter_context(_changing_camera())
        broker = stack.enter_context(peers.broker(folder)) if peers.MOSQUITTO else None
        site = _Site(folder, disk, number, camera.server_address[1], broker.port if broker else None)
        service = stack.enter_context(_service(site))
        _wait_for_rows(site, service)
        _break_things(site, service, broker, camera, found, tell)
        _end(service, found)
        _look_at_history(site, found, number)
        _look_at_broker(broker, found)
        log = (folder / "log").read_text()
        found.trouble += [
            line for line in log.splitlines() if "Traceback" in line or "fault in crowdmon" in line
        ]
    return found


class _Site:
    """The files of a service."""

    def __init__(self, folder: Path, disk: Path, number: int, web: int, mqtt: int | None) -> None:
        self.folder, self.history = folder, disk / "history.sqlite"
        self.disk = disk
        self.config, self.clock, self.log = folder / "site.yaml", folder / "clock", folder / "log"
        self._number, self._web, self._mqtt = number, web, mqtt
        self.clock.write_text("0")
        self.write()

    def write(self, *, more: str = "") -> None:
        """Write the configuration, with further cameras if given."""
        cameras = [
            f"- {{name: camera {k}, rate: 1, "
            f"source: 'synthetic:plaza?people=20&seed={k}&width=320&height=192&fps=5'}}"
            for k in range(self._number)
        ]
        cameras.append(f"- {{name: web, rate: 1, source: 'http://127.0.0.1:{self._web}/live.mjpg'}}")
        publish = f"publish: {{mqtt: {{broker: 'mqtt://127.0.0.1:{self._mqtt}'}}}}" if self._mqtt else ""
        lines = [
            "cameras:",
            *cameras,
            *([more] if more else []),
            f"record: {{history: {self.history}}}",
            publish,
        ]
        self.config.write_text("\n".join(lines) + "\n")


@contextlib.contextmanager
def _service(site: _Site) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", PROGRAM, str(site.clock), "watch", "--config", str(site.config)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(site.folder)}
    run = subprocess.Popen([*command, "--log", str(site.log)], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield run
    finally:
        run.kill()
        run.wait(10)


@contextlib.contextmanager
def _small_disk(folder: Path, found: Found) -> Iterator[Path]:
    disk = folder / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    made = (
        mount is not None
        and not subprocess.run(
            [mount, "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)],
            check=False,
            capture_output=True,
        ).returncode
    )
    if not made:
        found.said.append("full disk        not tried: no small disk can be mounted without root")
    try:
        yield disk
    finally:
        if made:
            subprocess.run(["umount", "-l", str(disk)], check=False)


@contextlib.contextmanager
def _changing_camera() -> Iterator[ThreadingHTTPServer]:
    """Serve motion JPEG; ``size`` of the server is the size of its pictures."""
    import cv2

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
            self.end_headers()
            random = np.random.default_rng(1)
            with contextlib.suppress(OSError):
                while not self.server.over:  # type: ignore[attr-defined]
                    width, height = self.server.size  # type: ignore[attr-defined]
                    picture = random.integers(0, 255, (height, width, 3), np.uint8)
                    _, raw = cv2.imencode(".jpg", cv2.GaussianBlur(picture, (0, 0), 3))
                    out = io.BytesIO()
                    out.write(b"--next\r\nContent-Type: image/jpeg\r\n")
                    out.write(f"Content-Length: {len(raw)}\r\n\r\n".encode())
                    out.write(raw.tobytes() + b"\r\n")
                    self.wfile.write(out.getvalue())
                    time.sleep(0.2)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.size, server.over = (320, 192), False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    try:
        yield server
    finally:
        server.over = True  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
        server.server_close()


def _wait_for_rows(site: _Site, service: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 180.0
    while True:
        with contextlib.suppress(Exception), HistoryReader(site.history) as history:
            if len(history.cameras()) >= 2:
                return
        if service.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the service did not start: {site.log.read_text()[-2000:]}")
        time.sleep(0.2)


def _break_things(
    site: _Site,
    service: subprocess.Popen[bytes],
    broker: peers.Broker | None,
    camera: ThreadingHTTPServer,
    found: Found,
    tell: Callable[[str], object],
) -> None:
    """Do one thing after the other at its share of the time, and measure meanwhile."""
    filler = site.disk / "filler"
    mounted = os.path.ismount(site.disk)

    def invalid() -> None:
        site.config.write_text("cameras: [{name: camera 0}]\n")
        service.send_signal(signal.SIGHUP)

    def valid(more: str) -> None:
        site.write(more=more)
        service.send_signal(signal.SIGHUP)

    plan: list[tuple[float, str, Callable[[], object]]] = [
        (0.06, "the broker ends", lambda: broker and broker.stop()),
        (0.12, "the broker returns", lambda: broker and broker.start()),
        (0.16, "the disk is full", lambda: mounted and _fill(filler)),
        (0.26, "the disk has room", lambda: filler.unlink(missing_ok=True)),
        (0.30, "a camera sends larger pictures", lambda: setattr(camera, "size", (640, 384))),
        (0.34, "a configuration that is not valid", invalid),
        (0.38, "one more camera", lambda: valid("- {name: extra, rate: 1, source: 'synthetic:empty'}")),
        (0.44, "one camera less", lambda: valid("")),
        (0.48, "the clock is set ahead", lambda: site.clock.write_text(str(STEP))),
        (0.54, "the clock is set back", lambda: site.clock.write_text("0")),
    ]
    start = time.monotonic()
    samples: list[tuple[float, float]] = []
    before = _descriptors(service.pid)
    while (now := time.monotonic() - start) < found.seconds:
        while plan and now >= plan[0][0] * found.seconds:
            _, what, action = plan.pop(0)
            tell(f"{now / 60:.1f} min: {what}\n")
            action()
        if service.poll() is not None:
            found.trouble.append(
                f"the service ended by itself after {now:.0f} s, status {service.returncode}"
            )
            return
        if now >= QUIET * found.seconds:
            samples.append((now, _resident(service.pid)))
        time.sleep(0.5)
    found.slope, found.memory = slope(samples), (samples[0][1], samples[-1][1])
    found.descriptors = before, _descriptors(service.pid)
    if found.descriptors[1] > before + 4:
        found.trouble.append("descriptors were added")


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65536)


def _resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _end(service: subprocess.Popen[bytes], found: Found) -> None:
    began = time.monotonic()
    service.send_signal(signal.SIGTERM)
    try:
        code = service.wait(30)
    except subprocess.TimeoutExpired:
        found.trouble.append("it did not end within 30 s")
        return
    found.ended = time.monotonic() - began
    if code != 0 or found.ended > 6.0:
        found.trouble.append(f"it ended with status {code} after {found.ended:.1f} s")


def _look_at_history(site: _Site, found: Found, number: int) -> None:
    with contextlib.closing(sqlite3.connect(site.history)) as history:
        (verdict,) = history.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            found.trouble.append(f"the history is damaged: {verdict}")
    with HistoryReader(site.history) as history:
        times: dict[str, list[float]] = {}
        for reading in history.readings():  # in the order of recording, whatever the clock said
            times.setdefault(reading.camera, []).append(reading.time)
        kinds = [event.kind for event in history.events()]
    found.rows = sum(map(len, times.values()))
    first = min(min(of) for of in times.values())
    for name in (f"camera {k}" for k in range(number)):
        steps = np.diff(times.get(name, [0.0, HOLE * 100]))
        # A step of the clock is no hole, to whichever side; what is left of it is.
        holes = [min(step, abs(step - STEP)) for step in steps]
        found.longest = max([found.longest, *holes])
        if max(holes, default=0.0) > HOLE:
            after = times[name][int(np.argmax(holes))] - first
            found.trouble.append(
                f"{name}: {max(holes):.0f} s without a row, {after:.0f} s after the first row"
            )
    if os.path.ismount(site.disk) and "recording-failed" not in kinds:
        found.trouble.append("the full disk is not among the events")
    for kind in ("resized",):
        if kind not in kinds:
            found.trouble.append(f"no event '{kind}'")
    if "extra" not in times:
        found.trouble.append("the camera of the reload was not recorded")


def _look_at_broker(broker: peers.Broker | None, found: Found) -> None:
    if broker is None:
        found.said.append("broker           not tried: the Debian package mosquitto is missing")
        return
    with peers.listener(broker.port) as late:
        end = time.monotonic() + 10.0
        while not late.topic("crowdmon/status") and time.monotonic() < end:
            time.sleep(0.1)
        if late.topic("crowdmon/status") != ["offline"]:
            found.trouble.append(f"the broker's status is {late.topic('crowdmon/status')}")
