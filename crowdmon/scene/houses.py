"""The houses behind the plaza, brought from the flat drawing into the picture."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene import layout
from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.facade import LEFT_M, SCALE, TOP_M, Awning, facade
from crowdmon.scene.light import Light, on_face

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]


def houses(camera: SceneCamera, light: Light) -> tuple[Bytes, NDArray[np.float32]]:
    """Return the houses' picture, HxWx3, and how much (0..1) of each pixel they fill."""
    drawn = facade()
    flat = np.array([(x, up) for x in (-12.0, 12.0) for up in (0.0, TOP_M)])
    sheet = np.stack([(flat[:, 0] - LEFT_M) * SCALE, (TOP_M - flat[:, 1]) * SCALE], axis=-1)
    pixels, depth = camera.project(_on_wall(flat))
    shrink = min(1.0, 1.25 * camera.focal / float(depth.mean()) / SCALE)
    to_picture = cv2.getPerspectiveTransform((sheet * shrink).astype(np.float32), pixels.astype(np.float32))
    paint = _warp(drawn.paint, shrink, to_picture, camera).astype(np.float64)
    full = np.full(drawn.glow.shape, 255, np.uint8)
    inside = _warp(full, shrink, to_picture, camera).astype(np.float32) / np.float32(255)
    lit = on_face(light, (0.0, layout.FACADE_Y - 2.0), (-0.3, -0.954, 0.0))
    paint *= lit * (1.0 if light.night else 1.06)
    if light.night:
        glow = _warp(drawn.glow, shrink, to_picture, camera)[..., None] / 255.0
        paint += glow * np.array([255.0, 196.0, 116.0]) * 0.85
    image = to_bytes(paint)
    for cloth in drawn.awnings:
        _awning(image, cloth, camera, light)
    return image, inside


def _warp(sheet: Bytes, shrink: float, to_picture: NDArray[Any], camera: SceneCamera) -> Bytes:
    """Bring a drawing of the facade into the picture, averaged down first so that it stays calm."""
    small: NDArray[Any] = cv2.resize(sheet, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    out = cv2.warpPerspective(small, to_picture, (camera.width, camera.height), flags=cv2.INTER_LINEAR)
    return np.asarray(out, np.uint8)


def _on_wall(flat: Floats, *, out: float = 0.0) -> Floats:
    """Bring (x, up) metres on the facade into the world, ``out`` metres in front of the wall."""
    x, up = flat[:, 0], flat[:, 1]
    return np.stack([x, layout.FACADE_Y + layout.FACADE_SLOPE * x - out, up], axis=-1)


def _awning(image: Bytes, cloth: Awning, camera: SceneCamera, light: Light) -> None:
    """Paint an awning and the shadow it throws on the wall below."""
    left, right = cloth.left, cloth.right
    if abs(left) > 40 or any(left - 1.7 < door < right + 1.7 for door in layout.DOORS):
        return
    under = np.array([(left + 0.2, 2.95), (right + 0.35, 2.95), (right + 0.35, 1.75), (left + 0.5, 1.75)])
    _dim(image, camera.project(_on_wall(under, out=0.02))[0], 1.0 if light.night else 0.66)
    top = _on_wall(np.array([(left, 3.1), (right, 3.1)]))
    rim = _on_wall(np.array([(left, 2.5), (right, 2.5)]), out=1.25)
    drop = rim - (0.0, 0.0, 0.22)
    strips = max(2, round((right - left) / 0.45)) if cloth.striped else 1
    pale = np.array([214.0, 206.0, 190.0])
    lit = on_face(light, (0.0, layout.FACADE_Y - 2.0), (-0.1, -0.45, 0.89))
    for strip in range(strips):
        a, b = strip / strips, (strip + 1) / strips
        colour = np.array(cloth.colour) if strip % 2 == 0 else pale
        edges = [line[0] + (line[1] - line[0]) * part for line in (top, rim, drop) for part in (a, b)]
        _fill(image, camera, np.array([edges[0], edges[1], edges[3], edges[2]]), colour * lit)
        _fill(image, camera, np.array([edges[2], edges[3], edges[5], edges[4]]), colour * lit * 0.78)


def _fill(image: Bytes, camera: SceneCamera, points: Floats, colour: Floats) -> None:
    pixels = np.rint(np.clip(camera.project(points)[0], -9e3, 9e3) * 16).astype(np.int32)
    red, green, blue = (float(c) for c in np.clip(colour, 0, 255))
    cv2.fillPoly(image, [pixels], (red, green, blue), cv2.LINE_AA, 4)


def _dim(image: Bytes, pixels: Floats, factor: float) -> None:
    low = np.clip(pixels.min(axis=0), 0, (image.shape[1], image.shape[0])).astype(int)
    high = np.clip(pixels.max(axis=0) + 1, 0, (image.shape[1], image.shape[0])).astype(int)
    mask = np.zeros((max(0, high[1] - low[1]), max(0, high[0] - low[0])), np.uint8)
    if mask.size == 0:
        return
    cv2.fillPoly(mask, [np.rint((pixels - low) * 16).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    part = image[low[1] : high[1], low[0] : high[0]]
    part[:] = to_bytes(part * (1.0 - (1.0 - factor) * mask[..., None] / 255.0))


def to_bytes(values: NDArray[Any]) -> Bytes:
    """Round and clip to 0..255."""
    out: Bytes = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return out
