"""Draws one person into a small picture with transparency.

A figure is drawn part by part, the farthest first, several times larger than it will be seen and
then averaged down, which gives clean edges. Each part is drawn twice, dark and then lighter and a
bit towards the light, which makes it look round.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.body import HEAD_M, Joint
from crowdmon.scene.looks import Colour, Look

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Shade = tuple[float, float, float, float]

SHIFT = 4
"""Bits of the fraction in coordinates given to OpenCV."""
DARK = (0.56, 0.58, 0.64)
"""The side away from the light, relative to the lit side: darker, and bluer from the sky."""


@dataclass(frozen=True, eq=False, slots=True)
class Sprite:
    """A figure in the picture.

    Attributes:
        rgba: hxwx4 uint8, colours already multiplied by alpha.
        left, top: where its first pixel lies in the picture; may lie outside.
    """

    rgba: Bytes
    left: int
    top: int


@dataclass(slots=True)
class Canvas:
    """The enlarged picture a figure is drawn on."""

    image: Bytes
    points: Floats
    metre: float
    light: tuple[float, float, float]
    towards: tuple[float, float]

    def shades(self, colour: Colour) -> tuple[Shade, Shade]:
        """Return a colour in the shade and in the light."""
        lit = tuple(min(255.0, c * k) for c, k in zip(colour, self.light, strict=True))
        dark = tuple(c * k for c, k in zip(lit, DARK, strict=True))
        return (dark[0], dark[1], dark[2], 255.0), (lit[0], lit[1], lit[2], 255.0)

    def limb(self, joints: tuple[int, ...], radius: float, colour: Colour) -> None:
        """Draw a round limb along joints; ``radius`` in metres."""
        dark, lit = self.shades(colour)
        thick = max(1, round(2 * radius * self.metre))
        path = self.points[list(joints)]
        cv2.polylines(self.image, [_fixed(path)], False, dark, thick, cv2.LINE_8, SHIFT)
        aside = np.array(self.towards) * (0.34 * radius * self.metre)
        thin = max(1, round(1.15 * radius * self.metre))
        cv2.polylines(self.image, [_fixed(path + aside)], False, lit, thin, cv2.LINE_8, SHIFT)

    def ball(self, centre: Floats, radius: float, colour: Colour, *, squash: float = 1.0) -> None:
        """Draw a ball (or an ellipsoid ``squash`` times as wide); ``radius`` in metres."""
        dark, lit = self.shades(colour)
        size = radius * self.metre
        middle = tuple((dark[i] + lit[i]) / 2 for i in range(4))
        for grow, shade in ((1.0, dark), (0.82, middle), (0.6, lit)):
            aside = np.array(self.towards) * size * (1.0 - grow) * 0.75
            spot = _fixed(centre + aside)
            axes = (int(size * grow * squash * 16), int(size * grow * 16))
            cv2.ellipse(self.image, spot.tolist(), axes, 0, 0, 360, shade, -1, cv2.LINE_8, SHIFT)

    def hull(self, centres: Floats, radii: Floats, colour: Colour) -> None:
        """Draw the convex hull around discs; ``radii`` in metres."""
        dark, lit = self.shades(colour)
        ring = centres[:, None, :] + radii[:, None, None] * self.metre * _RING
        outline = cv2.convexHull(ring.reshape(-1, 1, 2).astype(np.float32))[:, 0].astype(np.float64)
        cv2.fillConvexPoly(self.image, _fixed(outline), dark, cv2.LINE_8, SHIFT)
        middle = outline.mean(axis=0)
        reach = float(radii.mean()) * self.metre
        mixed = tuple((dark[i] + lit[i]) / 2 for i in range(4))
        for grow, shade in ((0.86, mixed), (0.66, lit)):
            aside = np.array(self.towards) * reach * (1.0 - grow) * 1.1
            inner = middle + (outline - middle) * (grow, 0.5 + 0.5 * grow) + aside
            cv2.fillConvexPoly(self.image, _fixed(inner), shade, cv2.LINE_8, SHIFT)


_ANGLES = np.arange(10) * (2 * np.pi / 10)
_RING = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)


def _fixed(points: Floats) -> NDArray[np.int32]:
    """Pixels to OpenCV's fixed point numbers."""
    return np.rint(points * (1 << SHIFT)).astype(np.int32)


def draw(
    pixels: Floats, depth: Floats, look: Look, *, focal: float, light: tuple[float, float, float],
    towards: tuple[float, float],
) -> Sprite:  # fmt: skip
    """Draw one figure.

    Args:
        pixels: 23x2 joints in the picture, in the order of :class:`Joint`.
        depth: 23 metres along the optical axis.
        look: what it wears.
        focal: focal length in pixels.
        light: how brightly it is lit, per colour channel.
        towards: the direction the light comes from, in the picture.
    """
    metre = focal / float(depth[Joint.CHEST])
    enlarge = 4 if metre < 45 else 3 if metre < 85 else 2
    reach = 0.34 * metre + 2
    low, high = pixels.min(axis=0) - reach, pixels.max(axis=0) + reach
    left, top = int(np.floor(low[0])), int(np.floor(low[1]))
    columns, rows = int(np.ceil(high[0])) - left, int(np.ceil(high[1])) - top
    canvas = Canvas(
        image=np.zeros((rows * enlarge, columns * enlarge, 4), np.uint8),
        points=(pixels - (left, top) + 0.5) * enlarge - 0.5,
        metre=metre * enlarge,
        light=light,
        towards=towards,
    )
    for part in _order(depth):
        _PARTS[part](canvas, look, depth)
    rgba = cv2.resize(canvas.image, (columns, rows), interpolation=cv2.INTER_AREA)
    return Sprite(np.asarray(rgba, dtype=np.uint8), left, top)


def _order(depth: Floats) -> list[str]:
    """Return the parts, the farthest first."""
    far = {
        "leg_l": (depth[Joint.KNEE_L] + depth[Joint.HIP_L]) / 2,
        "leg_r": (depth[Joint.KNEE_R] + depth[Joint.HIP_R]) / 2,
        "torso": (depth[Joint.CHEST] + depth[Joint.PELVIS]) / 2,
        "arm_l": depth[Joint.ELBOW_L],
        "arm_r": depth[Joint.ELBOW_R],
        "bag": depth[Joint.PACK],
        "head": depth[Joint.HEAD],
        "hair": depth[Joint.NAPE] - 0.06,
    }
    return sorted(far, key=lambda part: -far[part])


def _leg(canvas: Canvas, look: Look, side: int) -> None:
    hip, knee, ankle, toe = (j + side for j in (Joint.HIP_L, Joint.KNEE_L, Joint.ANKLE_L, Joint.TOE_L))
    wide = 0.055 * look.build * look.height / 1.75
    bare = look.wear in ("shorts", "skirt", "dress")
    canvas.limb((ankle, toe), 0.042, look.shoes)
    canvas.limb((knee, ankle), wide * (0.85 if not bare else 0.75), look.skin if bare else look.bottom)
    if look.wear == "dress" or look.wear == "skirt":
        canvas.limb((hip, knee), wide, look.skin)
    else:
        canvas.limb((hip, knee), wide * 1.25, look.bottom)


def _torso(canvas: Canvas, look: Look, _: Floats) -> None:
    size = look.height / 1.75 * look.build
    points = canvas.points
    if look.wear in ("skirt", "dress", "coat"):
        colour = look.bottom if look.wear == "skirt" else look.top
        hem = points[[Joint.HIP_L, Joint.HIP_R, Joint.HEM_L, Joint.HEM_R]]
        canvas.hull(hem, np.array([0.09, 0.09, 0.1, 0.1]) * size, colour)
    elif look.wear in ("trousers", "shorts"):
        canvas.hull(points[[Joint.HIP_L, Joint.HIP_R]], np.array([0.095, 0.095]) * size, look.bottom)
    corners = points[[Joint.SHOULDER_L, Joint.SHOULDER_R, Joint.CHEST, Joint.HIP_L, Joint.HIP_R]].copy()
    corners[3:] = 0.75 * corners[3:] + 0.25 * corners[:2]
    canvas.hull(corners, np.array([0.062, 0.062, 0.11, 0.088, 0.088]) * size, look.top)
    if look.stripes:
        dark, _lit = canvas.shades(look.bottom)
        for part in (0.15, 0.4, 0.65):
            line = corners[:2] * (1 - part) + corners[3:] * part
            cv2.polylines(
                canvas.image,
                [_fixed(line)],
                False,
                dark,
                max(1, round(0.035 * canvas.metre)),
                cv2.LINE_8,
                SHIFT,
            )
    canvas.limb((Joint.NECK, Joint.HEAD), 0.055, look.skin)


def _arm(canvas: Canvas, look: Look, side: int) -> None:
    shoulder, elbow, wrist = (j + side for j in (Joint.SHOULDER_L, Joint.ELBOW_L, Joint.WRIST_L))
    wide = 0.045 * look.build * look.height / 1.75
    canvas.limb((elbow, wrist), wide * 0.85, look.top if look.sleeves else look.skin)
    canvas.limb((shoulder, elbow), wide * 1.15, look.top)
    canvas.ball(canvas.points[wrist], 0.045, look.skin)


def _head(canvas: Canvas, look: Look, depth: Floats) -> None:
    size = look.height / 1.75 * 0.5 + 0.5
    head = canvas.points[Joint.HEAD]
    radius = HEAD_M / 2 * size
    canvas.ball(head, radius, look.skin if look.style == "bald" else look.hair, squash=0.86)
    facing = float(depth[Joint.HEAD] - depth[Joint.FACE]) / (0.038 * look.height)
    if facing > -0.55:
        face = canvas.points[Joint.FACE] + (0.0, 0.018 * canvas.metre)
        canvas.ball(face, radius * 0.72, look.skin, squash=0.62 + 0.24 * min(1.0, max(0.0, facing + 0.55)))
    if look.hat != "none":
        cap = head - (0.0, 0.045 * canvas.metre)
        if look.hat == "brim":
            canvas.ball(
                cap + np.array((0.0, 0.02 * canvas.metre)), radius * 0.75, look.hat_colour, squash=2.1
            )
        canvas.ball(cap, radius * 0.82, look.hat_colour, squash=1.12)


def _hair(canvas: Canvas, look: Look, _: Floats) -> None:
    if look.style == "long":
        ends = canvas.points[[Joint.NAPE, Joint.HEAD]]
        canvas.hull(ends, np.array([0.095, 0.09]), look.hair)
    elif look.style == "tail":
        canvas.ball(canvas.points[Joint.NAPE], 0.06, look.hair)


def _bag(canvas: Canvas, look: Look, _: Floats) -> None:
    if look.bag == "backpack":
        pack = canvas.points[Joint.PACK] + np.array([[0.0, -0.1], [0.0, 0.14]]) * canvas.metre
        canvas.hull(pack, np.array([0.13, 0.15]), look.bag_colour)
    elif look.bag == "shoulder":
        canvas.limb((Joint.SHOULDER_L, Joint.HIP_R), 0.014, look.bag_colour)
        spot = canvas.points[Joint.HIP_R] + np.array([[-0.05, 0.0], [0.05, 0.06]]) * canvas.metre
        canvas.hull(spot, np.array([0.08, 0.08]), look.bag_colour)
    elif look.bag == "tote":
        spot = canvas.points[Joint.WRIST_R] + np.array([[0.0, 0.1], [0.0, 0.26]]) * canvas.metre
        canvas.hull(spot, np.array([0.07, 0.1]), look.bag_colour)


_PARTS = {
    "leg_l": lambda canvas, look, _: _leg(canvas, look, 0),
    "leg_r": lambda canvas, look, _: _leg(canvas, look, 1),
    "arm_l": lambda canvas, look, _: _arm(canvas, look, 0),
    "arm_r": lambda canvas, look, _: _arm(canvas, look, 1),
    "torso": _torso,
    "head": _head,
    "hair": _hair,
    "bag": _bag,
}
