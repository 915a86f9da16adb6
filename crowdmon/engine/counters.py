"""One counter for each distinct file of weights; the counting thread owns them all."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from crowdmon.config import CameraConfig
from crowdmon.engine.background import BackgroundTask, Job
from crowdmon.engine.camera import Camera
from crowdmon.engine.protocols import CounterFactory, CounterLike, ManyWeights
from crowdmon.errors import CountingError
from crowdmon.values import CameraState

_log = logging.getLogger(__name__)

Key = tuple[str, int, int]
"""A file: where it really is, when it was written, and its size."""

Load = Callable[[Job], BackgroundTask]
"""Does a job in another thread."""


class Counters:
    """Builds counters when they are first needed, shares them, and lets go of those that nobody needs.

    For one thread: the usual counter is built in, and all are used from, the thread that owns the device.
    """

    def __init__(self, factory: CounterFactory, *, load: Load | None = None) -> None:
        """Nothing is built yet.

        Args:
            factory: builds the counter of all cameras without weights of their own.
            load: does the work of loading weights elsewhere, so that no other camera waits for it; it is done
                when it is needed if None.
        """
        self._factory, self._elsewhere = factory, load
        self._loading: dict[Key, BackgroundTask] = {}
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
        if self._loading:
            self._drop_unwanted(there)
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

    def ready(self, camera: Camera) -> bool:
        """Whether a picture of a camera can be counted now; if not, its weights are being loaded.

        A camera goes on with what has counted it so far. A picture that stands still waits, because it is
        counted once.
        """
        weights, (chosen, _) = weights_file(camera.config), self._chosen.get(camera, (None, None))
        if self._elsewhere is None or weights is None or camera.config.weights == chosen:
            return True
        key = _key(weights)
        if key in self._own or _same(weights, self._factory):
            return True
        if key not in self._loading:
            factory = self._factory
            self._loading[key] = self._elsewhere(lambda _task: with_weights(factory, weights))
        return self._loading[key].done.is_set() or self._goes_on(camera)

    def _goes_on(self, camera: Camera) -> bool:
        return camera in self._chosen and camera.connection.state.state is not CameraState.PAUSED

    def of(self, camera: Camera) -> CounterLike:
        """Return the counter of a camera; its weights are loaded when they are new.

        A camera whose weights are still being loaded has the counter that it had before.

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
            task = self._loading.get(key)
            if task is not None and not task.done.is_set() and self._goes_on(camera):
                _, before = self._chosen[camera]
                return self._own[before] if before is not None else self._default or self.build()
            counter = self._own.get(key) or self._load(weights, key)
            self._own[key] = counter
        self._chosen[camera] = (camera.config.weights, key)
        self._let_go()
        return counter

    def _load(self, path: Path, key: Key) -> CounterLike:
        task = self._loading.pop(key, None)
        if task is not None and task.error is not None:
            raise task.error
        counter: CounterLike | None = None if task is None else task.result
        if counter is None:
            counter = with_weights(self._factory, path)
        _log.info("counting with %s as well", path)
        return counter

    def _let_go(self) -> None:
        used = {key for _, key in self._chosen.values()}
        self._own = {key: counter for key, counter in self._own.items() if key in used}

    def _drop_unwanted(self, cameras: Iterable[Camera]) -> None:
        """Forget what was loaded for a camera that has other weights by now, or is gone."""
        wanted = {_key(file) for one in cameras if (file := weights_file(one.config)) is not None}
        self._loading = {
            key: task for key, task in self._loading.items() if key in wanted or not task.done.is_set()
        }


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
