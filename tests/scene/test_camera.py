"""The camera: the homography is exact, and pixels come back to the same metres."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.scene.camera import SceneCamera

CAMERAS = st.builds(SceneCamera, st.integers(64, 3840), st.integers(64, 2160))
METRES = st.tuples(st.floats(-40, 40), st.floats(2, 60))


@given(CAMERAS, METRES)
def test_projecting_the_ground_is_the_homography(camera: SceneCamera, metres: tuple[float, float]) -> None:
    pixels, depth = camera.project(np.array([*metres, 0.0]))
    x, y, w = camera.homography() @ (*metres, 1.0)
    np.testing.assert_allclose(pixels, (x / w, y / w), rtol=1e-9, atol=1e-6)
    assert depth > 0


@given(CAMERAS, METRES)
def test_pixels_come_back_to_the_same_metres(camera: SceneCamera, metres: tuple[float, float]) -> None:
    pixels, _ = camera.project(np.array([*metres, 0.0]))
    np.testing.assert_allclose(camera.to_ground(pixels), metres, rtol=1e-6, atol=1e-6)


@given(CAMERAS, METRES, st.floats(0.2, 3.0))
def test_what_stands_points_up_in_the_picture(
    camera: SceneCamera, metres: tuple[float, float], up: float
) -> None:
    foot, _ = camera.project(np.array([*metres, 0.0]))
    top, _ = camera.project(np.array([*metres, up]))
    assert top[1] < foot[1]


@given(CAMERAS, st.floats(8, 40))
def test_the_side_edge_of_the_picture_is_where_half_width_says(camera: SceneCamera, away: float) -> None:
    pixels, _ = camera.project(np.array([camera.half_width(away), away, 0.0]))
    assert abs(pixels[0] - (camera.width - 0.5)) < 1e-6


@given(CAMERAS, st.floats(0.0, 2.0))
def test_the_lower_edge_of_the_picture_is_where_nearest_says(camera: SceneCamera, up: float) -> None:
    pixels, _ = camera.project(np.array([0.0, camera.nearest(up), up]))
    assert abs(pixels[1] - (camera.height - 0.5)) < 1e-6
