"""The state of the ROI editor and its operations, without mouse and painting; the model is crowdmon.roi."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from crowdmon.config import RoiConfig
from crowdmon.roi import NOTHING, Draft, Part, Refused, Sketch, Target
from crowdmon.roi.draft import Rois, areas_removed
from crowdmon.roi.shapes import Point, held
from crowdmon.roi.targets import on_edge
from crowdmon.ui.roi.messages import AreaNotice, Refusal, hint_for


class RoiEditor(QObject):
    """Edits the ROIs of the camera that is looked at; each camera has its own undo steps.

    Signals:
        changed(): the picture must be painted again.
        rois_changed(str, object): the new ROIs of a camera, a tuple of RoiConfig.
        roi_deleted(str): the name of a ROI that was just deleted as a whole.
        roi_drawn(str): the name of a ROI that was just drawn, which is to be named.
        editing_changed(bool), selected_changed(str), hint_changed(str): the new value.
    """

    changed = pyqtSignal()
    rois_changed = pyqtSignal(str, object)
    roi_deleted = pyqtSignal(str)
    roi_drawn = pyqtSignal(str)
    editing_changed = pyqtSignal(bool)
    selected_changed = pyqtSignal(str)
    hint_changed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.camera = ""
        self.editing = False
        self.selected = ""
        self.point: int | None = None
        self.sketch: Sketch | None = None
        self.hover: Target = NOTHING
        self.cursor: Point = (0.5, 0.5)
        self.by_keys = False
        self.refusal: Refusal | None = None
        self._area_notice: AreaNotice | None = None
        self._drafts: dict[str, Draft] = {}
        self._attempted: Draft | None = None

    @property
    def draft(self) -> Draft:
        """The ROIs as they are shown, including an unfinished drag."""
        return self._attempted or self._drafts.get(self.camera) or Draft()

    @property
    def settled(self) -> Draft:
        """The ROIs as they are counted."""
        return self._drafts.get(self.camera) or Draft()

    @property
    def area_notice(self) -> AreaNotice | None:
        """That a ROI has lost its area; None once it has one again or something else is edited."""
        notice = self._area_notice
        held = notice is not None and any(
            roi.name == notice.roi and roi.area_m2 is None for roi in self.settled.rois
        )
        return notice if held else None

    def set_camera(self, name: str, rois: Rois) -> None:
        """Edit another camera, or the same one with ROIs set from outside."""
        if name != self.camera:
            self.cancel()
            self.camera, self.hover, self._area_notice = name, NOTHING, None
            self.select("")
        known = self._drafts.get(name)
        if known is None:
            self._drafts[name] = Draft(rois)
        elif known.rois != rois:
            self._attempted = None
            self._drafts[name] = known.changed(rois)
        self._follow(self.selected)

    def keep(self, cameras: Mapping[str, Rois]) -> None:
        """Drop the undo steps of removed cameras; ``cameras`` has the others with their ROIs."""
        self._drafts = {name: draft for name, draft in self._drafts.items() if name in cameras}
        for name, rois in cameras.items():
            if name != self.camera and self._drafts.setdefault(name, Draft(rois)).rois != rois:
                self._drafts[name] = self._drafts[name].changed(rois)

    def give(self, camera: str, rois: Iterable[RoiConfig]) -> None:
        """Add ROIs to another camera as one undo step there; the camera looked at stays the same."""
        before = self._drafts.get(camera)
        if before is not None:
            after = before.take(rois)
            self._drafts[camera] = after
            if after is not before:
                self.rois_changed.emit(camera, after.rois)

    def set_editing(self, on: bool) -> None:
        """Begin or end editing."""
        on = on and bool(self.camera)
        if on == self.editing:
            return
        self.cancel()
        self.editing, self.hover, self.point, self._area_notice = on, NOTHING, None, None
        self.editing_changed.emit(on)
        self._tell()

    def select(self, name: str, point: int | None = None) -> None:
        """Select a ROI, and one of its corners; an empty name selects none."""
        name = name if name in self.draft.names else ""
        before = self.selected
        self.selected, self.point = name, point if name else None
        if name != before:
            self._area_notice = None
            self.selected_changed.emit(name)
        self._tell()

    def cycle(self, step: int = 1) -> bool:
        """Select the next ROI, or the one before; False beyond the last, where none is selected."""
        names = self.draft.names
        at = names.index(self.selected) + step if self.selected else (0 if step > 0 else len(names) - 1)
        inside = 0 <= at < len(names)
        self.select(names[at] if inside else "")
        return inside

    def cycle_point(self, step: int = 1) -> None:
        """Select the next corner of the selected ROI, or the one before."""
        if self.selected:
            many = len(self.draft[self.selected].polygon)
            start = -1 if step > 0 else 0
            self.point = ((start if self.point is None else self.point) + step) % many
            self._tell()

    def begin_sketch(self) -> None:
        """Begin to draw a new ROI."""
        if self.camera:
            self.set_editing(True)
            self.select("")
            self.sketch, self.refusal = Sketch(), None
            self._tell()

    def add_point(self, at: Point) -> None:
        """Add a corner to the ROI that is drawn."""
        if self.sketch is not None:
            self._sketch(self.sketch, lambda sketch: sketch.add(at))

    def take_back(self) -> None:
        """Remove the last corner of the ROI that is drawn."""
        if self.sketch is not None:
            self._sketch(self.sketch, Sketch.back)

    def close_sketch(self) -> bool:
        """Finish the ROI that is drawn; False if it is not valid yet, and drawing goes on."""
        if self.sketch is None:
            return False
        sketch = self.sketch
        if not self.do(lambda draft: draft.add(sketch.points)):
            return False
        self.sketch = None
        self.select(self.draft.names[-1])
        self.roi_drawn.emit(self.selected)
        return True

    def cancel(self) -> bool:
        """Cancel drawing or dragging; False if neither is going on."""
        busy = self.sketch is not None or self._attempted is not None
        self.sketch, self._attempted, self.refusal = None, None, None
        if busy:
            self._tell()
        return busy

    def step_back(self) -> None:
        """Leave one level: drawing, the selected corner, the selected ROI, editing."""
        if self.cancel():
            return
        if self.point is not None:
            self.select(self.selected)
        elif self.selected:
            self.select("")
        else:
            self.set_editing(False)

    def attempt(self, change: Callable[[Draft], Draft]) -> bool:
        """Show the result of a change; :meth:`settle` keeps it. False, with a refusal, if impossible."""
        try:
            self._attempted = change(self.settled)
        except Refused as error:
            self.refuse(error.message)
            return False
        self.refusal = None
        self.changed.emit()
        return True

    def settle(self) -> None:
        """Keep the last attempted change."""
        attempted, self._attempted = self._attempted, None
        self.refusal = None
        if attempted is not None and attempted is not self.settled:
            before = self.selected
            index = self.settled.names.index(before) if before in self.settled.names else -1
            same = len(attempted.rois) == len(self.settled.rois)
            earlier = self.settled.rois
            self._drafts[self.camera] = attempted
            if attempted.rois != earlier:
                self.rois_changed.emit(self.camera, attempted.rois)
            self._follow(attempted.names[index] if same and index >= 0 else before)
            for roi in areas_removed(earlier, attempted.rois):
                self._area_notice = AreaNotice(roi, self.cursor)
        self._tell()

    def do(self, change: Callable[[Draft], Draft]) -> bool:
        """Change the ROIs; False, with a refusal, if it is not possible."""
        done = bool(self.camera) and self.attempt(change)
        if done:
            self.settle()
        return done

    def undo(self) -> None:
        """Undo the last step; while drawing, remove the last corner."""
        if self.sketch is not None:
            self.take_back()
        else:
            self.do(Draft.undo)

    def redo(self) -> None:
        """Redo the step that was undone last."""
        if self.sketch is None:
            self.do(Draft.redo)

    def rename(self, name: str, new: str) -> bool:
        """Give a ROI another name."""
        return name in self.draft.names and self.do(lambda draft: draft.rename(name, new))

    def nudge(self, dx: float, dy: float) -> None:
        """Shift the selected corner, else the selected ROI, by fractions of the picture."""
        name, point = self.selected, self.point
        if self.sketch is not None:
            self.cursor = held((self.cursor[0] + dx, self.cursor[1] + dy))
            self.by_keys = True
            self.changed.emit()
        elif name and point is not None:
            x, y = self.draft[name].polygon[point]
            self.cursor = held((x + dx, y + dy))
            self.do(lambda draft: draft.move_point(name, point, (x + dx, y + dy)))
        elif name:
            self.do(lambda draft: draft.move(name, dx, dy))

    def insert_point(self) -> None:
        """Insert a corner on the edge under the pointer, else after the selected corner."""
        at, name, edge = self.hover.at, self.hover.roi, self.hover.index
        if self.hover.part is not Part.EDGE:
            if not self.selected:
                return
            name, edge = self.selected, self.point or 0
            at = on_edge(self.draft[name].polygon, edge, 0.5)
        if self.do(lambda draft: draft.insert_point(name, edge, at)):
            self.hover = NOTHING
            self.select(name, edge + 1)

    def delete(self) -> None:
        """Delete the selected corner, else the selected ROI."""
        name, point = self.selected, self.point
        if name and point is not None:
            if self.do(lambda draft: draft.delete_point(name, point)):
                self.select(name)
        elif name and self.do(lambda draft: draft.delete(name)):
            self.roi_deleted.emit(name)
        self.hover = NOTHING

    def pointer_at(self, apart: Callable[[Point], bool]) -> None:
        """Remove messages the pointer has moved away from; ``apart`` says whether it has left a point."""
        if self.refusal is not None and apart(self.refusal.at):
            self.refusal = None
        notice = self._area_notice
        if notice is not None and notice.at is not None and apart(notice.at):
            self._area_notice = replace(notice, at=None)

    def refuse(self, reason: str) -> None:
        """Show beside the pointer why an edit is not possible."""
        self.refusal = Refusal(reason, self.cursor)
        self.changed.emit()

    def hint(self) -> str:
        """Return what has happened to an area, else what can be done; empty while nothing is edited."""
        if self.area_notice is not None:
            return self.area_notice.text
        if not self.editing:
            return ""
        corners = None if self.sketch is None else len(self.sketch.points)
        return hint_for(corners=corners, selected=bool(self.selected), point=self.point is not None)

    def _sketch(self, sketch: Sketch, change: Callable[[Sketch], Sketch]) -> None:
        try:
            self.sketch, self.refusal = change(sketch), None
        except Refused as error:
            self.refuse(error.message)
        self._tell()

    def _follow(self, name: str) -> None:
        self.hover = NOTHING  # what lay under the pointer may be gone
        known = name in self.draft.names
        point = self.point if name == self.selected or not self.selected else None
        if known and point is not None and point >= len(self.draft[name].polygon):
            point = None
        self.select(name if known else "", point)

    def _tell(self) -> None:
        self.hint_changed.emit(self.hint())
        self.changed.emit()
