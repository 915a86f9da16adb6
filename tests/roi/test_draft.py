"""The editing model without a window: what stays valid, what is refused, what can be undone."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.geometry import polygon_area, validate_polygon
from crowdmon.roi import Draft, Refused, Sketch
from crowdmon.roi.draft import STEPS, areas_removed
from crowdmon.track.measure import measure
from crowdmon.values import DensityMap, Grid
from tests.test_geometry import simple_polygons

SQUARE = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6))
GATE = RoiConfig(name="gate", polygon=SQUARE, area_m2=20.0)
STAIRS = RoiConfig(name="stairs", polygon=((0.7, 0.1), (0.9, 0.1), (0.8, 0.4)))
DRAFT = Draft((GATE, STAIRS))

KINDS = ("add", "point", "insert", "delete", "edge", "move", "rename", "drop", "undo", "redo")

Step = Callable[[Draft], Draft]

# Far outside of the picture as well: a pointer goes where it likes.
number = st.floats(-2.0, 2.0, allow_nan=False)
anywhere = st.tuples(number, number)
name = st.sampled_from(["gate", "stairs", "frame", "", "  ", "x" * 65, "a\nb", "north door"])


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """One operation a user can ask for, on whichever ROI there is."""
    kind = draw(st.sampled_from(KINDS))
    pick, index, at, new = draw(st.integers(0, 9)), draw(st.integers(0, 9)), draw(anywhere), draw(name)
    points = draw(st.one_of(simple_polygons(), st.lists(anywhere, max_size=5).map(tuple)))

    def step(draft: Draft) -> Draft:
        if kind == "add":
            return draft.add(points, new.strip()[:60] if "\n" not in new and new != "frame" else "")
        if kind in ("undo", "redo"):
            return draft.undo() if kind == "undo" else draft.redo()
        if not draft.rois:
            return draft
        roi = draft.rois[pick % len(draft.rois)]
        i = index % len(roi.polygon)
        return {
            "point": lambda: draft.move_point(roi.name, i, at),
            "insert": lambda: draft.insert_point(roi.name, i, at),
            "delete": lambda: draft.delete_point(roi.name, i),
            "edge": lambda: draft.move_edge(roi.name, i, *at),
            "move": lambda: draft.move(roi.name, *at),
            "rename": lambda: draft.rename(roi.name, new),
            "drop": lambda: draft.delete(roi.name),
        }[kind]()

    return step


@settings(deadline=None, max_examples=25)
@given(st.lists(steps(), max_size=12))
def test_whatever_is_done_every_roi_stays_valid_or_it_is_refused_with_a_reason(todo: list[Step]) -> None:
    draft, reasons = DRAFT, []
    for step in todo:
        try:
            after = step(draft)
        except Refused as error:
            reasons.append(error.message)
            continue
        assert len(set(after.names)) == len(after.names)
        for roi in after.rois:
            validate_polygon(roi.polygon)
            assert RoiConfig.model_validate(roi.model_dump()) == roi
        if len(after.past) > len(draft.past):
            assert after.undo().rois == draft.rois
        assert after.undo().redo() == after or not after.past
        assert after.redo().undo() == after or not after.future
        draft = after
    assert all(5 < len(reason) < 60 for reason in reasons)


@settings(deadline=None, max_examples=25)
@given(simple_polygons(), number, number)
def test_a_moved_roi_keeps_its_shape(polygon: tuple[tuple[float, float], ...], dx: float, dy: float) -> None:
    moved = Draft((GATE.model_copy(update={"polygon": polygon}),)).move("gate", dx, dy)["gate"].polygon
    assert polygon_area(moved) == pytest.approx(polygon_area(polygon), abs=1e-4)
    for (ax, ay), (bx, by) in zip(polygon, moved, strict=True):
        assert math.hypot(bx - ax, by - ay) <= math.hypot(dx, dy) + 1e-5


def test_a_roi_stops_at_the_border() -> None:
    moved = DRAFT.move("gate", 3.0, -3.0)["gate"].polygon
    assert sum(moved, ()) == pytest.approx((0.6, 0.0, 1.0, 0.0, 1.0, 0.4, 0.6, 0.4))


def test_an_edge_takes_both_its_points_along() -> None:
    moved = DRAFT.move_edge("gate", 3, -0.1, 0.0)["gate"].polygon
    assert sum(moved, ()) == pytest.approx((0.1, 0.2, 0.6, 0.2, 0.6, 0.6, 0.1, 0.6))


def test_a_point_is_put_in_and_taken_out_again() -> None:
    more = DRAFT.insert_point("gate", 0, (0.4, 0.1))
    assert more["gate"].polygon[1] == (0.4, 0.1)
    assert more.delete_point("gate", 1)["gate"].polygon == SQUARE


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (lambda d: d.move_point("gate", 0, (0.7, 0.5)), "edges would cross"),
        (lambda d: d.move_point("gate", 0, (0.6, 0.2)), "lie on each other"),
        (lambda d: d.insert_point("gate", 0, (0.4, 0.9)), "edges would cross"),
        (lambda d: d.delete_point("stairs", 0), "at least three"),
        (lambda d: d.add([(0.1, 0.1), (0.2, 0.2)]), "three points"),
        (lambda d: d.add([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3)]), "on one line"),
        (lambda d: d.add([(0.1, 0.1), (1.2, 0.2), (0.3, 0.8)]), "leave the picture"),
        (lambda d: d.rename("gate", " "), "needs a name"),
        (lambda d: d.rename("gate", "Frame"), "own name"),
        (lambda d: d.rename("gate", "stairs"), "named stairs already"),
        (lambda d: d.rename("gate", "x" * 65), "at most 64"),
        (lambda d: d.rename("gate", "a\nb"), "visible"),
    ],
)
def test_what_cannot_be_is_refused_in_words(step: Step, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        step(DRAFT)


def test_names_and_what_else_is_set_survive() -> None:
    renamed = DRAFT.rename("gate", "  north door ")
    assert renamed.names == ("north door", "stairs")
    assert renamed["north door"].area_m2 == 20.0
    lime = renamed.recolour("north door", "lime").move("north door", 0.1, 0.0)
    assert (lime.names, lime["north door"].colour) == (renamed.names, "lime")


def test_new_rois_are_numbered() -> None:
    draft = DRAFT.add(((0.1, 0.8), (0.2, 0.8), (0.2, 0.9))).add(((0.3, 0.8), (0.4, 0.8), (0.4, 0.9)))
    assert draft.names == ("gate", "stairs", "ROI 1", "ROI 2")
    assert draft.delete("ROI 1").free_name() == "ROI 1"
    assert draft.free_name("Gate") == "Gate 2"


def test_a_roi_keeps_its_colour_when_another_goes_and_a_new_one_gets_a_free_one() -> None:
    left = DRAFT.delete("gate")
    assert left["stairs"].colour_at(0) == STAIRS.colour_at(1)
    assert left.add(GATE.polygon)["ROI 1"].colour == "sky"
    assert DRAFT.add(GATE.polygon)["ROI 1"].colour == "lime"
    teal = DRAFT.recolour("gate", "teal")
    assert (teal["gate"].colour, teal.undo().rois) == ("teal", DRAFT.rois)


def test_what_changes_nothing_is_no_step() -> None:
    assert DRAFT.move("gate", 0.0, 0.0) is DRAFT
    assert DRAFT.rename("gate", "gate ") is DRAFT
    assert DRAFT.undo() is DRAFT
    assert DRAFT.redo() is DRAFT


def test_a_new_step_ends_what_could_be_redone() -> None:
    moved = DRAFT.move("gate", 0.1, 0.0)
    assert moved.undo().rename("gate", "door").redo().names == ("door", "stairs")


def test_undo_reaches_back_a_bounded_way() -> None:
    draft = DRAFT
    for _ in range(STEPS + 20):
        draft = draft.move("gate", 0.001, 0.0).move("gate", -0.001, 0.0005)
    assert len(draft.past) == STEPS


def test_rois_from_elsewhere_come_in_one_step() -> None:
    other = GATE.model_copy(update={"polygon": ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2))})
    added = DRAFT.take([other, STAIRS])
    assert added.names == ("gate", "stairs", "gate 2")
    assert added.undo() == Draft(DRAFT.rois, (), (added.rois,))
    replaced = DRAFT.take([other], replace=True)
    assert replaced.names == DRAFT.names
    assert replaced["gate"] == other


class TestSketch:
    def test_a_path_grows_shrinks_and_closes(self) -> None:
        path = Sketch()
        for point in SQUARE:
            path = path.add(point)
        assert path.add(SQUARE[-1]) is path, "a double click is no second point"
        assert path.close() == SQUARE
        assert path.back().points == SQUARE[:3]
        assert Sketch().back() == Sketch()

    @pytest.mark.parametrize(
        ("point", "reason"),
        [((0.4, 0.1), "cross itself"), ((0.6, 0.2), "point already"), ((0.6, 0.3), "fold back")],
    )
    def test_a_path_that_meets_itself_is_refused(self, point: tuple[float, float], reason: str) -> None:
        path = Sketch(SQUARE[:3])
        with pytest.raises(Refused, match=reason):
            path.add(point)

    @settings(deadline=None, max_examples=25)
    @given(simple_polygons())
    def test_every_simple_polygon_can_be_drawn(self, polygon: tuple[tuple[float, float], ...]) -> None:
        path = Sketch()
        for point in polygon:
            path = path.add(point)
        assert path.close() == polygon


RESHAPED = {
    "a corner moved": lambda: DRAFT.move_point("gate", 0, (0.1, 0.1)),
    "an edge moved": lambda: DRAFT.move_edge("gate", 0, 0.0, -0.1),
    "the whole ROI moved": lambda: DRAFT.move("gate", 0.05, 0.0),
    "a corner taken away": lambda: DRAFT.delete_point("gate", 0),
    "a corner put outside": lambda: DRAFT.insert_point("gate", 0, (0.4, 0.1)),
}


@pytest.mark.parametrize("reshape", RESHAPED.values(), ids=RESHAPED)
def test_another_outline_has_no_area_until_undo(reshape: Callable[[], Draft]) -> None:
    after = reshape()
    assert after["gate"].area_m2 is None
    assert areas_removed(DRAFT.rois, after.rois) == ("gate",)
    assert after.undo().rois == DRAFT.rois
    assert after.undo()["gate"].area_m2 == 20.0
    assert after.undo().redo()["gate"].area_m2 is None


def test_the_same_outline_keeps_its_area() -> None:
    with_corner = DRAFT.insert_point("gate", 3, (0.2, 0.4))
    assert len(with_corner["gate"].polygon) == 5
    same = (
        with_corner,
        with_corner.delete_point("gate", 4),
        DRAFT.move_point("gate", 0, SQUARE[0]),
        DRAFT.move("gate", 0.0, 0.0),
        DRAFT.rename("gate", "door"),
        DRAFT.recolour("gate", "lime"),
        DRAFT.move("stairs", 0.05, 0.0),
    )
    assert [draft.rois[0].area_m2 for draft in same] == [20.0] * len(same)
    assert [areas_removed(DRAFT.rois, draft.rois) for draft in same] == [()] * len(same)
    assert with_corner.move_point("gate", 4, (0.1, 0.4))["gate"].area_m2 is None


def test_a_moved_roi_is_not_said_to_be_denser_or_emptier_than_it_is() -> None:
    grid = Grid(10, 10, 8, 8, 80, 80)
    density = DensityMap(np.full((10, 10), 0.5, np.float32), grid, camera="north", time=1.0)
    measured = DRAFT.move_edge("gate", 0, 0.0, -0.2)["gate"]
    camera = CameraConfig(name="north", source="0", rois=(measured,))
    assert measure(density, camera.to_rois()).rois[1].density_per_m2 is None
