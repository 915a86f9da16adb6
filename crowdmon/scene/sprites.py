"""Small pictures with transparency, and laying them over the big one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


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

    def overlaps(self, other: Sprite) -> bool:
        """Say whether the two rectangles share a pixel."""
        return bool(
            self.left < other.left + other.rgba.shape[1]
            and other.left < self.left + self.rgba.shape[1]
            and self.top < other.top + other.rgba.shape[0]
            and other.top < self.top + self.rgba.shape[0]
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
