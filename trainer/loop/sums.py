"""The metrics of a row of the logbook, added up where they are computed."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from trainer.loop.state import Cursor


class Sums:
    """Adds up metrics on the device: to ask a card for a number is to wait for all it has been told."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._steps = 0

    def add(self, values: Mapping[str, Tensor]) -> None:
        """Add one step's."""
        for key, value in values.items():
            number = value.detach().double()
            self._sums[key] = self._sums[key] + number if key in self._sums else number
        self._steps += 1

    def drain(self, cursor: Cursor) -> None:
        """Move all of it into the cursor, which is what a run keeps."""
        for key, value in self._sums.items():
            cursor.sums[key] = cursor.sums.get(key, 0.0) + float(value)
        cursor.steps += self._steps
        self._sums, self._steps = {}, 0
