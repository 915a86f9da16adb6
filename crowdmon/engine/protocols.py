"""What the engine needs of others, so that tests and later rooms can stand in for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from crowdmon.capture.source import Source
from crowdmon.facts import Event
from crowdmon.values import DensityMap, Frame, Reading


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


class Sink(Protocol):
    """Where readings go; used by the recording thread alone."""

    def write(self, reading: Reading) -> None:
        """Write one reading wholly or raise; after an exception the same reading is offered again."""
        ...

    def flush(self) -> None:
        """Make what was written durable; called about once a second."""
        ...


@runtime_checkable
class EventSink(Sink, Protocol):
    """A sink that keeps events, too; they come in order with the readings."""

    def note(self, event: Event) -> None:
        """Write one event; see :meth:`write`."""
        ...


class Sources(Protocol):
    """The way to pictures."""

    def live(self, uri: str) -> bool:
        """Whether a loss of this source is to be followed by a new attempt; ConfigError if unknown."""
        ...

    def open(
        self, uri: str, *, within: float, patience: float, stopped: Callable[[], bool] | None = None
    ) -> Source:
        """Open it; may take seconds. Raises SourceError or ConfigError.

        Args:
            uri: with ``${NAME}`` where secrets are.
            within: seconds to wait for the answer of a live source.
            patience: seconds to wait for each picture of a live source.
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
