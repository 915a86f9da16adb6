"""Paints one moment: shadows first, then people and things, the farthest first."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.appearance import Appearance
from crowdmon.scene.backdrop import Backdrop, backdrop
from crowdmon.scene.body import Joint, joints
from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.crowd import Crowd
from crowdmon.scene.figure import figure, tones
from crowdmon.scene.furniture import Thing
from crowdmon.scene.light import Light
from crowdmon.scene.parts import head_size
from crowdmon.scene.shadows import darken, shadows
from crowdmon.scene.sprites import Box, Sprite, faded, lay, shared

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, slots=True)
class Layers:
    """A painted moment.

    Attributes:
        rgb: HxWx3 uint8, before the sensor.
        ids: HxW uint16, the rank of what was painted last at each pixel; 0 where only the backdrop is.
        ranks: N, the rank of each person; a higher one was painted later and may hide a lower one.
        heads: Nx2 pixels, the centre of each head.
        sizes: N pixels, the diameter of each head.
        visible: N, whether a head counts as visible.
    """

    rgb: Bytes
    ids: NDArray[np.uint16]
    ranks: NDArray[np.int64]
    heads: Floats
    sizes: Floats
    visible: NDArray[np.bool_]


def paint(now: Crowd, appearances: list[Appearance], *, camera: SceneCamera, light: Light) -> Layers:
    """Paint all people at one moment onto the backdrop."""
    back = backdrop(camera, light)
    tall = np.array([one.height for one in appearances])
    bodies = joints(
        now.ground,
        now.heading,
        now.pose,
        height=tall,
        build=np.array([one.build for one in appearances]),
        swings=np.array([one.swings for one in appearances]),
    )
    pixels, depth = camera.project(bodies)
    image = back.lit.copy()
    mask, boxes = shadows(bodies, now.shown, camera=camera, light=light)
    for box in boxes:
        darken(image, mask, box, lit=back.lit, sun=back.sun)
    paints = tones(appearances, *_lights(now.ground, back, light))
    sprites = [
        faded(
            figure(pixels[i], depth[i], one, paints[i], focal=camera.focal, towards=light.towards),
            float(now.shown[i]),
        )
        for i, one in enumerate(appearances)
    ]
    ids, ranks = _stack(image, sprites, now.ground[:, 1], back)
    heads = pixels[:, Joint.HEAD]
    sizes = np.array([head_size(one) for one in tall]) * camera.focal / depth[:, Joint.HEAD]
    visible = [
        now.shown[i] >= 0.5 and is_visible(ids, (float(x), float(y)), float(sizes[i]), rank=int(ranks[i]))
        for i, (x, y) in enumerate(heads)
    ]
    return Layers(image, ids, ranks, heads, sizes, np.array(visible, dtype=np.bool_))


def _lights(ground: Floats, back: Backdrop, light: Light) -> tuple[Floats, Floats]:
    """Return Nx3 light on the sunny and shady sides of people, at the position of the chest."""
    chest = np.concatenate([ground, np.full((len(ground), 1), 1.25)], axis=-1)
    sun = back.sun_at(light.thrown(chest[:, None])[:, 0])[:, None]
    full, shaded = light.full(ground), light.shaded(ground)
    sunny = shaded + (full - shaded) * sun
    shady = shaded * 0.62 if light.night else shaded * (0.80 + 0.14 * sun)
    return sunny, shady


def _stack(
    image: Bytes, sprites: list[Sprite], away: Floats, back: Backdrop
) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Lay people, and the things they walk behind, over the picture, the farthest first."""
    ids = np.zeros(image.shape[:2], np.uint16)
    ranks = np.zeros(len(sprites), np.int64)
    waiting = list(back.things)
    laid: list[Box] = []
    rank = 0
    for person in np.argsort(-away, kind="stable"):
        rank = _things(image, ids, waiting, laid, nearest=float(away[person]), rank=rank)
        rank += 1
        lay(image, sprites[person], ids=ids, rank=rank)
        laid.append(sprites[person].box)
        ranks[person] = rank
    _things(image, ids, waiting, laid, nearest=-math.inf, rank=rank)
    return ids, ranks


def _things(
    image: Bytes,
    ids: NDArray[np.uint16],
    waiting: list[Thing],
    laid: list[Box],
    *,
    nearest: float,
    rank: int,
) -> int:
    """Lay the things farther out than ``nearest`` that a person already painted may be behind."""
    while waiting and waiting[0].y > nearest:
        thing = waiting.pop(0)
        box = shared(thing.sprite.box, laid)
        if box is not None:
            rank += 1
            lay(image, thing.sprite.cut(box), ids=ids, rank=rank)
    return rank


def is_visible(ids: NDArray[np.uint16], head: tuple[float, float], size: float, *, rank: int) -> bool:
    """Say whether the centre of a head is inside the picture and half of its disc is visible.

    Args:
        ids: HxW id buffer; a pixel with a higher rank than the head's hides it there.
        head: pixel (x, y) of the centre.
        size: diameter in pixels.
        rank: the head's own.
    """
    height, width = ids.shape
    x, y = head
    if not (0.0 <= x <= width - 1 and 0.0 <= y <= height - 1):
        return False
    radius = max(size / 2, 0.75)
    left, right = max(math.ceil(x - radius), 0), min(math.floor(x + radius), width - 1)
    top, bottom = max(math.ceil(y - radius), 0), min(math.floor(y + radius), height - 1)
    across = np.arange(left, right + 1) - x
    down = np.arange(top, bottom + 1) - y
    disc = across[None, :] ** 2 + down[:, None] ** 2 <= radius * radius
    clear = ids[top : bottom + 1, left : right + 1] <= rank
    return bool(2 * np.count_nonzero(disc & clear) >= np.count_nonzero(disc))
