"""What can be done at the moment, in one line of the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crowdmon.ui.roi.editor import RoiEditor

IDLE = "N draws a ROI, Tab or a click chooses one, E ends editing"
BEGIN = "Click sets the first point, or Arrows and Space. Esc cancels"
GOING = "Click adds a point, Backspace takes one back, Esc cancels"
CLOSING = "Enter or double click closes the ROI, Backspace takes a point back, Esc cancels"
CHOSEN = "Drag, or nudge with Arrows. I inserts a point, P chooses one, F2 renames, Del deletes"
POINT = "Arrows nudge the point, Shift by 10. I inserts one after it, Del deletes it, Esc lets go"
HINTS = (IDLE, BEGIN, GOING, CLOSING, CHOSEN, POINT)


def hint(editor: RoiEditor) -> str:
    """Return the line for what the editor is doing; empty while nothing is edited."""
    if not editor.editing:
        return ""
    if editor.sketch is not None:
        many = len(editor.sketch.points)
        return BEGIN if many == 0 else GOING if many < 3 else CLOSING
    if not editor.selected:
        return IDLE
    return CHOSEN if editor.point is None else POINT
