"""Contrast is measured from the theme's own values, not promised."""

from __future__ import annotations

import pytest

from crowdmon.ui.shell.stylesheet import stylesheet
from crowdmon.values import CameraState
from crowdmon.view.theme import DARK, LIGHT, THEMES, Theme, contrast, line_pairs, luminance, text_pairs

themes = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)


@themes
def test_all_text_reaches_four_and_a_half_to_one(theme: Theme) -> None:
    assert [(t, g, round(contrast(t, g), 2)) for t, g in text_pairs(theme) if contrast(t, g) < 4.5] == []


@themes
def test_lines_that_matter_reach_three_to_one(theme: Theme) -> None:
    assert [(t, g, round(contrast(t, g), 2)) for t, g in line_pairs(theme) if contrast(t, g) < 3.0] == []


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert luminance("#808080") == pytest.approx(0.2159, abs=1e-4)


@themes
def test_no_roi_has_the_colour_of_a_state(theme: Theme) -> None:
    states = {theme.normal, theme.amber, theme.red, theme.critical, theme.unknown}
    assert states.isdisjoint({theme.whole, *theme.rois})
    assert len(set(theme.rois)) == len(theme.rois)


@themes
def test_every_state_has_a_colour(theme: Theme) -> None:
    colours = {theme.normal, theme.amber, theme.red, theme.unknown}
    assert {theme.of_state(state) for state in CameraState} == colours


def test_roi_colours_come_round_again_and_agree_between_themes() -> None:
    assert DARK.roi(len(DARK.rois)) == DARK.roi(0)
    assert len(DARK.rois) == len(LIGHT.rois)


@themes
def test_the_style_sheet_holds_no_unfilled_place(theme: Theme) -> None:
    text = stylesheet(theme)
    assert theme.accent in text
    assert "{{" not in text
    assert text.count("{") == text.count("}")
