"""A window's side of a service: an engine with the same verbs, that runs in another process."""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import socket
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crowdmon import __version__, errors
from crowdmon.config import AppConfig
from crowdmon.config.files import dump, parse
from crowdmon.engine import attach, wire
from crowdmon.engine.agreed import Agreed
from crowdmon.engine.memory import BOUND
from crowdmon.engine.ring import SECONDS, VIEW_RATE, ViewRing, within
from crowdmon.engine.serving import AGAIN_BY_HAND, LARGE, OTHER, key_of, merged
from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.errors import CrowdmonError, SourceError
from crowdmon.facts import Event, Fact, SpotCheck
from crowdmon.values import CameraState, Reading

POLL = 0.03
"""Seconds between two questions, as often as the window looks."""

AGAIN = 1.0
"""Seconds until a service that does not answer is asked again."""

_ANSWER = 5.0


class RemoteMonitor:
    """Shows what a service shows.

    All methods may be called from any thread; none but :meth:`query`, :meth:`acknowledge` and
    :meth:`record` waits for the service.
    """

    def __init__(self, place: Path) -> None:
        """Ask the service once for its configuration.

        Raises:
            SourceError: no service of this user answers at ``place``, or one of another version.
        """
        self._place = place
        self._calls: queue.SimpleQueue[dict[str, object]] = queue.SimpleQueue()
        self._views: dict[str, tuple[tuple[int, int], float]] = {}
        self._rings: dict[str, ViewRing] = {}
        self._facts: deque[tuple[int, Fact]] = deque(maxlen=BOUND)
        self._shown = Snapshot(time=time.time())
        self._lost_since: float | None = None
        self._offset = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._why = ""
        hello = self._once("hello")
        self.pid, self._agreed = _known(hello), Agreed(str(hello.get("edition")))
        self.folder = Path(hello["folder"])
        """From where the service reads names of files that are not absolute."""
        self.config: AppConfig = parse(hello["config"], where="the service")
        """What the window shows."""
        self.thread = threading.Thread(target=self._run, name="service", daemon=True)

    def start(self) -> None:
        """Ask from now on; the service itself runs already."""
        self.thread.start()

    def stop(self, timeout: float = 6.0) -> bool:
        """Ask no more. The service goes on."""
        self._stop.set()
        if self.thread.ident is not None:
            self.thread.join(timeout)
        return not self.thread.is_alive()

    def snapshot(self, after: int = 0) -> Snapshot:
        """Return what the service showed last, with the facts above ``after``."""
        with self._lock:
            shown, lost, why, refused = self._shown, self._lost_since, self._why, self._agreed.refused
            facts = tuple(fact for number, fact in self._facts if number > after)
        error = "; ".join(filter(None, [refused, shown.error]))
        shown = dataclasses.replace(shown, facts=facts, error=error)
        return shown if lost is None else _stale(shown, lost, why)

    def apply(self, config: AppConfig) -> None:
        """Give the service another configuration. That it does not take it is said in the snapshot."""
        self.config = config
        self._call("apply", config=dump(config), based=self._agreed.based())

    def news(self) -> AppConfig | None:
        """Return what the service got from a file or another window, once; None if there is no such thing.

        The window is to show it from now on: a change that is based on what it showed before is refused.
        """
        config = self._agreed.news()
        if config is not None:
            self._follow(config)
        return config

    def _follow(self, config: AppConfig) -> None:
        """Forget the pictures of cameras that are gone or are others now."""
        before, self.config = {one.name: one.source for one in self.config.cameras}, config
        now = {one.name: one.source for one in config.cameras}
        with self._lock:
            for name in [name for name in self._rings if now.get(name) != before.get(name)]:
                self._rings[name].clear()
            self._views = {name: size for name, size in self._views.items() if name in now}

    def restart(self, camera: str) -> None:
        """Start one camera over."""
        self._call("restart", camera=camera)

    def view(
        self, camera: str, size: tuple[int, int] | None, *, keep: float = 0.0, rate: float = VIEW_RATE
    ) -> None:
        """Ask for a camera's pictures, or no more; those of ``keep`` seconds are kept here."""
        with self._lock:
            ring = self._rings.setdefault(camera, ViewRing())
            ring.seconds = min(keep, SECONDS)
            if size is None:
                ring.clear()
                self._views.pop(camera, None)
            else:
                size = within(size) if keep else size
                self._views[camera] = size, rate
        self._call("view", camera=camera, size=size, rate=rate)

    def pause(self, camera: str) -> None:
        """Let a recording stand still."""
        self._call("pause", camera=camera)

    def resume(self, camera: str) -> None:
        """Let a recording play on."""
        self._call("resume", camera=camera)

    def seek(self, camera: str, pts: float) -> None:
        """Go to ``pts`` media seconds of a recording."""
        self._call("seek", camera=camera, pts=pts)

    def step(self, camera: str, by: int = 1) -> None:
        """Stand still at another picture of a recording."""
        self._call("step", camera=camera, by=by)

    def query(self, since: float, until: float) -> list[Reading]:
        """Return readings of a time; waits for the service. Raises SourceError if it does not answer."""
        return list(self._once("query", since=since, until=until))

    def acknowledge(self, alarm: str, *, who: str, note: str = "") -> bool:
        """Note that somebody has seen an alarm; waits for the service, and raises what it raises."""
        return bool(self._once("acknowledge", alarm=alarm, who=who, note=note))

    def hear(self, event: Event) -> None:
        """Tell the service of an acknowledgement that another program wrote to the same history."""
        self._call("hear", event=event)

    def record(self, fact: SpotCheck | Event) -> None:
        """Have the service record what a person did; waits for it, and raises what it raises."""
        self._once("record", check=fact)

    def _call(self, verb: str, **words: object) -> None:
        self._calls.put({"verb": verb, **words})

    def _once(self, verb: str, **words: object) -> Any:
        connection = attach.connected(self._place, timeout=_ANSWER)
        if connection is None:
            raise SourceError("no service answers", "Start it with crowdmon watch")
        with contextlib.closing(connection):
            try:
                return _asked(connection, {"verb": verb, **words})
            except CrowdmonError:
                raise  # what the service says; some of these are OSErrors too
            except OSError as error:
                raise SourceError(f"the service does not answer ({error})", "Start it again") from error

    def _run(self) -> None:
        while not self._stop.is_set():
            connection = attach.connected(self._place, timeout=_ANSWER)
            if connection is not None:
                with contextlib.closing(connection):
                    try:
                        self._talk(connection)
                    except (OSError, CrowdmonError) as error:
                        self._why = str(error) if isinstance(error, VersionError) else ""
            with self._lock:
                if self._lost_since is None:
                    self._lost_since = time.time()
            self._stop.wait(AGAIN)

    def _talk(self, connection: socket.socket) -> None:
        # A service that was started again numbers its facts from 1, and knows nothing of our wishes.
        hello = _asked(connection, {"verb": "hello"})
        pid = _known(hello)
        self._heed(connection, hello.get("edition"))
        with self._lock:
            views, known = dict(self._views), self._shown.number
            if pid != self.pid:
                self.pid, self._offset = pid, known
            number, before = known - self._offset, None
        for camera, (size, rate) in views.items():
            _asked(connection, {"verb": "view", "camera": camera, "size": size, "rate": rate})
        while not self._stop.wait(POLL):
            while True:
                try:
                    call = self._calls.get_nowait()
                except queue.Empty:
                    break
                self._ask(connection, call)
            answer = _asked(connection, {"verb": "snapshot", "after": number, "have": _keys(before)})
            before = merged(answer["snapshot"], answer["same"], before)
            # First, so that nobody sees other cameras without the configuration that they are from.
            self._heed(connection, answer["edition"])
            self._take(before)
            number = before.number

    def _ask(self, connection: socket.socket, call: dict[str, Any]) -> None:
        """Pass on what the window wants; what the service says to a configuration is shown."""
        if call["verb"] != "apply":
            with contextlib.suppress(CrowdmonError):
                _asked(connection, call)
            return
        based = int(call["based"])
        if (edition := self._agreed.edition(based)) is None:
            self._agreed.refuse(f"{OTHER}. {AGAIN_BY_HAND}", late=True)
            return
        try:
            answer = _asked(connection, {"verb": "apply", "config": call["config"], "edition": edition})
        except CrowdmonError as error:
            self._agreed.refuse(str(error), late=error.message == OTHER)
        else:
            self._agreed.accept(based, str(answer))

    def _heed(self, connection: socket.socket, edition: object) -> None:
        """Offer the window what somebody else gave the service."""
        if self._agreed.lacks(str(edition)):
            hello = _asked(connection, {"verb": "hello"})
            self._agreed.offer(str(hello["edition"]), parse(hello["config"], where="the service"))

    def _take(self, shown: Snapshot) -> None:
        with self._lock:
            # Numbers go on for the window, whatever a new service begins with.
            last = shown.number + self._offset
            self._facts.extend(enumerate(shown.facts, last - len(shown.facts) + 1))
            cameras = {name: self._kept(name, camera) for name, camera in shown.cameras.items()}
            self._shown = dataclasses.replace(shown, cameras=cameras, number=last, facts=())
            self._lost_since = None

    def _kept(self, name: str, camera: CameraSnapshot) -> CameraSnapshot:
        """Return a camera with its pictures of the last moment."""
        ring = self._rings.get(name)
        if ring is None or name not in self._views:
            return camera
        if camera.view is not None and ring.peek() is not camera.view:
            ring.put(camera.view)
        return dataclasses.replace(camera, pictures=ring.pictures())


class VersionError(SourceError):
    """The service is another version of crowdmon."""


def _known(hello: Mapping[str, Any]) -> int:
    """Return the process number of a service. Raises VersionError if it is another version."""
    version = str(hello.get("version"))
    if version != __version__:
        raise VersionError(
            f"the service is crowdmon {version}, this is {__version__}",
            "Start the service again with this version",
        )
    return int(hello["pid"])


def _asked(connection: socket.socket, words: Mapping[str, object]) -> Any:
    attach.send(connection, wire.pack(dict(words)))
    raw = attach.receive(connection)
    if raw is None:
        raise SourceError("the service has ended", "Start it again with crowdmon watch")
    answer = wire.unpack(raw)
    if "error" in answer:
        kind = getattr(errors, str(answer["error"]), CrowdmonError)
        known = isinstance(kind, type) and issubclass(kind, CrowdmonError)
        raise (kind if known else CrowdmonError)(answer["message"], answer["hint"])
    return answer["answer"]


def _keys(shown: Snapshot | None) -> dict[str, dict[str, object]]:
    if shown is None:
        return {}
    return {
        name: {field: key_of(camera, field) for field in LARGE if getattr(camera, field) is not None}
        for name, camera in shown.cameras.items()
    }


def _stale(shown: Snapshot, since: float, why: str) -> Snapshot:
    """Return the last snapshot as what it is by now: old."""
    cameras = {
        name: dataclasses.replace(
            camera,
            status=dataclasses.replace(
                camera.status, state=CameraState.STALE, message="The service does not answer", since=since
            ),
        )
        for name, camera in shown.cameras.items()
    }
    error = why or "the service does not answer, it is asked again every second"
    return dataclasses.replace(shown, cameras=cameras, error=error)
