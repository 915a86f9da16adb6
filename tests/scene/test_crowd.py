"""The crowd: as many as asked for, never inside each other, never appearing out of nothing."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crowdmon.scene.avoid import keep_apart
from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.crowd import Crowd, crowd
from crowdmon.scene.layout import OBSTACLES

CAMERA = SceneCamera(1280, 720)


def at(t: float, *, people: int = 60, seed: int = 1, camera: SceneCamera = CAMERA) -> Crowd:
    return crowd(t, people=people, seed=seed, camera=camera)


def in_view(now: Crowd, camera: SceneCamera = CAMERA) -> NDArray[np.bool_]:
    heads, _ = camera.project(np.column_stack([now.ground, np.full(len(now.ground), 1.6)]))
    return (heads >= 0).all(axis=1) & (heads < (camera.width, camera.height)).all(axis=1)


@pytest.mark.parametrize("people", [5, 40, 200])
@pytest.mark.parametrize("size", [(1280, 720), (640, 480)])
def test_about_as_many_as_asked_for_are_in_view(people: int, size: tuple[int, int]) -> None:
    camera = SceneCamera(*size)
    seen = [
        in_view(at(t, people=people, seed=seed, camera=camera), camera).sum()
        for seed in (1, 2)
        for t in np.arange(0.0, 900.0, 45.0)
    ]
    assert 0.8 * people <= np.mean(seen) <= 1.25 * people
    if people >= 40:
        assert min(seen) > 0.5 * people
        assert max(seen) < 1.6 * people
        assert max(seen) - min(seen) > 0.15 * people, "a square fills and empties"


def test_nobody_appears_or_vanishes_in_view_and_nobody_jumps() -> None:
    before = at(100.0)
    steps = []
    for index in range(1, 250):
        now = at(100.0 + index / 25)
        old = {tuple(key): i for i, key in enumerate(before.keys.tolist())}
        new = {tuple(key): i for i, key in enumerate(now.keys.tolist())}
        for crowd_now, only in ((now, new.keys() - old.keys()), (before, old.keys() - new.keys())):
            index_of = new if crowd_now is now else old
            for key in only:
                person = index_of[key]
                assert crowd_now.shown[person] < 0.2 or not in_view(crowd_now)[person]
        steps += [math.dist(now.ground[new[key]], before.ground[old[key]]) for key in new.keys() & old.keys()]
        before = now
    assert np.quantile(steps, 0.999) < 0.2
    assert max(steps) < 0.5


def test_people_keep_apart_and_off_the_furniture() -> None:
    nearest = []
    for t in np.arange(0.0, 300.0, 7.0):
        ground = at(t).ground
        gaps = np.hypot(*(ground[:, None] - ground[None]).transpose(2, 0, 1))
        np.fill_diagonal(gaps, 9.0)
        nearest += gaps.min(axis=1).tolist()
        for disc in OBSTACLES:
            assert np.hypot(*(ground - (disc.x, disc.y)).T).min() > disc.radius * 0.75
    assert np.mean(np.array(nearest) < 0.35) < 0.02


@settings(max_examples=30, deadline=None)
@given(st.floats(0.15, 0.6), st.floats(0.7, 1.6), st.floats(0.7, 1.6), st.floats(0, 6.28))
def test_two_who_meet_pass_each_other(aside: float, one: float, other: float, turn: float) -> None:
    way, across = np.array([math.cos(turn), math.sin(turn)]), np.array([-math.sin(turn), math.cos(turn)])
    velocity = np.stack([way * one, -way * other])
    middle = np.stack([np.zeros(2), across * aside]) + np.array((0.0, 12.0))
    gaps = []
    for t in np.arange(-1.0, 1.01, 0.1):
        ground = keep_apart(middle + velocity * t, velocity)
        gaps.append(math.dist(ground[0], ground[1]))
    assert min(gaps) > 0.38


def test_keeping_apart_leaves_those_alone_who_are_far_from_everything() -> None:
    ground = np.array([[0.0, 10.0], [3.0, 15.0]])
    np.testing.assert_allclose(keep_apart(ground, np.zeros((2, 2))), ground, atol=1e-9)
    assert keep_apart(np.zeros((0, 2)), np.zeros((0, 2))).shape == (0, 2)
