"""What the engine needs of others, so that tests and later rooms can stand in for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from crowdmon.capture.source import Source
from crowdmon.values import DensityMap, Frame


class CounterLike(Protocol):
    """Counts people; built in, and used from, one thread."""

    @property
    def name(self) -> str:
        """The name of the weights."""
        ...

    @property
    def device(self) -> str:
        """Where it counts, for people."""
        ...

    def count(self, frame: Frame) -> DensityMap:
        """Count one frame; any exception means that this frame could not be counted."""
        ...


CounterFactory = Callable[[], CounterLike]


@runtime_checkable
class ManyWeights(Protocol):
    """A :data:`CounterFactory` that can also build counters with other weights, for single cameras."""

    @property
    def file(self) -> Path:
        """The usual weights file."""
        ...

    def with_weights(self, path: Path) -> CounterLike:
        """Build a counter with the weights in a file; WeightsError if it cannot be used."""
        ...


class Sources(Protocol):
    """The way to pictures."""

    def live(self, uri: str) -> bool:
        """Whether a loss of this source is to be followed by a new attempt; ConfigError if unknown."""
        ...

    def open(
        self, uri: str, *, within: float, timeout: float, stopped: Callable[[], bool] | None = None
    ) -> Source:
        """Open it; may take seconds. Raises SourceError or ConfigError.

        Args:
            uri: with ``${NAME}`` where secrets are.
            within: seconds to wait for the answer of a live source.
            timeout: seconds to wait for each picture of a live source.
            stopped: asked now and then whether to give up a live source.
        """
        ...


class Clock(Protocol):
    """Both hands of a clock, so that tests need not wait."""

    def monotonic(self) -> float:
        """Seconds that only rise; for every duration."""
        ...

    def wall(self) -> float:
        """Epoch seconds; for what people read."""
        ...


class SystemClock:
    """The real :class:`~crowdmon.engine.protocols.Clock`."""

    def monotonic(self) -> float:
        """Seconds that only rise."""
        return time.monotonic()

    def wall(self) -> float:
        """Epoch seconds."""
        return time.time()
