from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.capture.orientation import UPRIGHT, Orientation, from_display_matrix, from_exif
from tests.capture.clips import corners, encoded, quarters, with_exif

ONE = 1 << 16
MATRICES = [(a * ONE, b * ONE, c * ONE, d * ONE) for a, b, c, d in [
    (1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0),
    (-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, 1, 0), (0, -1, -1, 0),
]]  # fmt: skip


def packed(a: int, b: int, c: int, d: int) -> bytes:
    return struct.pack("=9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize("matrix", MATRICES)
def test_every_pixel_goes_where_the_matrix_sends_it(matrix: tuple[int, int, int, int]) -> None:
    a, b, c, d = (one // ONE for one in matrix)
    stored = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    places = {(x, y): (a * x + c * y, b * x + d * y) for y in range(2) for x in range(3)}
    left, top = min(x for x, _ in places.values()), min(y for _, y in places.values())
    turn = from_display_matrix(packed(*matrix))
    upright = turn.apply(stored)
    assert turn.size((3, 2)) == upright.shape[1::-1]
    for (x, y), (to_x, to_y) in places.items():
        assert (upright[to_y - top, to_x - left] == stored[y, x]).all()


@given(st.binary(max_size=80))
def test_any_matrix_is_read_as_some_quarter_turn(data: bytes) -> None:
    assert from_display_matrix(data).quarters in range(4)


def test_a_slanted_matrix_stays_upright() -> None:
    assert from_display_matrix(packed(ONE, ONE, -ONE, ONE)) == UPRIGHT
    assert from_display_matrix(b"") == UPRIGHT


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", range(1, 9))
def test_exif_agrees_with_another_reader(value: int, order: str) -> None:
    picture = with_exif(encoded(quarters(64, 32), ".jpg"), value, order=order)
    plain = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    turned = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    got = from_exif(picture).apply(plain[..., ::-1])
    assert got.shape == turned.shape
    assert corners(got) == corners(turned[..., ::-1])


@given(st.binary(max_size=200))
def test_broken_exif_is_upright(tail: bytes) -> None:
    for head in (b"\xff\xd8\xff\xe1\0\0Exif\0\0II*\0", b"II*\0", b"\x89PNGeXIfMM\0*"):
        assert isinstance(from_exif(head + tail), Orientation)
    assert from_exif(tail[:3]) == UPRIGHT
