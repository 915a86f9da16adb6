"""The plaza without anybody on it: in full light, in the shade, and what people can walk behind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene import layout
from crowdmon.scene.camera import HEIGHT_M, TILT, Camera
from crowdmon.scene.facade import LEFT_M, SCALE, TOP_M, Awning, facade
from crowdmon.scene.furniture import Thing, bench, fountain, lamp, parasol, planter
from crowdmon.scene.light import Light, on_face
from crowdmon.scene.paving import paving
from crowdmon.scene.sprites import lay
from crowdmon.scene.trees import tree

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

MAP_LEFT, MAP_NEAR, MAP_SCALE = -34.0, 1.0, 24.0
"""Where the map of shadows begins, in metres, and its pixels for each metre."""
MAP_SHAPE = (1000, 1632)


@dataclass(frozen=True, eq=False, slots=True)
class Backdrop:
    """The empty plaza.

    Attributes:
        lit: HxWx3 uint8, as it looks with its own shadows.
        shade: HxWx3 uint8, the same with all the ground in shadow.
        things: what stands on it, the farthest first.
        shadows: map of the things' shadows on the ground, 0..1, see :meth:`sun_at`.
    """

    lit: Bytes
    shade: Bytes
    things: tuple[Thing, ...]
    shadows: NDArray[np.float32]

    def sun_at(self, ground: Floats) -> Floats:
        """Return 0..1, how much of the direct light reaches (..., 2) metres of the ground."""
        column = np.clip((ground[..., 0] - MAP_LEFT) * MAP_SCALE, 0, MAP_SHAPE[1] - 1).astype(np.int64)
        row = np.clip((ground[..., 1] - MAP_NEAR) * MAP_SCALE, 0, MAP_SHAPE[0] - 1).astype(np.int64)
        out: Floats = 1.0 - self.shadows[row, column].astype(np.float64)
        return out


@lru_cache(maxsize=8)
def backdrop(camera: Camera, light: Light) -> Backdrop:
    """Build the empty plaza; kept, for a camera looks at the same one all day."""
    things = _things(camera, light)
    shadows = _shadow_map(things, light)
    lit, shade = _ground(camera, light, shadows)
    for image in (lit, shade):
        _houses(image, camera, light)
        for thing in things:
            lay(image, thing.sprite)
    out = tuple(_lens(image) for image in (lit, shade))
    return Backdrop(out[0], out[1], things, shadows)


def _things(camera: Camera, light: Light) -> tuple[Thing, ...]:
    """Build everything that stands on the plaza, the farthest first."""
    cloths = ((206.0, 196.0, 172.0), (162.0, 64.0, 54.0), (206.0, 196.0, 172.0))
    turns = (1.45, 1.45, -1.5)
    things = [fountain(camera, light, layout.FOUNTAIN)]
    things += [tree(camera, light, at) for at in layout.TREES]
    things += [lamp(camera, light, at) for at in layout.LAMPS]
    things += [planter(camera, light, at) for at in layout.PLANTERS]
    things += [bench(camera, light, at, turn=turn) for at, turn in zip(layout.BENCHES, turns, strict=True)]
    things += [parasol(camera, light, at, colour=c) for at, c in zip(layout.PARASOLS, cloths, strict=True)]
    return tuple(sorted(things, key=lambda thing: -thing.y))


def _shadow_map(things: tuple[Thing, ...], light: Light) -> NDArray[np.float32]:
    """Draw what the things shade, seen from straight above."""
    sheet = np.zeros(MAP_SHAPE, np.uint8)
    for thing in things:
        for outline in thing.casts:
            if light.night and float(outline[:, 2].max()) > 2.0:
                continue
            flat = (light.thrown(outline) - (MAP_LEFT, MAP_NEAR)) * MAP_SCALE
            hull = cv2.convexHull(np.rint(flat).astype(np.int32)[:, None])
            cv2.fillConvexPoly(sheet, hull, 255)
    soft = cv2.GaussianBlur(sheet, (0, 0), 1.6)
    out: NDArray[np.float32] = soft.astype(np.float32) / 255.0
    return out


def _ground(camera: Camera, light: Light, shadows: NDArray[np.float32]) -> tuple[Bytes, Bytes]:
    """Paint the ground in full light with the things' shadows, and all in the shade."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width].astype(np.float64)
    ground = camera.to_ground(np.stack([columns, rows], axis=-1))
    # Above the horizon and far behind the houses there is nothing to see of the ground.
    ground[(ground[..., 1] <= 0) | (ground[..., 1] > 90)] = (0.0, 90.0)
    x, y = (ground[..., i].astype(np.float32) for i in (0, 1))
    depth = y * math.cos(TILT) + HEIGHT_M * math.sin(TILT)
    across = depth / np.float32(camera.focal)
    along = across * np.sqrt(y * y + HEIGHT_M**2) / HEIGHT_M
    stone = paving(x, y, (across, along))
    at_x, at_y = (x - MAP_LEFT) * MAP_SCALE, (y - MAP_NEAR) * MAP_SCALE
    shadow = cv2.remap(shadows, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0)
    wall = layout.FACADE_Y + layout.FACADE_SLOPE * x
    corner = np.exp(-np.maximum(wall - y, 0.0) / 0.7)[..., None] * 0.3
    shade = light.shaded(ground)
    full = light.full(ground)
    mixed = full + (shade - full) * shadow[..., None]
    return _bytes(stone * mixed * (1 - corner)), _bytes(stone * shade * (1 - corner))


def _houses(image: Bytes, camera: Camera, light: Light) -> None:
    """Lay the houses over the upper part of the picture."""
    houses = facade()
    flat = np.array([(x, up) for x in (-12.0, 12.0) for up in (0.0, TOP_M)])
    sheet = np.stack([(flat[:, 0] - LEFT_M) * SCALE, (TOP_M - flat[:, 1]) * SCALE], axis=-1)
    pixels, depth = camera.project(_on_wall(flat))
    shrink = min(1.0, 1.25 * camera.focal / float(depth.mean()) / SCALE)
    to_picture = cv2.getPerspectiveTransform((sheet * shrink).astype(np.float32), pixels.astype(np.float32))
    paint = _warp(houses.paint, shrink, to_picture, camera).astype(np.float64)
    inside = _warp(np.full(houses.glow.shape, 255, np.uint8), shrink, to_picture, camera) / 255.0
    lit = on_face(light, (0.0, layout.FACADE_Y - 2.0), (-0.3, -0.954, 0.0))
    paint *= lit * (1.0 if light.night else 1.06)
    if light.night:
        glow = _warp(houses.glow, shrink, to_picture, camera)[..., None] / 255.0
        paint += glow * np.array([255.0, 196.0, 116.0]) * 0.85
    image[:] = _bytes(image + (paint - image) * inside[..., None])
    for cloth in houses.awnings:
        _awning(image, cloth, camera, light)


def _warp(sheet: Bytes, shrink: float, to_picture: NDArray[Any], camera: Camera) -> Bytes:
    """Bring a drawing of the facade into the picture, averaged down first so that it stays calm."""
    small: NDArray[Any] = cv2.resize(sheet, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    out = cv2.warpPerspective(small, to_picture, (camera.width, camera.height), flags=cv2.INTER_LINEAR)
    return np.asarray(out, np.uint8)


def _on_wall(flat: Floats, *, out: float = 0.0) -> Floats:
    """Bring (x, up) metres on the facade into the world, ``out`` metres in front of the wall."""
    x, up = flat[:, 0], flat[:, 1]
    return np.stack([x, layout.FACADE_Y + layout.FACADE_SLOPE * x - out, up], axis=-1)


def _awning(image: Bytes, cloth: Awning, camera: Camera, light: Light) -> None:
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


def _fill(image: Bytes, camera: Camera, points: Floats, colour: Floats) -> None:
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
    part[:] = _bytes(part * (1.0 - (1.0 - factor) * mask[..., None] / 255.0))


def _lens(image: Bytes) -> Bytes:
    """Soften and darken towards the corners, as a small lens does."""
    height, width = image.shape[:2]
    soft = cv2.GaussianBlur(image, (0, 0), 0.55 * height / 720 + 0.1)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    out = _bytes(soft * (1.0 - 0.06 * (x * x + y * y))[..., None])
    out.flags.writeable = False
    return out


def _bytes(values: NDArray[np.floating]) -> Bytes:
    out: Bytes = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return out
