"""How pictures are shown. What the user sets goes into the configuration and the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PyQt6.QtCore import QObject, pyqtSignal

from crowdmon.config import AppConfig, DisplayConfig, validate
from crowdmon.heatmap import PALETTES
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.heat_control import LEAST, MOST
from crowdmon.ui.picture.picture_pane import PicturePane
from crowdmon.ui.shell.settings import Settings
from crowdmon.view.in_step import Showing

HEAT_VIEWS = ("area", "heads")
"""The heatmap as an area, averaged and smoothed, or as heads as they were counted. By default the first."""

VIDEO = ("in step", "instant")
"""Whether a picture is shown together with its count, or at once; the first is the default."""


@dataclass(frozen=True, slots=True)
class PictureStyle:
    """How pictures are drawn.

    Attributes:
        palette: one of :data:`crowdmon.heatmap.PALETTES`.
        percent: strength of the heatmap, :data:`LEAST` to :data:`MOST`.
        shown: whether there is a heatmap at all.
        private: people are made unrecognisable.
        view: one of :data:`HEAT_VIEWS`.
        video: one of :data:`VIDEO`.
    """

    palette: str = PALETTES[0]
    percent: int = MOST
    shown: bool = True
    private: bool = False
    view: str = HEAT_VIEWS[0]
    video: str = VIDEO[0]

    @property
    def strength(self) -> float:
        """Strength of the heatmap, 0..1."""
        return self.percent / 100 if self.shown else 0.0

    def showing(self) -> Showing:
        """Return what decides which picture is shown, and what lies on it."""
        return Showing(in_step=self.video == VIDEO[0], heads=self.view == "heads", private=self.private)


def with_config(style: PictureStyle, display: DisplayConfig) -> PictureStyle:
    """Return the style with the values that a configuration sets."""
    heat = display.heat
    return PictureStyle(
        palette=display.palette or style.palette,
        percent=style.percent if not heat else min(max(round(100 * heat), LEAST), MOST),
        shown=style.shown if heat is None else heat > 0,
        private=style.private if display.pixelate is None else display.pixelate,
        view=display.heat_view or style.view,
        video=display.video or style.video,
    )


class StyleControl(QObject):
    """Holds the style, applies it to the picture, and writes the user's changes to the configuration.

    Signals:
        changed(): the style has changed.
    """

    changed = pyqtSignal()

    def __init__(
        self, bridge: Bridge, settings: Settings, pane: PicturePane, *, show_as: Callable[[Showing], object]
    ) -> None:
        """Start with what the configuration says, else with what is remembered; ``show_as`` gets the rest."""
        super().__init__()
        self._show_as = show_as
        self._bridge, self._settings, self._pane = bridge, settings, pane
        remembered = PictureStyle(
            palette=settings.choice("palette", PALETTES),
            percent=settings.number("heat", MOST, low=LEAST, high=MOST),
            private=settings.number("pixelate", 0, low=0, high=1) == 1,
            view=settings.choice("heat_view", HEAT_VIEWS),
            video=settings.choice("video", VIDEO),
        )
        self.style = with_config(remembered, bridge.config.display)
        self._given = bridge.config.display
        self._show()
        pane.heat.slider.valueChanged.connect(self.set_percent)
        bridge.config_changed.connect(self._follow)

    def set_palette(self, name: str) -> None:
        """Paint the heat in another of :data:`crowdmon.heatmap.PALETTES`."""
        self._settings.keep("palette", name)
        self._change(replace(self.style, palette=name), palette=name)

    def set_percent(self, percent: int) -> None:
        """Set the strength of the heatmap in per cent."""
        self._settings.keep("heat", percent)
        self._change(replace(self.style, percent=percent), heat=percent / 100)

    def set_shown(self, shown: bool) -> None:
        """Show or hide the heatmap."""
        style = replace(self.style, shown=shown)
        self._change(style, heat=style.strength)

    def set_private(self, private: bool) -> None:
        """Pixelate people on the screen and in saved pictures, or stop doing so."""
        self._settings.keep("pixelate", int(private))
        self._change(replace(self.style, private=private), pixelate=private)

    def set_view(self, view: str) -> None:
        """Draw the heatmap as another of :data:`HEAT_VIEWS`."""
        self._settings.keep("heat_view", view)
        self._change(replace(self.style, view=view), heat_view=view)

    def set_video(self, video: str) -> None:
        """Show pictures and their counts together in another of :data:`VIDEO`."""
        self._settings.keep("video", video)
        self._change(replace(self.style, video=video), video=video)

    def _change(self, style: PictureStyle, **keys: object) -> None:
        if style == self.style:
            return
        self.style = style
        self._show()
        config = self._bridge.config
        kept = {**config.display.model_dump(), **keys}
        self._given = validate(DisplayConfig, kept, where="the window")
        self._bridge.apply(config.model_copy(update={"display": self._given}))

    def _follow(self, config: AppConfig) -> None:
        """Take what another configuration says."""
        if config.display != self._given:
            self._given = config.display
            self.style = with_config(self.style, config.display)
            self._show()

    def _show(self) -> None:
        style, pane = self.style, self._pane
        if pane.video.palette_name != style.palette:
            pane.video.set_palette_name(style.palette)
            pane.legend.set_palette_name(style.palette)
        pane.heat.slider.setValue(style.percent)
        pane.video.set_heat_opacity(style.percent)
        pane.set_heat_shown(style.shown)
        if pane.video.heat.as_heads != (style.view == "heads"):
            pane.video.set_heat_as_heads(style.view == "heads")
        pane.legend.set_view(style.view)
        self._show_as(style.showing())
        if pane.video.private != style.private:
            pane.video.set_private(style.private)
        self.changed.emit()
