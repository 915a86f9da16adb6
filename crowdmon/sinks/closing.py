"""What every file of this room has in common: a ``with`` block closes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Lends itself to a ``with`` block and is closed at its end, whatever happened in it."""

    @abstractmethod
    def close(self) -> None:
        """Write what waits and let go of everything; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
