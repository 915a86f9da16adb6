"""The service's side of an attached window: it answers the same verbs as the engine in one process."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crowdmon import __version__
from crowdmon.config import AppConfig
from crowdmon.config.files import dump, parse
from crowdmon.engine import attach, wire
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.ring import VIEW_RATE
from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.errors import ConfigError, CrowdmonError, describe

_log = logging.getLogger(__name__)

LARGE = ("view", "density", "counted")
"""Fields of a camera's snapshot that are sent only if the window does not have them yet."""

OTHER = "the service has another configuration by now, from a file or another window"

AGAIN_BY_HAND = "The window shows that one now: make the change again"

_ACCEPT = 0.5
_SILENT = 60.0
"""Seconds after which a window that asks nothing is let go."""


class Serving:
    """Listens for windows, and answers each in a thread of its own."""

    def __init__(self, monitor: Monitor, config: Callable[[], AppConfig], place: Path) -> None:
        """Listen at ``place``; nothing is answered before :meth:`start`.

        Args:
            monitor: the engine.
            config: returns the configuration in use.
            place: of the socket; see :func:`attach.place_of`.

        Raises:
            CrowdmonError: see :func:`attach.listen`.
        """
        self._monitor, self._config, self._place = monitor, config, place
        self._socket = attach.listen(place)
        self._socket.settimeout(_ACCEPT)
        self._stop = threading.Event()
        self._sizes: dict[tuple[int, str], tuple[int, int]] = {}
        self._rates: dict[tuple[int, str], float] = {}
        self._lock, self._applying = threading.Lock(), threading.Lock()
        self._written: tuple[AppConfig, str, str] | None = None
        self.apply: Callable[[AppConfig], None] = monitor.apply
        self.thread = threading.Thread(target=self._run, name="attach", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self.thread.start()

    def stop(self) -> None:
        """Let every window go, and take the socket away."""
        self._stop.set()
        if self.thread.ident is not None:
            self.thread.join(2 * _ACCEPT)
        self._socket.close()
        self._place.unlink(missing_ok=True)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:  # closed
                return
            if not attach.same_user(connection):
                _log.warning("a window of another user was turned away")
                connection.close()
                continue
            number += 1
            threading.Thread(
                target=self._answer, args=(connection, number), name=f"window {number}", daemon=True
            ).start()

    def _answer(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(_SILENT)
        with contextlib.closing(connection), contextlib.suppress(OSError, CrowdmonError):
            while not self._stop.is_set() and (raw := attach.receive(connection)) is not None:
                attach.send(connection, self._reply(wire.unpack(raw), number))
        self._forget(number)

    def _reply(self, asked: Any, number: int) -> bytes:
        verb = asked.get("verb") if isinstance(asked, dict) else None
        try:
            answer = self._verbs()[str(verb)](asked, number)
        except CrowdmonError as error:
            return wire.pack({"error": type(error).__name__, "message": error.message, "hint": error.hint})
        except Exception as error:  # noqa: BLE001 - a window must not end the service
            _log.warning("a window asked for %s: %s", verb, describe(error))
            return wire.pack({"error": "CrowdmonError", "message": describe(error), "hint": ""})
        return wire.pack({"answer": answer})

    def _verbs(self) -> Mapping[str, Callable[[dict[str, Any], int], object]]:
        monitor = self._monitor
        return {
            "hello": lambda _asked, _number: self._hello(),
            "snapshot": lambda asked, _number: self._snapshot(int(asked["after"]), asked["have"]),
            "apply": lambda asked, _number: self._apply(asked["config"], asked["edition"]),
            "restart": lambda asked, _number: monitor.restart(asked["camera"]),
            "view": lambda asked, number: self._view(asked, number),
            "pause": lambda asked, _number: monitor.pause(asked["camera"]),
            "resume": lambda asked, _number: monitor.resume(asked["camera"]),
            "seek": lambda asked, _number: monitor.seek(asked["camera"], float(asked["pts"])),
            "step": lambda asked, _number: monitor.step(asked["camera"], int(asked["by"])),
            "query": lambda asked, _number: monitor.query(float(asked["since"]), float(asked["until"])),
            "acknowledge": lambda asked, _number: monitor.acknowledge(
                asked["alarm"], who=asked["who"], note=asked["note"]
            ),
            "record": lambda asked, _number: monitor.record(asked["check"]),
            "hear": lambda asked, _number: monitor.hear(asked["event"]),
        }

    def _hello(self) -> dict[str, object]:
        text, edition = self._text()
        return {
            "version": __version__,
            "pid": os.getpid(),
            "folder": str(Path.cwd()),
            "config": text,
            "edition": edition,
        }

    def _snapshot(self, after: int, have: Mapping[str, Any]) -> dict[str, object]:
        shown = self._monitor.snapshot(after)
        cameras, same = {}, {}
        for name, camera in shown.cameras.items():
            theirs = have.get(name) or {}
            same[name] = [field for field in LARGE if key_of(camera, field) == theirs.get(field, ())]
            without: dict[str, Any] = dict.fromkeys(same[name])
            # The window keeps the pictures of the last second itself.
            cameras[name] = dataclasses.replace(camera, pictures=(), **without)
        shown = dataclasses.replace(shown, cameras=cameras)
        return {"snapshot": shown, "same": same, "edition": self._edition()}

    def _edition(self) -> str:
        """Return what tells the configuration in use from every other; a window asks for one it lacks."""
        return self._text()[1]

    def _text(self) -> tuple[str, str]:
        """Return the configuration in use as text, and its edition, which is asked for with each snapshot."""
        config, known = self._config(), self._written
        if known is None or known[0] is not config:
            text = dump(config)
            edition = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            self._written = known = (config, text, edition)
        return known[1:]

    def _apply(self, text: str, edition: str) -> str:
        """Take a window's configuration, if it was made from the one in use; return its edition."""
        with self._applying:
            if edition != self._edition():
                raise ConfigError(OTHER, AGAIN_BY_HAND)
            self.apply(parse(text, where="the window"))
            return self._edition()

    def _view(self, asked: Mapping[str, Any], number: int) -> None:
        """Ask for pictures of the size, and as many, as the most demanding window wants."""
        camera, size = asked["camera"], asked["size"]
        with self._lock:
            self._sizes.pop((number, camera), None)
            self._rates.pop((number, camera), None)
            if size is not None:
                self._sizes[number, camera] = (int(size[0]), int(size[1]))
                self._rates[number, camera] = float(asked.get("rate", VIEW_RATE))
            self._look(camera)

    def _look(self, camera: str) -> None:
        rates = [rate for (_number, name), rate in self._rates.items() if name == camera]
        self._monitor.view(camera, self._largest(camera), rate=max(rates, default=VIEW_RATE))

    def _forget(self, number: int) -> None:
        with self._lock:
            for key in [key for key in self._sizes if key[0] == number]:
                del self._sizes[key]
                self._rates.pop(key, None)
                self._look(key[1])

    def _largest(self, camera: str) -> tuple[int, int] | None:
        wanted = [size for (_, name), size in self._sizes.items() if name == camera]
        return (max(w for w, _ in wanted), max(h for _, h in wanted)) if wanted else None


def key_of(camera: CameraSnapshot, field: str) -> tuple[object, ...] | None:
    """Return what tells one large value from the next; None if there is none."""
    value = getattr(camera, field)
    if value is None:
        return None
    shape = value.people.shape if field == "density" else value.rgb.shape
    return (value.index, value.time, *shape)


def merged(got: Snapshot, same: Mapping[str, Any], before: Snapshot | None) -> Snapshot:
    """Return a snapshot with the large values that were not sent again."""
    cameras = {
        name: dataclasses.replace(
            camera, **{field: getattr(before.cameras[name], field) for field in same.get(name, ())}
        )
        if before is not None and same.get(name) and name in before.cameras
        else camera
        for name, camera in got.cameras.items()
    }
    return dataclasses.replace(got, cameras=cameras)
