"""All ROIs of one camera while they are edited. Every operation returns a new draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crowdmon.config import COLOURS, Colour, RoiConfig, free_id, renamed, validate
from crowdmon.errors import ConfigError
from crowdmon.roi import shapes
from crowdmon.roi.shapes import Point, Points, Refused
from crowdmon.values import WHOLE_FRAME

Rois = tuple[RoiConfig, ...]

STEPS = 200
"""How many steps can be undone."""

_LONGEST_NAME = 64


def areas_removed(before: Rois, after: Rois) -> tuple[str, ...]:
    """Return the names of the ROIs that had an area before and have none after, in their order after."""
    had = {roi.name for roi in before if roi.area_m2 is not None}
    return tuple(roi.name for roi in after if roi.area_m2 is None and roi.name in had)


@dataclass(frozen=True, slots=True)
class Draft:
    """ROIs with their undo and redo steps.

    An operation that is not possible raises :class:`Refused`; one that changes nothing returns the same
    draft, without a step to undo. The name of a ROI that does not exist raises KeyError.
    A ROI that gets another outline loses its ``area_m2``, see :func:`areas_removed`; undo brings it back.

    Attributes:
        rois: as they are now, in the order they are shown.
        past: states that undo goes back to, the oldest first; future: those that redo returns to, the
            nearest first.
    """

    rois: Rois = ()
    past: tuple[Rois, ...] = ()
    future: tuple[Rois, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The ROIs' names in order."""
        return tuple(roi.name for roi in self.rois)

    def __getitem__(self, name: str) -> RoiConfig:
        """Return the ROI of that name."""
        for roi in self.rois:
            if roi.name == name:
                return roi
        raise KeyError(name)

    def free_name(self, wish: str = "") -> str:
        """Return ``wish``, or ``ROI 1``, with another number while it is taken."""
        taken = {name.casefold() for name in self.names}
        if wish and wish.casefold() not in taken:
            return wish
        stem, first = (wish[: _LONGEST_NAME - 4], 2) if wish else ("ROI", 1)
        return next(
            f"{stem} {n}"
            for n in range(first, len(taken) + first + 2)
            if f"{stem} {n}".casefold() not in taken
        )

    def add(self, points: Iterable[Point], name: str = "") -> Draft:
        """Add a ROI after the others; its name is made unique."""
        polygon = shapes.rounded(shapes.checked(points))
        taken = {roi.colour_at(place) for place, roi in enumerate(self.rois)}
        free = next((c for i, c in enumerate(COLOURS) if i not in taken), None)
        new = RoiConfig(name=self.free_name(name), polygon=polygon, colour=free)
        return self.changed((*self.rois, self._new(new, name)))

    def move_point(self, name: str, index: int, to: Point) -> Draft:
        """Move one corner to another point."""
        return self._reshape(name, lambda points: shapes.with_point_moved(points, index, to))

    def insert_point(self, name: str, edge: int, at: Point) -> Draft:
        """Add a corner between those of an edge; its index is ``edge + 1``."""
        return self._reshape(name, lambda points: shapes.with_point_inserted(points, edge, at))

    def delete_point(self, name: str, index: int) -> Draft:
        """Delete a corner."""
        return self._reshape(name, lambda points: shapes.with_point_deleted(points, index))

    def move_edge(self, name: str, edge: int, dx: float, dy: float) -> Draft:
        """Shift both ends of an edge by fractions of the picture."""
        return self._reshape(name, lambda points: shapes.with_edge_moved(points, edge, dx, dy))

    def move(self, name: str, dx: float, dy: float) -> Draft:
        """Shift a whole ROI by fractions of the picture; it stops at the border."""
        return self._reshape(name, lambda points: shapes.checked(shapes.shifted(points, dx, dy)))

    def rename(self, name: str, new: str) -> Draft:
        """Rename a ROI; spaces around the name are removed."""
        new, roi = new.strip(), self[name]
        if new == name:
            return self
        if not new:
            raise Refused("A ROI needs a name")
        if len(new) > _LONGEST_NAME:
            raise Refused(f"A name has at most {_LONGEST_NAME} characters")
        if new.casefold() == WHOLE_FRAME:
            raise Refused(f"'{WHOLE_FRAME}' is the whole picture's own name")
        if new in self.names:
            raise Refused(f"There is a ROI named {new} already")
        try:
            validate(RoiConfig, {**roi.model_dump(), "name": new}, where="ROI")
        except ConfigError as error:
            raise Refused("A name holds visible characters only") from error
        return self._with(name, renamed(roi, new))

    def delete(self, name: str) -> Draft:
        """Delete a ROI; the others keep their colours."""
        gone = self[name]
        after = self.rois.index(gone)
        return self.changed(
            roi if place < after else roi.model_copy(update={"colour": COLOURS[roi.colour_at(place)]})
            for place, roi in enumerate(self.rois)
            if roi is not gone
        )

    def recolour(self, name: str, colour: Colour) -> Draft:
        """Give a ROI another colour."""
        return self._with(name, self[name].model_copy(update={"colour": colour}))

    def measured(self, name: str, area_m2: float | None) -> Draft:
        """Give a ROI an area in square metres; None takes it from the ground plane again, if there is one."""
        return self._with(name, self[name].model_copy(update={"area_m2": area_m2}))

    def take(self, rois: Iterable[RoiConfig], *, replace: bool = False) -> Draft:
        """Add ROIs from elsewhere in one step.

        Args:
            rois: what to add; one that is here already, name and polygon, is left out.
            replace: whether one of a name that is taken replaces the ROI here; else it gets another name.
        """
        draft = self
        for roi in rois:
            if any(roi == one.model_copy(update={"id": roi.id}) for one in draft.rois):
                continue
            if replace and roi.name in draft.names:
                # The history of the one that was here goes on; ids from elsewhere mean nothing here.
                draft = draft._with(roi.name, roi.model_copy(update={"id": draft[roi.name].id}))
            else:
                draft = draft.changed((*draft.rois, draft._new(roi, roi.name)))
        return self.changed(draft.rois)

    def changed(self, rois: Iterable[RoiConfig]) -> Draft:
        """Return a draft of these ROIs; its undo returns to this one."""
        new = tuple(rois)
        return self if new == self.rois else Draft(new, (*self.past, self.rois)[-STEPS:])

    def undo(self) -> Draft:
        """Undo one step; the same draft if there is none."""
        if not self.past:
            return self
        return Draft(self.past[-1], self.past[:-1], (self.rois, *self.future))

    def redo(self) -> Draft:
        """Redo one step; the same draft if there is none."""
        if not self.future:
            return self
        return Draft(self.future[0], (*self.past, self.rois), self.future[1:])

    def _reshape(self, name: str, change: Callable[[Points], Points]) -> Draft:
        roi = self[name]
        polygon = shapes.rounded(change(roi.polygon))
        # The area was measured for the old outline; kept for another it would give a wrong people per m2.
        area = roi.area_m2 if shapes.same_outline(polygon, roi.polygon) else None
        return self._with(name, roi.model_copy(update={"polygon": polygon, "area_m2": area}))

    def _new(self, roi: RoiConfig, wish: str) -> RoiConfig:
        """Return a ROI that is new here: with a name of its own, and an id that no other is kept by."""
        name = self.free_name(wish)
        return roi.model_copy(update={"name": name, "id": free_id(name, {one.key for one in self.rois})})

    def _with(self, name: str, new: RoiConfig) -> Draft:
        return self.changed(new if roi.name == name else roi for roi in self.rois)
