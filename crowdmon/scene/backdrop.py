"""The empty plaza: in full light, in the shade, and the things that people can walk behind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene import layout
from crowdmon.scene.camera import HEIGHT_M, TILT, SceneCamera
from crowdmon.scene.fountain import fountain
from crowdmon.scene.furniture import Thing, bench, lamp, parasol, planter
from crowdmon.scene.houses import houses, to_bytes
from crowdmon.scene.light import Light
from crowdmon.scene.paving import paving
from crowdmon.scene.sprites import Sprite, lay
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
        sun: HxWx3 uint8, the light that a shadow on the ground removes.
        things: what stands on it, the farthest first.
        shadows: map of the things' shadows on the ground, 255 in full shadow, see :meth:`sun_at`.
    """

    lit: Bytes
    sun: Bytes
    things: tuple[Thing, ...]
    shadows: Bytes

    def sun_at(self, ground: Floats) -> Floats:
        """Return 0..1, how much of the direct light reaches (..., 2) metres of the ground."""
        column = np.clip((ground[..., 0] - MAP_LEFT) * MAP_SCALE, 0, MAP_SHAPE[1] - 1).astype(np.int64)
        row = np.clip((ground[..., 1] - MAP_NEAR) * MAP_SCALE, 0, MAP_SHAPE[0] - 1).astype(np.int64)
        out: Floats = 1.0 - self.shadows[row, column] / 255.0
        return out


@lru_cache(maxsize=16)
def backdrop(camera: SceneCamera, light: Light) -> Backdrop:
    """Build the empty plaza. The result is cached, because a camera looks at the same one all day."""
    things = _things(camera, light)
    shadows = _shadow_map(things, light)
    lit, shade = _ground(camera, light, shadows)
    paint, inside = houses(camera, light)
    part = inside[..., None]
    lit, shade = (to_bytes(image * (1 - part) + paint * part) for image in (lit, shade))
    for image in (lit, shade):
        for thing in things:
            lay(image, thing.sprite)
    lit, shade = _lens(lit), _lens(shade)
    sun = np.asarray(cv2.subtract(lit, shade), np.uint8)
    return Backdrop(lit, sun, tuple(_cut_out(thing, lit) for thing in things), shadows)


def _cut_out(thing: Thing, image: Bytes) -> Thing:
    """Take a thing's colours from the finished picture, so that laying it there again changes nothing."""
    height, width = image.shape[:2]
    left, top, right, bottom = thing.sprite.box
    box = (max(left, 0), max(top, 0), max(0, min(right, width)), max(0, min(bottom, height)))
    if box[0] >= box[2] or box[1] >= box[3]:
        return Thing(thing.y, Sprite(np.zeros((0, 0, 4), np.uint8), 0, 0), ())
    alpha = thing.sprite.cut(box).rgba[..., 3:]
    colours = image[box[1] : box[3], box[0] : box[2]].astype(np.uint16)
    rgb = (colours * alpha // 255).astype(np.uint8)
    return Thing(thing.y, Sprite(np.concatenate([rgb, alpha], axis=-1), box[0], box[1]), ())


def _things(camera: SceneCamera, light: Light) -> tuple[Thing, ...]:
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


def _shadow_map(things: tuple[Thing, ...], light: Light) -> Bytes:
    """Draw what the things shade, seen from straight above."""
    sheet = np.zeros(MAP_SHAPE, np.uint8)
    for thing in things:
        for outline in thing.casts:
            if light.night and float(outline[:, 2].max()) > 2.0:
                continue
            flat = (light.thrown(outline) - (MAP_LEFT, MAP_NEAR)) * MAP_SCALE
            hull = cv2.convexHull(np.rint(flat).astype(np.int32)[:, None])
            cv2.fillConvexPoly(sheet, hull, 255)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 1.6), np.uint8)


def _ground(camera: SceneCamera, light: Light, shadows: Bytes) -> tuple[Bytes, Bytes]:
    """Paint the ground in full light with the things' shadows, and all in the shade."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width].astype(np.float64)
    ground = camera.to_ground(np.stack([columns, rows], axis=-1))
    # Above the horizon and far behind the houses, no ground is visible.
    ground[(ground[..., 1] <= 0) | (ground[..., 1] > 90)] = (0.0, 90.0)
    x, y = (ground[..., i].astype(np.float32) for i in (0, 1))
    depth = y * math.cos(TILT) + HEIGHT_M * math.sin(TILT)
    across = depth / np.float32(camera.focal)
    along = across * np.sqrt(y * y + HEIGHT_M**2) / HEIGHT_M
    stone = paving(x, y, (across, along))
    at_x, at_y = (x - MAP_LEFT) * MAP_SCALE, (y - MAP_NEAR) * MAP_SCALE
    shadow = cv2.remap(shadows, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    wall = layout.FACADE_Y + layout.FACADE_SLOPE * x
    corner = np.exp(-np.maximum(wall - y, 0.0) / 0.7)[..., None] * 0.3
    shade = light.shaded(ground)
    full = light.full(ground)
    mixed = full + (shade - full) * (shadow[..., None] / 255.0)
    return to_bytes(stone * mixed * (1 - corner)), to_bytes(stone * shade * (1 - corner))


def _lens(image: Bytes) -> Bytes:
    """Soften and darken towards the corners, as a small lens does."""
    height, width = image.shape[:2]
    soft = cv2.GaussianBlur(image, (0, 0), 0.55 * height / 720 + 0.1)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    out = to_bytes(soft * (1.0 - 0.06 * (x * x + y * y))[..., None])
    out.flags.writeable = False
    return out
