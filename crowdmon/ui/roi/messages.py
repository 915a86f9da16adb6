"""What the ROI editor says: what can be done, why an edit is not possible, and that an area was removed."""

from __future__ import annotations

from dataclasses import dataclass

from crowdmon.roi.shapes import Point

IDLE = "N draws a ROI, Tab or a click chooses one, E ends editing"
BEGIN = "Click sets the first point, or Arrows and Space. Esc cancels"
GOING = "Click adds a point, Backspace takes one back, Esc cancels"
CLOSING = "Enter or double click closes the ROI, Backspace takes a point back, Esc cancels"
CHOSEN = "Drag, or nudge with Arrows. I inserts a point, P chooses one, F2 renames, Del deletes"
POINT = "Arrows nudge the point, Shift by 10. I inserts one after it, Del deletes it, Esc lets go"
HINTS = (IDLE, BEGIN, GOING, CLOSING, CHOSEN, POINT)
"""What can be done at the moment, one line in the status bar."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done, and where the pointer was."""

    reason: str
    at: Point


@dataclass(frozen=True, slots=True)
class AreaNotice:
    """Says that a ROI has lost its area.

    Attributes:
        roi: its name.
        at: where the pointer was; None once it has moved on.
    """

    roi: str
    at: Point | None

    @property
    def text(self) -> str:
        """What happened, and what to do."""
        return f"The area of '{self.roi}' was removed because its shape changed; enter it again"


def hint_for(*, corners: int | None, selected: bool, point: bool) -> str:
    """Return what can be done at the moment.

    Args:
        corners: of the ROI that is being drawn; None while none is.
        selected: whether a ROI is selected.
        point: whether one of its corners is.
    """
    if corners is not None:
        return BEGIN if corners == 0 else GOING if corners < 3 else CLOSING
    if not selected:
        return IDLE
    return POINT if point else CHOSEN
