"""Small pictures with transparency, and laying them over the big one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False, slots=True)
class Sprite:
    """Something drawn, to be laid over the picture.

    Attributes:
        rgba: hxwx4 uint8, colours already multiplied by alpha.
        left, top: where its first pixel lies in the picture; may lie outside.
    """

    rgba: Bytes
    left: int
    top: int

    @property
    def box(self) -> Box:
        """Left, top, right and bottom in the picture; right and bottom are just outside."""
        return self.left, self.top, self.left + self.rgba.shape[1], self.top + self.rgba.shape[0]

    def cut(self, box: Box) -> Sprite:
        """Return the part inside a box that lies within the sprite."""
        left, top, right, bottom = box
        part = self.rgba[top - self.top : bottom - self.top, left - self.left : right - self.left]
        return Sprite(part, left, top)


def shared(one: Box, boxes: list[Box]) -> Box | None:
    """Return the smallest box around what ``one`` shares with each of the others; None if nothing."""
    parts = [
        (max(one[0], b[0]), max(one[1], b[1]), min(one[2], b[2]), min(one[3], b[3]))
        for b in boxes
        if one[0] < b[2] and b[0] < one[2] and one[1] < b[3] and b[1] < one[3]
    ]
    if not parts:
        return None
    return (
        min(p[0] for p in parts),
        min(p[1] for p in parts),
        max(p[2] for p in parts),
        max(p[3] for p in parts),
    )


def lay(image: Bytes, sprite: Sprite, *, ids: NDArray[np.uint16] | None = None, rank: int = 0) -> None:
    """Lay a sprite over an HxWx3 picture, and its rank over the id buffer where it is opaque."""
    left, top, rgba = sprite.left, sprite.top, sprite.rgba
    bottom, right = min(top + rgba.shape[0], image.shape[0]), min(left + rgba.shape[1], image.shape[1])
    x, y = max(left, 0), max(top, 0)
    if x >= right or y >= bottom:
        return
    part = rgba[y - top : bottom - top, x - left : right - left]
    alpha = part[..., 3]
    through = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2RGB)
    under = cv2.multiply(image[y:bottom, x:right], through, scale=1 / 255)
    cv2.add(under, cv2.cvtColor(part, cv2.COLOR_RGBA2RGB), dst=under)
    image[y:bottom, x:right] = under
    if ids is not None:
        ids[y:bottom, x:right][alpha > 127] = rank


def faded(sprite: Sprite, shown: float) -> Sprite:
    """Return the sprite with its opacity multiplied by ``shown`` (0..1)."""
    if shown >= 1.0:
        return sprite
    return Sprite(np.rint(sprite.rgba * shown).astype(np.uint8), sprite.left, sprite.top)
