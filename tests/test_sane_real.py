"""The bundled weights on real street cameras that are small, large, badly compressed, or dark.

Pictures of the training split that were held out for validation; nothing is selected by these figures.
"""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from crowdmon.counting.counter import Counter
from crowdmon.values import Frame
from trainer.data.datasets import Dataset, load

pytestmark = pytest.mark.data

PICTURES = 24

YARD = {40: 6, 119: 8, 198: 7, 278: 7, 357: 6, 437: 3, 516: 7, 596: 6, 675: 8, 755: 8}
"""People in pictures of ``vtest.avi``, counted by hand; nothing was trained on it or chosen by it."""


@pytest.fixture(scope="module")
def counter() -> Counter:
    return Counter()


@pytest.fixture(scope="module")
def street() -> Dataset:
    return load("shanghaitech_b", None, "val")


def total(counter: Counter, pictures: list[np.ndarray]) -> float:
    return sum(counter.count(Frame(picture)).count for picture in pictures)


def resized(picture: np.ndarray, factor: float) -> np.ndarray:
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def compressed(picture: np.ndarray, quality: int) -> np.ndarray:
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def test_jpeg_artefacts_hardly_change_the_count(counter: Counter, street: Dataset) -> None:
    pictures = [sample.read() for sample in street.samples[:PICTURES]]
    plain = total(counter, pictures)
    assert total(counter, [compressed(one, 30) for one in pictures]) == pytest.approx(plain, rel=0.1)


@pytest.mark.parametrize(("factor", "within"), [(0.5, 0.3), (2.0, 0.3)])
def test_half_and_double_resolution_count_the_same_street(
    counter: Counter, street: Dataset, factor: float, within: float
) -> None:
    samples = street.samples[:PICTURES]
    truth = sum(sample.count for sample in samples)
    counted = total(counter, [resized(sample.read(), factor) for sample in samples])
    assert counted == pytest.approx(truth, rel=within)


def test_a_few_people_at_night_are_a_few(counter: Counter) -> None:
    samples = [s for s in load("beijing_brt", None, "val").samples if 1 <= s.count <= 10]
    dark = [(s, picture) for s in samples if (picture := s.read()).mean() < 80]
    assert len(dark) >= 5
    errors = [counter.count(Frame(picture)).count - s.count for s, picture in dark]
    assert np.mean(np.abs(errors)) < 4, errors


def test_a_quiet_yard_is_not_taken_for_a_crowd(counter: Counter, data_root: Path) -> None:
    off = []
    with av.open(str(data_root / "videos" / "vtest.avi")) as clip:
        for index, picture in enumerate(clip.decode(video=0)):
            if index in YARD:
                rgb = picture.to_ndarray(format="rgb24")
                off.append(counter.count(Frame(rgb)).count - YARD[index])
    assert len(off) == len(YARD)
    assert np.mean(np.abs(off)) < 5.0, off
