from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon import heatmap

palettes = pytest.mark.parametrize("palette", heatmap.PALETTES)


def luminance(rgb: np.ndarray) -> np.ndarray:
    return (rgb / 255.0) ** 2.2 @ [0.2126, 0.7152, 0.0722]


@palettes
def test_nobody_is_transparent(palette: str) -> None:
    assert not heatmap.paint(np.zeros((4, 5), np.float32), palette).any()


@palettes
def test_never_more_opaque_than_seventy_percent(palette: str) -> None:
    rgba = heatmap.paint(np.full((2, 2), 1e6, np.float32), palette)
    assert rgba[..., 3].max() <= round(0.7 * 255)
    assert heatmap.table(palette, 1.0)[:, 3].max() <= round(0.7 * 255)


@palettes
def test_more_people_are_never_darker(palette: str) -> None:
    # Sampled wider than what rounding to 8 bits can turn round.
    assert (np.diff(luminance(heatmap.colours(palette)[::15])) > 0).all()


@palettes
def test_colours_are_multiplied_by_alpha(palette: str) -> None:
    table = heatmap.table(palette).astype(int)
    assert (table[:, :3] <= table[:, 3:] + 1).all()


@given(st.floats(0, 1), st.floats(0, 100))
def test_the_scale_does_not_follow_the_frame(value: float, other: float) -> None:
    alone = heatmap.paint(np.array([[value]], np.float32))[0, 0]
    in_company = heatmap.paint(np.array([[value, other]], np.float32))[0, 0]
    assert (alone == in_company).all()


def test_what_is_not_finite_is_nobody_or_the_end() -> None:
    rgba = heatmap.paint(np.array([[np.nan, -np.inf, np.inf]], np.float32))
    assert not rgba[0, :2].any()
    assert (rgba[0, 2] == heatmap.table("inferno")[255]).all()


def test_the_ticks_span_the_scale() -> None:
    assert heatmap.TICKS[0] == 0
    assert heatmap.TICKS[-1] == pytest.approx(heatmap.TOP)
