"""Draws one person into a small picture with transparency.

A figure is drawn part by part, the farthest first, several times larger than it will be seen and
then averaged down, which gives clean edges. Each part is drawn in up to three tones, each smaller,
lighter and nearer to the side the light comes from, which makes it look round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.body import HEAD_M, Joint
from crowdmon.scene.looks import Colour, Look
from crowdmon.scene.sprites import Sprite

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Shade = tuple[float, float, float, float]
Rgb = tuple[float, float, float]

SHIFT = 4
"""Bits of the fraction in coordinates given to OpenCV."""
UNIT = 1 << SHIFT
LIMB_TONES = ((1.0, 0.0), (0.74, 0.24), (0.42, 0.44))
"""Width of each tone of a limb, and how far it is shifted to the light, in radii."""
BALL_TONES = ((1.0, 0.0), (0.86, 0.13), (0.66, 0.30), (0.40, 0.42))
_ANGLES = np.arange(12) * (2 * np.pi / 12)
_RING = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)


@dataclass(frozen=True, slots=True)
class Lit:
    """The light on one person.

    Attributes:
        sunny: what falls on the side towards the light, per colour channel.
        shady: what falls on the other side.
        towards: the direction the light comes from, in the picture.
    """

    sunny: Rgb
    shady: Rgb
    towards: tuple[float, float]


@dataclass(slots=True)
class Canvas:
    """The enlarged picture a figure is drawn on; points are OpenCV's fixed point numbers."""

    image: Bytes
    points: Ints
    metre: float
    light: Lit
    tones: int

    def shade(self, colour: Colour, part: float) -> Shade:
        """Return a colour ``part`` (0..1) of the way from the shady to the sunny side."""
        red, green, blue = (
            min(255.0, c * (low + (high - low) * part))
            for c, low, high in zip(colour, self.light.shady, self.light.sunny, strict=True)
        )
        return red, green, blue, 255.0

    def aside(self, metres: float) -> Ints:
        """Return a shift towards the light."""
        size = metres * self.metre * UNIT
        return np.array([round(self.light.towards[0] * size), round(self.light.towards[1] * size)], np.int32)

    def limb(self, path: Ints, radius: float, colour: Colour) -> None:
        """Draw a round limb along points; ``radius`` in metres."""
        for index, (wide, off) in enumerate(LIMB_TONES[: self.tones]):
            thick = round(2 * wide * radius * self.metre)
            if thick < 1 and index:
                break
            line = path + self.aside(off * radius) if index else path
            shade = self.shade(colour, index / (self.tones - 1))
            cv2.polylines(self.image, [line], False, shade, max(1, thick), cv2.LINE_8, SHIFT)

    def ball(self, centre: Ints, radius: float, colour: Colour, *, squash: float = 1.0) -> None:
        """Draw an upright ellipsoid ``squash`` times as wide as high; ``radius`` in metres."""
        size = radius * self.metre * UNIT
        last = len(BALL_TONES) - 1
        for index, (grow, off) in enumerate(BALL_TONES):
            spot = centre + self.aside(off * radius * 0.8)
            axes = (round(size * grow * squash), round(size * grow))
            shade = self.shade(colour, index / last)
            cv2.ellipse(
                self.image, (int(spot[0]), int(spot[1])), axes, 0, 0, 360, shade, -1, cv2.LINE_8, SHIFT
            )

    def hull(self, centres: Ints, radii: tuple[float, ...], colour: Colour) -> None:
        """Draw the convex hull around discs; ``radii`` in metres."""
        ring = centres[:, None, :] + (np.array(radii) * self.metre * UNIT)[:, None, None] * _RING
        outline = cv2.convexHull(np.rint(ring).astype(np.int32).reshape(-1, 1, 2))[:, 0]
        cv2.fillConvexPoly(self.image, outline, self.shade(colour, 0.0), cv2.LINE_8, SHIFT)
        middle = outline.mean(axis=0)
        spread = outline - middle
        reach = max(radii)
        for index, (grow, off) in enumerate(LIMB_TONES[1 : self.tones], start=1):
            inner = middle + spread * (grow, 0.45 + 0.55 * grow) + self.aside(off * reach)
            shade = self.shade(colour, index / (self.tones - 1))
            cv2.fillConvexPoly(self.image, np.rint(inner).astype(np.int32), shade, cv2.LINE_8, SHIFT)

    def down(self, metres: float) -> Ints:
        """Return a shift down the picture."""
        return np.array([0, round(metres * self.metre * UNIT)], np.int32)


def draw(pixels: Floats, depth: Floats, look: Look, *, focal: float, light: Lit) -> Sprite:
    """Draw one figure.

    Args:
        pixels: 23x2 joints in the picture, in the order of :class:`Joint`.
        depth: 23 metres along the optical axis.
        look: what it wears.
        focal: focal length in pixels.
        light: how it is lit.
    """
    metre = focal / float(depth[Joint.CHEST])
    enlarge = 4 if metre < 40 else 3 if metre < 90 else 2
    reach = 0.30 * metre + 2
    low, high = pixels.min(axis=0) - reach, pixels.max(axis=0) + reach
    left, top = int(np.floor(low[0])), int(np.floor(low[1]))
    columns, rows = int(np.ceil(high[0])) - left, int(np.ceil(high[1])) - top
    points = np.rint(((pixels - (left, top) + 0.5) * enlarge - 0.5) * UNIT).astype(np.int32)
    canvas = Canvas(
        image=np.zeros((rows * enlarge, columns * enlarge, 4), np.uint8),
        points=points,
        metre=metre * enlarge,
        light=light,
        tones=3 if metre > 45 else 2,
    )
    for part in _order(depth):
        _PARTS[part](canvas, look, depth)
    image = canvas.image
    if metre > 60:
        # Near figures would show the steps between the tones.
        image = np.asarray(cv2.blur(image, (3, 3) if metre < 110 else (5, 5)), np.uint8)
    rgba = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    return Sprite(np.asarray(rgba, dtype=np.uint8), left, top)


def _order(depth: Floats) -> list[str]:
    """Return the parts, the farthest first."""
    far = {
        "leg_l": (depth[Joint.KNEE_L] + depth[Joint.HIP_L]) / 2,
        "leg_r": (depth[Joint.KNEE_R] + depth[Joint.HIP_R]) / 2,
        "torso": (depth[Joint.CHEST] + depth[Joint.PELVIS]) / 2,
        "arm_l": (depth[Joint.ELBOW_L] + depth[Joint.WRIST_L]) / 2,
        "arm_r": (depth[Joint.ELBOW_R] + depth[Joint.WRIST_R]) / 2,
        "bag": depth[Joint.PACK],
        "head": depth[Joint.HEAD],
        "hair": depth[Joint.NAPE] - 0.06,
    }
    return sorted(far, key=lambda part: -far[part])


def _leg(canvas: Canvas, look: Look, side: int) -> None:
    points = canvas.points
    hip, knee, ankle, toe = (j + side for j in (Joint.HIP_L, Joint.KNEE_L, Joint.ANKLE_L, Joint.TOE_L))
    wide = 0.058 * look.build * look.height / 1.75
    canvas.limb(points[[ankle, toe]], 0.042 * look.height / 1.75, look.shoes)
    if look.wear == "trousers":
        canvas.limb(points[[hip, knee, ankle]], wide * 1.1, look.bottom)
        return
    bare = look.skin if look.wear != "coat" else look.bottom
    canvas.limb(points[[hip, knee, ankle]], wide * 0.86, bare)
    if look.wear == "shorts":
        canvas.limb(points[[hip, knee]], wide * 1.3, look.bottom)


def _torso(canvas: Canvas, look: Look, _: Floats) -> None:
    size = look.height / 1.75 * look.build
    points = canvas.points
    canvas.limb(points[[Joint.NECK, Joint.HEAD]], 0.055, look.skin)
    if look.wear in ("skirt", "dress", "coat"):
        colour = look.bottom if look.wear == "skirt" else look.top
        hem = points[[Joint.HIP_L, Joint.HIP_R, Joint.HEM_L, Joint.HEM_R]]
        canvas.hull(hem, (0.09 * size, 0.09 * size, 0.095 * size, 0.095 * size), colour)
    else:
        canvas.hull(points[[Joint.HIP_L, Joint.HIP_R]], (0.098 * size, 0.098 * size), look.bottom)
    corners = points[[Joint.SHOULDER_L, Joint.SHOULDER_R, Joint.CHEST, Joint.HIP_L, Joint.HIP_R]].copy()
    corners[3:] += (corners[:2] - corners[3:]) // 4
    canvas.hull(corners, (0.066 * size, 0.066 * size, 0.118 * size, 0.098 * size, 0.098 * size), look.top)
    if look.stripes:
        thick = max(1, round(0.035 * canvas.metre))
        for part in (0.15, 0.4, 0.65):
            line = (corners[:2] * (1 - part) + corners[3:] * part).astype(np.int32)
            cv2.polylines(
                canvas.image, [line], False, canvas.shade(look.bottom, 0.5), thick, cv2.LINE_8, SHIFT
            )


def _arm(canvas: Canvas, look: Look, side: int) -> None:
    points = canvas.points
    shoulder, elbow, wrist = (j + side for j in (Joint.SHOULDER_L, Joint.ELBOW_L, Joint.WRIST_L))
    wide = 0.048 * look.build * look.height / 1.75
    hand = points[wrist] + (points[wrist] - points[elbow]) // 5
    canvas.limb(np.stack([points[wrist], hand]), wide * 0.85, look.skin)
    if look.sleeves:
        canvas.limb(points[[shoulder, elbow, wrist]], wide * 1.06, look.top)
        return
    canvas.limb(points[[elbow, wrist]], wide * 0.85, look.skin)
    canvas.limb(points[[shoulder, elbow]], wide * 1.15, look.top)


def head_size(height: float) -> float:
    """Return the diameter in metres of the head of somebody ``height`` metres tall."""
    return HEAD_M * (0.5 + 0.5 * height / 1.75)


def _head(canvas: Canvas, look: Look, depth: Floats) -> None:
    head = canvas.points[Joint.HEAD]
    radius = head_size(look.height) / 2
    canvas.ball(head, radius, look.skin if look.style == "bald" else look.hair, squash=0.86)
    facing = float(depth[Joint.HEAD] - depth[Joint.FACE]) / (0.038 * look.height)
    if facing > -0.6:
        face = canvas.points[Joint.FACE] + canvas.down(0.016)
        wide = 0.60 + 0.26 * min(1.0, max(0.0, facing + 0.6))
        canvas.ball(face, radius * 0.74, look.skin, squash=wide)
        if facing > 0.1 and radius * canvas.metre > 18:
            _features(canvas, look, face, radius)
    if look.hat == "none":
        return
    crown = head - canvas.down(0.045)
    if look.hat == "brim":
        canvas.ball(crown + canvas.down(0.02), radius * 0.7, look.hat_colour, squash=2.2)
    else:
        peak = canvas.points[Joint.FACE] + (canvas.points[Joint.FACE] - head) // 2 - canvas.down(0.05)
        canvas.ball(peak, radius * 0.3, look.hat_colour, squash=1.8)
    canvas.ball(crown, radius * 0.82, look.hat_colour, squash=1.1)


def _features(canvas: Canvas, look: Look, face: Ints, radius: float) -> None:
    """Hint at eyes and mouth; more cannot be seen from a camera up there."""
    off = canvas.points[Joint.FACE] - canvas.points[Joint.HEAD]
    size = radius * canvas.metre * UNIT
    dark = canvas.shade(
        (round(look.skin[0] * 0.5), round(look.skin[1] * 0.45), round(look.skin[2] * 0.45)), 0.5
    )
    for side in (-0.27, 0.27):
        spot = face + off // 5 + np.array([round(side * size), round(-0.06 * size)])
        axes = (round(0.12 * size), round(0.07 * size))
        cv2.ellipse(canvas.image, (int(spot[0]), int(spot[1])), axes, 0, 0, 360, dark, -1, cv2.LINE_8, SHIFT)
    lips = canvas.shade(
        (round(look.skin[0] * 0.75), round(look.skin[1] * 0.55), round(look.skin[2] * 0.55)), 0.6
    )
    spot = face + off // 5 + np.array([0, round(0.42 * size)])
    axes = (round(0.18 * size), round(0.05 * size))
    cv2.ellipse(canvas.image, (int(spot[0]), int(spot[1])), axes, 0, 0, 360, lips, -1, cv2.LINE_8, SHIFT)


def _hair(canvas: Canvas, look: Look, _: Floats) -> None:
    if look.style == "long":
        canvas.hull(canvas.points[[Joint.NAPE, Joint.HEAD]], (0.092, 0.09), look.hair)
    elif look.style == "tail":
        canvas.ball(canvas.points[Joint.NAPE], 0.055, look.hair)


def _bag(canvas: Canvas, look: Look, _: Floats) -> None:
    if look.bag == "backpack":
        pack = canvas.points[Joint.PACK]
        canvas.hull(
            np.stack([pack - canvas.down(0.1), pack + canvas.down(0.14)]), (0.12, 0.14), look.bag_colour
        )
    elif look.bag == "shoulder":
        canvas.limb(canvas.points[[Joint.SHOULDER_L, Joint.HIP_R]], 0.014, look.bag_colour)
        spot = canvas.points[Joint.HIP_R]
        canvas.hull(np.stack([spot, spot + canvas.down(0.1)]), (0.09, 0.1), look.bag_colour)
    elif look.bag == "tote":
        spot = canvas.points[Joint.WRIST_R]
        canvas.hull(
            np.stack([spot + canvas.down(0.12), spot + canvas.down(0.28)]), (0.06, 0.1), look.bag_colour
        )


_PARTS: dict[str, Callable[[Canvas, Look, Floats], None]] = {
    "leg_l": lambda canvas, look, _: _leg(canvas, look, 0),
    "leg_r": lambda canvas, look, _: _leg(canvas, look, 1),
    "arm_l": lambda canvas, look, _: _arm(canvas, look, 0),
    "arm_r": lambda canvas, look, _: _arm(canvas, look, 1),
    "torso": _torso,
    "head": _head,
    "hair": _hair,
    "bag": _bag,
}
