"""The colours of the window as data, and their required contrast.

There are two themes. Every pair of colours with a meaning is listed in :func:`text_pairs` and
:func:`line_pairs`. A test measures all of them, so that no change can make something unreadable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crowdmon.values import CameraState, Level

GRID = 4
"""Every distance is a multiple of this many pixels."""

CAPTION, BODY, HEAD, BIG = 12, 13, 16, 40
"""Type sizes, in device-independent pixels."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, each ``#rrggbb``.

    Attributes:
        background, surface, raised: from the deepest plane to the nearest.
        line: thin lines for decoration only; control: outlines that show where a control is.
        text, muted: main text, and explanations.
        accent, on_accent: focus and selection, and the text on it.
        normal, amber, red, critical, unknown: states, and nothing else.
        whole: the line of the whole picture in the plot.
        rois: one colour for each ROI, in turn; no state has one of them.
    """

    name: str
    background: str
    surface: str
    raised: str
    line: str
    control: str
    text: str
    muted: str
    accent: str
    on_accent: str
    normal: str
    amber: str
    red: str
    critical: str
    unknown: str
    whole: str
    rois: tuple[str, ...]

    def roi(self, index: int) -> str:
        """Return the colour of the ROI at ``index``; after the last, the colours repeat."""
        return self.rois[index % len(self.rois)]

    def of_level(self, level: Level) -> str:
        """Return the colour of a level; that of normal for none."""
        colours = {Level.AMBER: self.amber, Level.RED: self.red, Level.CRITICAL: self.critical}
        return colours.get(level, self.normal)

    def of_state(self, state: CameraState) -> str:
        """Return the colour of a camera's state."""
        if state is CameraState.LIVE:
            return self.normal
        if state in (CameraState.STALE, CameraState.RECONNECTING):
            return self.amber
        return self.red if state is CameraState.FAILED else self.unknown


DARK = Theme(
    name="dark",
    background="#0e1116",
    surface="#161b22",
    raised="#212832",
    line="#2a313c",
    control="#6e7a89",
    text="#e6edf3",
    muted="#9aa7b4",
    accent="#4c9aff",
    on_accent="#08131f",
    normal="#3fb37f",
    amber="#f2b134",
    red="#f0524f",
    critical="#d05ce3",
    unknown="#8b96a3",
    whole="#e6edf3",
    rois=("#6cc7f0", "#ff9ecb", "#c8d96a", "#b9a8ff", "#e3ab86", "#7be3d8"),
)

LIGHT = Theme(
    name="light",
    background="#eef1f5",
    surface="#ffffff",
    raised="#e3e8ee",
    line="#d3dae2",
    control="#76818d",
    text="#10161d",
    muted="#4d5965",
    accent="#0b5fc6",
    on_accent="#ffffff",
    normal="#1b7d51",
    amber="#8a5a00",
    red="#c22a27",
    critical="#9a2bb0",
    unknown="#616c78",
    whole="#10161d",
    rois=("#0f6f9e", "#b52f76", "#5f6d00", "#6546c9", "#94532a", "#0b766c"),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def luminance(colour: str) -> float:
    """Return the relative luminance 0..1 of ``#rrggbb`` (WCAG 2.2)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio 1..21 of two colours (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_pairs(theme: Theme) -> Iterator[tuple[str, str]]:
    """Yield (text, ground) for all text that the window shows; each must reach 4.5:1."""
    for ground in (theme.background, theme.surface, theme.raised):
        yield theme.text, ground
        yield theme.muted, ground
        yield theme.accent, ground  # what leads elsewhere
    for ground in (theme.background, theme.surface):
        for colour in (theme.normal, theme.amber, theme.red, theme.critical, theme.unknown):
            yield colour, ground
    for colour in (theme.whole, *theme.rois):
        yield colour, theme.background
    yield theme.on_accent, theme.accent
    yield theme.accent, theme.surface  # what leads somewhere, such as how a camera was checked


def line_pairs(theme: Theme) -> Iterator[tuple[str, str]]:
    """Yield (line, ground) for all lines that matter; each must reach 3:1."""
    for ground in (theme.background, theme.surface, theme.raised):
        yield theme.control, ground
        yield theme.accent, ground
    for ground in (theme.background, theme.surface):
        for colour in (theme.whole, *theme.rois):
            yield colour, ground
