"""Editing the ROIs of a camera without a window: immutable drafts, and the rules for edits.

shapes.py    edits of one polygon, and a polygon that is being drawn
draft.py     all ROIs of a camera; each operation returns a new draft; undo and redo
targets.py   the part under the pointer
dragging.py  dragging, and snapping to the border and to neighbours
exchange.py  roi.mat and YAML files
"""

from crowdmon.roi.draft import Draft
from crowdmon.roi.dragging import snap, snap_shift
from crowdmon.roi.shapes import Refused, Sketch
from crowdmon.roi.targets import NOTHING, Part, Target, hit

__all__ = ["NOTHING", "Draft", "Part", "Refused", "Sketch", "Target", "hit", "snap", "snap_shift"]
