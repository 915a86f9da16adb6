"""One counter for each distinct file of weights; the counting thread owns them all."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from crowdmon.config import CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.protocols import CounterFactory, CounterLike, ManyWeights
from crowdmon.errors import CountingError

_log = logging.getLogger(__name__)

Key = tuple[str, int, int]
"""A file: where it really is, when it was written, and its size."""


class Counters:
    """Builds counters when they are first needed, shares them, and lets go of those that nobody needs.

    For one thread: a counter is built in, and used from, the thread that owns the device.
    """

    def __init__(self, factory: CounterFactory) -> None:
        """``factory`` builds the counter of all cameras without weights of their own."""
        self._factory = factory
        self._default: CounterLike | None = None
        self._own: dict[Key, CounterLike] = {}
        self._chosen: dict[Camera, tuple[str | None, Key | None]] = {}

    def build(self) -> CounterLike:
        """Build the usual counter; this may take seconds."""
        self._default = self._factory()
        return self._default

    @property
    def built(self) -> bool:
        """Whether the usual counter is there."""
        return self._default is not None

    def keep(self, cameras: Iterable[Camera]) -> None:
        """Let go of the counters that none of these cameras needs any more."""
        there = set(cameras)
        if there == self._chosen.keys():
            return
        self._chosen = {one: chosen for one, chosen in self._chosen.items() if one in there}
        self._let_go()

    def known(self, camera: Camera) -> CounterLike | None:
        """Return the counter of a camera if it was chosen already; nothing is loaded."""
        weights, key = self._chosen.get(camera, (None, None))
        if camera.config.weights != weights:
            return None
        return self._default if key is None else self._own.get(key)

    def of(self, camera: Camera) -> CounterLike:
        """Return the counter of a camera; its weights are loaded when they are new.

        Raises:
            WeightsError, CountingError: its weights cannot be loaded.
        """
        if (found := self.known(camera)) is not None and camera in self._chosen:
            return found
        weights = weights_file(camera.config)
        if weights is None or _same(weights, self._factory):
            key, counter = None, self._default or self.build()
        else:
            key = _key(weights)
            counter = self._own.get(key) or self._load(weights)
            self._own[key] = counter
        self._chosen[camera] = (camera.config.weights, key)
        self._let_go()
        return counter

    def _load(self, path: Path) -> CounterLike:
        counter = with_weights(self._factory, path)
        _log.info("counting with %s as well", path)
        return counter

    def _let_go(self) -> None:
        used = {key for _, key in self._chosen.values()}
        self._own = {key: counter for key, counter in self._own.items() if key in used}


def weights_file(camera: CameraConfig) -> Path | None:
    """Return the weights file of a camera; None for the usual weights."""
    return None if camera.weights is None else Path(camera.weights).expanduser()


def with_weights(factory: CounterFactory, path: Path) -> CounterLike:
    """Build a counter with another file of weights.

    Raises:
        WeightsError: the file is missing or cannot be used.
        CountingError: what counts here knows one file of weights only.
    """
    if not isinstance(factory, ManyWeights):
        raise CountingError(f"{path} cannot be loaded: what counts here has weights of its own")
    return factory.with_weights(path)


def counter_for(factory: CounterFactory, camera: CameraConfig) -> CounterLike:
    """Build the counter of one camera; raises as :func:`with_weights`."""
    path = weights_file(camera)
    return factory() if path is None else with_weights(factory, path)


class BuiltOnce:
    """A factory that builds each counter when it is first asked for, and gives the same one ever after."""

    def __init__(self, factory: CounterFactory) -> None:
        self._factory = factory
        self._made: dict[Path | None, CounterLike] = {}

    @property
    def file(self) -> Path:
        """The usual weights file."""
        return self._factory.file if isinstance(self._factory, ManyWeights) else Path()

    def __call__(self) -> CounterLike:
        """Return the usual counter."""
        if None not in self._made:
            self._made[None] = self._factory()
        return self._made[None]

    def with_weights(self, path: Path) -> CounterLike:
        """Return the counter with the weights in a file; raises as :func:`with_weights`."""
        if path not in self._made:
            self._made[path] = with_weights(self._factory, path)
        return self._made[path]


def _key(path: Path) -> Key:
    real = os.path.realpath(path)
    try:
        found = os.stat(real)  # noqa: PTH116 - the path is text already
    except (OSError, ValueError):
        return real, 0, 0  # loading it says what is wrong
    return real, found.st_mtime_ns, found.st_size


def _same(path: Path, factory: CounterFactory) -> bool:
    """Whether a camera's own weights are the usual ones."""
    usual = factory.file if isinstance(factory, ManyWeights) else None
    return usual is not None and os.path.realpath(path) == os.path.realpath(usual)
