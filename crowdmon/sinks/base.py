"""The one small interface of everything that facts are written to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self

from crowdmon.facts import Event, Fact
from crowdmon.values import Reading


class Closing(ABC):
    """Can be used in a ``with`` block, which closes it at its end, whatever happened in it."""

    @abstractmethod
    def close(self) -> None:
        """Write what waits and release everything; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Sink(Closing):
    """Where facts go. Used by one thread at a time.

    A sink gets every fact in order. After an exception the same fact is offered again, so ``write`` takes a
    fact wholly or not at all.

    Attributes:
        takes: the kinds of facts it has a place for; it ignores others.
    """

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading, Event)

    @property
    def waiting(self) -> int:
        """Facts it has taken that are not written yet; 0 for a sink that writes at once."""
        return 0

    @abstractmethod
    def write(self, fact: Fact) -> None:
        """Write one fact, wholly or not at all.

        Raises:
            SinkError: it could not be written.
        """

    @abstractmethod
    def flush(self) -> None:
        """Make durable what was written; called about once a second.

        Raises:
            SinkError: the disk could not keep it.
        """
