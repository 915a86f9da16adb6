"""The shadows people throw on the ground, drawn into one mask for all of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.body import Joint
from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.light import Light

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Box = tuple[int, int, int, int]
UNIT = 16

_LIMBS = (
    (Joint.HIP_L, Joint.KNEE_L, Joint.ANKLE_L, Joint.TOE_L),
    (Joint.HIP_R, Joint.KNEE_R, Joint.ANKLE_R, Joint.TOE_R),
    (Joint.SHOULDER_L, Joint.ELBOW_L, Joint.WRIST_L),
    (Joint.SHOULDER_R, Joint.ELBOW_R, Joint.WRIST_R),
)
_BODY = ((Joint.CHEST, Joint.PELVIS), (Joint.SHOULDER_L, Joint.SHOULDER_R))
_TRUNK = (Joint.SHOULDER_L, Joint.SHOULDER_R, Joint.HIP_R, Joint.HIP_L)


def shadows(bodies: Floats, shown: Floats, *, camera: SceneCamera, light: Light) -> tuple[Bytes, list[Box]]:
    """Draw the shadows of NxJx3 bodies in metres.

    Returns:
        HxW mask with hard edges, 255 in full shadow, and for each body the box (left, top, right,
        bottom) around its shadow in pixels, inside the picture.
    """
    mask = np.zeros((camera.height, camera.width), np.uint8)
    boxes: list[Box] = []
    if len(bodies) == 0:
        return mask, boxes
    thrown = light.thrown(bodies)
    flat = np.concatenate([thrown, np.zeros((*thrown.shape[:2], 1))], axis=-1)
    pixels, depth = camera.project(flat)
    fixed = np.rint(pixels * UNIT).astype(np.int32)
    metre = camera.focal / depth.mean(axis=1)
    dark = np.rint(255 * shown * light.depth(bodies[:, 0, :2])).astype(int)
    for body in range(len(bodies)):
        _one(mask, fixed[body], float(metre[body]), int(dark[body]))
        margin = 0.25 * float(metre[body]) + 5
        low, high = pixels[body].min(axis=0) - margin, pixels[body].max(axis=0) + margin
        boxes.append(
            (
                min(max(int(low[0]), 0), camera.width),
                min(max(int(low[1]), 0), camera.height),
                min(max(int(high[0]) + 1, 0), camera.width),
                min(max(int(high[1]) + 1, 0), camera.height),
            )
        )
    return mask, boxes


def _one(mask: Bytes, points: NDArray[np.int32], metre: float, dark: int) -> None:
    """Draw one shadow; ``metre`` in pixels."""
    feet = (points[Joint.ANKLE_L] + points[Joint.ANKLE_R]) // 2
    # Close to the feet the sky is hidden as well.
    axes = (round(0.30 * metre * UNIT), round(0.13 * metre * UNIT))
    cv2.ellipse(mask, (int(feet[0]), int(feet[1])), axes, 0, 0, 360, (dark * 2 // 5,), -1, cv2.LINE_8, 4)
    _lines(mask, [points.take(limb, 0) for limb in _LIMBS], 0.095 * metre, dark)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.take(_TRUNK, 0)), (dark,), cv2.LINE_8, 4)
    _lines(mask, [points.take(line, 0) for line in _BODY], 0.16 * metre, dark)
    head = points[Joint.HEAD]
    axes = (round(0.115 * metre * UNIT), round(0.075 * metre * UNIT))
    cv2.ellipse(mask, (int(head[0]), int(head[1])), axes, 0, 0, 360, (dark,), -1, cv2.LINE_8, 4)


def _lines(mask: Bytes, paths: list[NDArray[np.int32]], wide: float, dark: int) -> None:
    cv2.polylines(mask, paths, False, (dark,), max(1, round(wide)), cv2.LINE_8, 4)


def softness(height: int, bottom: int) -> int:
    """Return the odd width in pixels of the soft edge of a shadow that reaches down to ``bottom``.

    The nearer the ground, the lower in the picture, and the more pixels the same half shadow has.
    """
    return 3 + 2 * round(3 * (height / 720) * max(0.0, bottom / height - 0.3))


def darken(image: Bytes, mask: Bytes, box: Box, *, lit: Bytes, sun: Bytes) -> None:
    """Lay the shadows inside a box over the picture.

    ``lit`` is the backdrop in full light and ``sun`` what a shadow takes from it. Everything is
    taken from those and the mask alone, so that boxes may overlap.
    """
    left, top, right, bottom = box
    if left >= right or top >= bottom:
        return
    part = (slice(top, bottom), slice(left, right))
    # Softened with a margin, so that the edge of a box does not show where shadows meet.
    size = softness(mask.shape[0], bottom)
    up, aside = min(top, size), min(left, size)
    wide = np.ascontiguousarray(mask[top - up : bottom + size, left - aside : right + size])
    soft = cv2.GaussianBlur(wide, (size, size), 0)[up : up + bottom - top, aside : aside + right - left]
    dark = cv2.cvtColor(soft, cv2.COLOR_GRAY2RGB)
    image[part] = cv2.subtract(lit[part], cv2.multiply(sun[part], dark, scale=1 / 255))
