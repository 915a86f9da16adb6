"""What a drag makes of a draft: always from where it began, snapping where it may."""

from __future__ import annotations

import pytest

from crowdmon.roi import Part, Refused, Target
from crowdmon.roi.dragging import Drag
from tests.roi.test_draft import DRAFT, STAIRS

CORNER = Drag(DRAFT, Target(Part.VERTEX, "gate", 1, (0.6, 0.2)), (0.605, 0.2))
EDGE = Drag(DRAFT, Target(Part.EDGE, "gate", 3, (0.2, 0.4)), (0.2, 0.4))
WHOLE = Drag(DRAFT, Target(Part.POLYGON, "gate", 0, (0.3, 0.3)), (0.3, 0.3))


def test_a_corner_keeps_its_way_from_the_pointer() -> None:
    moved = CORNER.to((0.505, 0.3), reach=0.0, aspect=1.0)["gate"].polygon[1]
    assert moved == pytest.approx((0.5, 0.3))


def test_a_corner_snaps_to_a_neighbour_where_it_may() -> None:
    near = (0.7, 0.105)
    assert CORNER.to(near, reach=0.02, aspect=1.0)["gate"].polygon[1] == STAIRS.polygon[0]
    assert CORNER.to(near, reach=0.0, aspect=1.0)["gate"].polygon[1] == pytest.approx((0.695, 0.105))


@pytest.mark.parametrize("to", [0.01, -0.5])
def test_an_edge_and_a_roi_come_to_the_border(to: float) -> None:
    edge = EDGE.to((to, 0.4), reach=0.02, aspect=1.0)["gate"].polygon
    assert [edge[0][0], edge[3][0], edge[1][0]] == [0.0, 0.0, 0.6]
    whole = WHOLE.to((to + 0.1, 0.3), reach=0.02, aspect=1.0)["gate"].polygon
    assert [x for x, _ in whole] == pytest.approx([0.0, 0.4, 0.4, 0.0])
    assert [y for _, y in whole] == [0.2, 0.2, 0.6, 0.6]


def test_a_drag_begins_anew_with_every_move() -> None:
    with pytest.raises(Refused, match="cross"):
        CORNER.to((0.1, 0.4), reach=0.0, aspect=1.0)
    assert CORNER.to(CORNER.start, reach=0.02, aspect=1.0) is DRAFT
    once = WHOLE.to((0.4, 0.3), reach=0.02, aspect=1.0)
    assert len(once.past) == 1
    assert once.undo().rois == DRAFT.rois
