"""Reads and writes ROIs: ``roi.mat`` of the benchmarks, and the YAML configuration."""

from __future__ import annotations

from pathlib import Path

from crowdmon import config as settings
from crowdmon.address import public
from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.errors import ConfigError
from crowdmon.formats.roi import read_roi_mat, to_fractions
from crowdmon.roi.shapes import Points, Refused, checked


def polygon_from_mat(path: str | Path, *, size: tuple[int, int]) -> Points:
    """Read the polygon of a ``roi.mat``, drawn on pictures of ``size`` (width, height) pixels.

    Raises:
        DatasetError: the file is not a ``roi.mat``.
        ConfigError: on a picture of this size its points are not a valid polygon.
    """
    width, height = size
    points = to_fractions(read_roi_mat(path), width=width, height=height)
    # Corners outside the picture are moved to its border, where several may coincide.
    kept = [point for i, point in enumerate(points) if point != points[i - 1]]
    try:
        return checked(kept)
    except Refused as error:
        raise ConfigError(
            f"{path} makes no ROI on a picture of {width} x {height} pixels: {error.message}",
            "Was it drawn on pictures of another size?",
        ) from error


def rois_from_yaml(path: str | Path, *, camera: str) -> tuple[RoiConfig, ...]:
    """Read the ROIs of a configuration: those of the camera of that name, or of its only one.

    Raises:
        ConfigError: no configuration, no such camera, or a camera without ROIs.
    """
    cameras = settings.load(path).cameras
    named = [one for one in cameras if one.name == camera] or list(cameras)
    if len(named) != 1:
        raise ConfigError(f"{path} has {len(cameras)} cameras, none of them named '{camera}'", "Name one so")
    if not named[0].rois:
        raise ConfigError(f"{path} has no ROI for '{named[0].name}'", "Choose another file")
    return named[0].rois


def save_yaml(camera: CameraConfig, path: str | Path) -> None:
    """Write one camera with its ROIs as a configuration; a password in its source is left out.

    Raises:
        SinkError: the file cannot be written.
    """
    shown = camera.model_copy(update={"source": public(camera.source)})
    settings.save(AppConfig(cameras=(shown,)), path)
