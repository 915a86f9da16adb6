"""Bodies, looks and light: feet on the ground, heads on top, shadows on the proper side."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.scene.appearance import appearance_of
from crowdmon.scene.body import Joint, Pose, joints
from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.figure import figure, tones
from crowdmon.scene.layout import LAMPS
from crowdmon.scene.light import Light
from crowdmon.scene.parts import head_size


def body(
    *, height: float = 1.75, phase: float = 0.0, pace: float = 0.0, heading: float = 0.0, away: float = 15.0
):
    pose = Pose(np.array([phase]), np.array([pace]), np.zeros((1, 2)), np.zeros(1))
    return joints(
        np.array([[0.5, away]]),
        np.array([heading]),
        pose,
        height=np.array([height]),
        build=np.ones(1),
        swings=np.ones(1),
    )[0]


@given(st.floats(1.1, 2.0), st.floats(0, 6.3), st.floats(0, 1.7), st.floats(-3.2, 3.2))
def test_feet_stay_on_the_ground_and_the_head_on_top(
    height: float, phase: float, pace: float, heading: float
) -> None:
    points = body(height=height, phase=phase, pace=pace, heading=heading)
    ankles = points[[Joint.ANKLE_L, Joint.ANKLE_R], 2]
    assert abs(ankles.min() - 0.035 * height) < 1e-9
    assert points[:, 2].min() > -0.03
    top = points[Joint.HEAD, 2] + head_size(height) / 2
    assert 0.9 * height < top < 1.03 * height
    assert np.hypot(*(points[:, :2] - (0.5, 15.0)).T).max() < 0.6 * height


def test_a_walker_swings_one_leg_forward_and_the_other_back() -> None:
    points = body(phase=np.pi / 2, pace=1.4)
    assert points[Joint.ANKLE_L, 0] - points[Joint.ANKLE_R, 0] > 0.4
    assert points[Joint.WRIST_L, 0] < points[Joint.WRIST_R, 0]


@settings(deadline=None)
@given(st.integers(0, 400), st.floats(7.0, 30.0), st.floats(-3.2, 3.2))
def test_a_figure_is_opaque_at_its_head_and_fits_its_sprite(member: int, away: float, heading: float) -> None:
    camera = SceneCamera(640, 360)
    one = appearance_of(1, member, 0, 0, 1)
    pixels, depth = camera.project(body(height=one.height, heading=heading, away=away))
    paint = tones([one], np.ones((1, 3)), np.full((1, 3), 0.6))[0]
    sprite = figure(pixels, depth, one, paint, focal=camera.focal, towards=(-0.78, -0.62))
    x, y = np.rint(pixels[Joint.HEAD]).astype(int) - (sprite.left, sprite.top)
    assert sprite.rgba[y, x, 3] == 255
    # Nothing was cut off at the sprite's edges, and colours stay below their alpha.
    assert not sprite.rgba[0, :, 3].any()
    assert not sprite.rgba[-1, :, 3].any()
    assert not sprite.rgba[:, 0, 3].any()
    assert not sprite.rgba[:, -1, 3].any()
    assert (sprite.rgba[..., :3].astype(int) <= sprite.rgba[..., 3:].astype(int) + 1).all()


def test_looks_are_the_same_each_time_and_differ_between_people() -> None:
    assert appearance_of(1, 2, 0, 5, 1) == appearance_of(1, 2, 0, 5, 1)
    assert len({appearance_of(1, group, 0, 0, 1).materials for group in range(60)}) == 60


def test_the_sun_throws_all_shadows_the_same_way_and_lamps_away_from_them() -> None:
    top = np.array([[[x, y, 0.0], [x, y, 1.7]] for x, y in ((-5.0, 9.0), (0.0, 14.0), (6.0, 25.0))])
    day = Light(night=False).thrown(top)
    np.testing.assert_allclose(day[:, 1] - day[:, 0], np.broadcast_to((day[0, 1] - day[0, 0]), (3, 2)))
    lamp = LAMPS[0]
    beside = np.array([[[lamp.x + 1.0, lamp.y, 0.0], [lamp.x + 1.0, lamp.y, 1.7]]])
    night = Light(night=True).thrown(beside)
    assert night[0, 1, 0] > night[0, 0, 0]
    np.testing.assert_allclose(night[0, :, 1], lamp.y)
    np.testing.assert_allclose(night[0, 0], (lamp.x + 1.0, lamp.y))
