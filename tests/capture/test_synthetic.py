from __future__ import annotations

import itertools

import numpy as np
import pytest

from crowdmon.capture.source import open_source
from crowdmon.capture.synthetic import SyntheticPicture
from crowdmon.errors import ConfigError
from crowdmon.scene import Plaza

URI = "synthetic:plaza?people=8&seed=3&width=320&height=180"


def test_the_demo_camera_never_ends_and_counts_its_time() -> None:
    with open_source(URI) as source:
        info = source.info
        assert (info.kind, info.width, info.height, info.fps) == ("synthetic", 320, 180, 25.0)
        assert (info.live, info.seekable, info.duration, info.frames) == (False, True, None, None)
        pictures = list(itertools.islice(source.pictures(), 5000))  # nothing is rendered here
        assert [p.index for p in pictures[-2:]] == [4998, 4999]
        assert pictures[25].pts == 1.0
        source.seek(2.0)
        assert next(source.pictures()).index == 50
    assert list(source.pictures()) == []


def test_rendered_only_when_asked_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plaza = Plaza(people=3, seed=1, width=160, height=90)
    times: list[float] = []
    render = Plaza.render

    def spy(self: Plaza, t: float) -> object:
        times.append(t)
        return render(self, t)

    monkeypatch.setattr(Plaza, "render", spy)
    picture = SyntheticPicture(plaza, 50)
    assert times == []
    small = picture.rgb((80, 45))
    assert small.shape == (45, 80, 3)
    assert picture.rgb((80, 45)) is small
    assert picture.rgb().shape == (90, 160, 3)
    assert not small.flags.writeable
    assert picture.scene().heads.shape[1] == 2
    assert times == [2.0]


def test_the_same_pictures_each_time() -> None:
    with open_source(URI) as first, open_source(URI) as second:
        first.seek(4.0)
        second.seek(4.0)
        one, two = next(first.pictures()).rgb(), next(second.pictures()).rgb()
    assert np.array_equal(one, two)
    assert one.std() > 5


def test_an_unknown_scene_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="scene"):
        open_source("synthetic:beach")
