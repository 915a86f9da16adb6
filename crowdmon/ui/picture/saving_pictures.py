"""File > Save picture, Save plot: what is on the screen as PNG files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog, QWidget

from crowdmon import picture, privacy
from crowdmon.area import HeatArea
from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.track.measure import measure
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.style import PictureStyle, StyleControl
from crowdmon.ui.shell.document import show_error
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.values import DensityMap, Frame, Roi

PLAIN = PictureStyle()


class PictureSaver(QObject):
    """Asks for a file, has the picture painted and written in the background, shows errors."""

    def __init__(self, window: QWidget, bridge: Bridge, presenter: Presenter, style: StyleControl) -> None:
        super().__init__(window)
        self._window, self._bridge, self._presenter, self._style = window, bridge, presenter, style

    def save_picture(self) -> None:
        """Save the picture counted last, with its heat, its ROIs and its numbers."""
        name = self._presenter.focused
        camera = self._bridge.look(name)
        config = next((one for one in self._bridge.config.cameras if one.name == name), None)
        if camera is None or config is None or camera.counted is None or camera.density is None:
            show_error(self._window, CrowdmonError("No picture was counted yet", "Wait for the first count"))
            return
        frame, density, rois, style = camera.counted, camera.density, config.to_rois(), self._style.style
        whole, looked_at = config.counts_whole, self._presenter.camera
        area = looked_at.area() if looked_at is not None and style.view == "area" else None
        path = self._ask("Save picture", f"{_plain(name)}.png")
        if path is not None:
            self._bridge.run_task(
                lambda _: write_snapshot(
                    frame, density, rois, path=path, style=style, whole=whole, area=area
                ),
                self._done,
            )

    def save_plot(self, plot: QWidget) -> None:
        """Save the plot as it is shown."""
        path = self._ask("Save plot", "counts.png")
        if path is not None:
            rgb = pictures.to_rgb(plot.grab().toImage())
            self._bridge.run_task(lambda _: picture.write_png(rgb, path), self._done)

    def _ask(self, title: str, proposed: str) -> Path | None:
        text, _ = QFileDialog.getSaveFileName(self._window, title, proposed, "PNG pictures (*.png)")
        if not text:
            return None
        path = Path(text)
        path = path if path.suffix.lower() == ".png" else path.with_suffix(".png")
        try:
            self._bridge.check_output(title.removeprefix("Save ").capitalize(), path)
        except CrowdmonError as error:
            show_error(self._window, error)
            return None
        return path

    def _done(self, _result: object, error: Exception | None) -> None:
        if isinstance(error, CrowdmonError):
            show_error(self._window, error)
        elif error is not None:
            show_error(self._window, SinkError(f"the picture cannot be written: {error}"))


def write_snapshot(
    frame: Frame,
    density: DensityMap,
    rois: tuple[Roi, ...],
    *,
    path: Path,
    style: PictureStyle = PLAIN,
    whole: bool = True,
    area: HeatArea | None = None,
) -> None:
    """Paint what was counted in ``frame`` and write it; the counts are those of this picture.

    Args:
        frame, density: of the same moment.
        rois: the camera's.
        path: the PNG file.
        style: the heatmap's colours and strength, and whether people are made unrecognisable.
        whole: whether the whole picture was counted, or only the ROIs.
        area: where it was crowded in the last seconds, if that is what the window shows.
    """
    if style.private:
        frame = replace(frame, rgb=privacy.pixelate(frame.rgb, density))
    at = datetime.fromtimestamp(frame.time).astimezone().isoformat(sep=" ", timespec="seconds")
    painted = picture.paint(
        frame,
        density,
        measure(density, rois, whole=whole),
        rois,
        title=f"{frame.camera}  {at}",
        palette=style.palette,
        strength=style.strength,
        area=area,
    )
    picture.write_png(painted, path)


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_ " else "_" for c in name).strip() or "picture"
