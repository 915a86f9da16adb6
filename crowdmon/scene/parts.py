"""The parts of a figure: legs, torso, arms, head, hair and bags, each drawn on a canvas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.appearance import Appearance, Material
from crowdmon.scene.body import HEAD_M, Joint
from crowdmon.scene.canvas import FINE, UNIT, Canvas, Ints, Tones

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Figure:
    """A person being drawn.

    Attributes:
        canvas: what it is drawn on.
        appearance: what the person wears.
        paint: the tones of each material, in the order of :class:`Material`.
        facing: -1..1, how much the face looks towards the camera.
        forward: the way the face looks, in the canvas' numbers, for each metre.
    """

    canvas: Canvas
    appearance: Appearance
    paint: list[Tones]
    facing: float
    forward: Floats

    @property
    def near(self) -> bool:
        """Whether small things can be seen."""
        return len(self.canvas.steps) == len(FINE)


def head_size(height: float) -> float:
    """Return the diameter in metres of the head of a person ``height`` metres tall."""
    return HEAD_M * (0.5 + 0.5 * height / 1.75)


def _leg(one: Figure, side: int) -> None:
    appearance, limb, paint = one.appearance, one.canvas.limb, one.paint
    stub = limb if one.near else one.canvas.stub
    hip, knee, ankle, toe = (j + side for j in (Joint.HIP_L, Joint.KNEE_L, Joint.ANKLE_L, Joint.TOE_L))
    wide = 0.058 * appearance.build * appearance.height / 1.75
    stub((ankle, toe), 0.041 * appearance.height / 1.75, paint[Material.SHOES])
    if appearance.wear == "trousers":
        limb((hip, knee, ankle), wide * 1.08, paint[Material.BOTTOM])
        return
    limb(
        (hip, knee, ankle),
        wide * 0.84,
        paint[Material.BOTTOM if appearance.wear == "coat" else Material.SKIN],
    )
    if appearance.wear == "shorts":
        limb((hip, knee), wide * 1.3, paint[Material.BOTTOM])


def _torso(one: Figure) -> None:
    canvas, appearance, paint = one.canvas, one.appearance, one.paint
    size = appearance.height / 1.75 * appearance.build
    points = canvas.points[0]
    top, bottom = paint[Material.TOP], paint[Material.BOTTOM]
    canvas.stub((Joint.NECK, Joint.HEAD), 0.056, paint[Material.SKIN])
    if appearance.wear in ("skirt", "dress", "coat"):
        hem = points[[Joint.HIP_L, Joint.HIP_R, Joint.HEM_L, Joint.HEM_R]]
        radii = (0.088 * size, 0.088 * size, 0.096 * size, 0.096 * size)
        canvas.hull(hem, radii, bottom if appearance.wear == "skirt" else top)
    else:
        canvas.hull(points[[Joint.HIP_L, Joint.HIP_R]], (0.092 * size, 0.092 * size), bottom)
    frame = points[
        [Joint.NECK, Joint.SHOULDER_L, Joint.SHOULDER_R, Joint.CHEST, Joint.HIP_L, Joint.HIP_R]
    ].copy()
    frame[4:] += (frame[1:3] - frame[4:]) // 6
    canvas.hull(frame, (0.05, 0.058 * size, 0.058 * size, 0.112 * size, 0.094 * size, 0.094 * size), top)
    if appearance.stripes:
        for part in (0.2, 0.42, 0.64):
            line = (frame[1:3] * (1 - part) + frame[4:] * part).astype(np.int32)
            canvas.line(line, 0.032, bottom[4])
    if one.near and one.facing > 0.15:
        _front(one, frame)


def _front(one: Figure, frame: Ints) -> None:
    """Draw what is seen of the front of the clothes: a neckline, an open jacket."""
    ahead = (one.forward * 0.085).astype(np.int32)
    throat = frame[0] + ahead // 2
    chest = frame[3] + ahead
    one.canvas.line(np.stack([throat, throat + (chest - throat) // 6]), 0.045, one.paint[Material.SKIN][4])
    if one.appearance.wear == "coat" or one.appearance.opened:
        end = (frame[4] + frame[5]) // 2 + ahead
        tone = one.paint[Material.SHIRT] if one.appearance.opened else one.paint[Material.TOP]
        one.canvas.line(
            np.stack([throat, chest, end]),
            0.085 if one.appearance.opened else 0.016,
            tone[4 if one.appearance.opened else 0],
        )


def _arm(one: Figure, side: int) -> None:
    appearance, limb, paint = one.appearance, one.canvas.limb, one.paint
    shoulder, elbow, wrist = (j + side for j in (Joint.SHOULDER_L, Joint.ELBOW_L, Joint.WRIST_L))
    wide = 0.046 * appearance.build * appearance.height / 1.75
    stub = limb if one.near else one.canvas.stub
    stub((wrist, Joint.HAND_L + side), wide * 0.85, paint[Material.SKIN])
    if appearance.sleeves:
        limb((shoulder, elbow, wrist), wide * 1.04, paint[Material.TOP])
        return
    limb((elbow, wrist), wide * 0.82, paint[Material.SKIN])
    limb((shoulder, elbow), wide * 1.12, paint[Material.TOP])


def _head(one: Figure) -> None:
    canvas, appearance, facing = one.canvas, one.appearance, one.facing
    points = canvas.points[0]
    head = points[Joint.HEAD]
    radius = head_size(appearance.height) / 2
    skin = one.paint[Material.SKIN]
    canvas.ball(head, radius, skin if appearance.style == "bald" else one.paint[Material.HAIR], 0.86)
    if facing > -0.6:
        face = points[Joint.FACE] + canvas.down(0.018)
        canvas.ball(face, radius * 0.74, skin, 0.60 + 0.24 * min(1.0, max(0.0, facing + 0.6)))
        if facing > 0.05 and radius * canvas.metre > 18:
            _features(one, face, radius)
    if appearance.hat == "none":
        return
    hat = one.paint[Material.HAT]
    crown = head - canvas.down(0.045)
    if appearance.hat == "brim":
        canvas.ball(crown + canvas.down(0.02), radius * 0.7, hat, 2.1)
    else:
        peak = points[Joint.FACE] + (points[Joint.FACE] - head) // 2 - canvas.down(0.05)
        canvas.ball(peak, radius * 0.3, hat, 1.8)
    canvas.ball(crown, radius * 0.8, hat, 1.08)


def _features(one: Figure, face: Ints, radius: float) -> None:
    """Hint at brows and mouth; more cannot be seen from a camera up there."""
    size = radius * one.canvas.metre * UNIT
    skin = one.paint[Material.SKIN][2]
    dark = (skin[0] * 0.74, skin[1] * 0.66, skin[2] * 0.64, 255.0)
    lips = (skin[0] * 0.92, skin[1] * 0.74, skin[2] * 0.72, 255.0)
    middle = face + (one.forward * 0.014).astype(np.int32)
    narrow = min(1.0, one.facing + 0.35)
    for x, y, wide, tall, shade in (
        (-0.27, -0.08, 0.14, 0.06, dark),
        (0.27, -0.08, 0.14, 0.06, dark),
        (0.0, 0.42, 0.18, 0.05, lips),
    ):
        spot = (int(middle[0] + x * size * narrow), int(middle[1] + y * size))
        axes = (round(wide * size * narrow), round(tall * size))
        cv2.ellipse(one.canvas.image, spot, axes, 0, 0, 360, shade, -1, cv2.LINE_8, 4)


def _hair(one: Figure) -> None:
    points, hair = one.canvas.points[0], one.paint[Material.HAIR]
    if one.appearance.style == "long":
        one.canvas.hull(points[[Joint.NAPE, Joint.HEAD]], (0.09, 0.088), hair)
    else:
        one.canvas.ball(points[Joint.NAPE], 0.055, hair)


def _backpack(one: Figure) -> None:
    pack, canvas = one.canvas.points[0][Joint.PACK], one.canvas
    body = np.stack([pack - canvas.down(0.1), pack + canvas.down(0.14)])
    canvas.hull(body, (0.12, 0.135), one.paint[Material.BAG])
    if one.near and one.facing < 0:
        pocket = np.stack([pack + canvas.down(0.08), pack + canvas.down(0.15)])
        canvas.hull(pocket, (0.085, 0.085), [one.paint[Material.BAG][i // 2] for i in range(9)])


def _shoulder_bag(one: Figure) -> None:
    canvas, bag = one.canvas, one.paint[Material.BAG]
    canvas.limb((Joint.SHOULDER_L, Joint.HIP_R), 0.013, bag)
    spot = canvas.points[0][Joint.HIP_R]
    canvas.hull(np.stack([spot, spot + canvas.down(0.1)]), (0.085, 0.095), bag)


def _tote(one: Figure) -> None:
    canvas, spot = one.canvas, one.canvas.points[0][Joint.HAND_R]
    canvas.hull(
        np.stack([spot + canvas.down(0.1), spot + canvas.down(0.26)]), (0.055, 0.095), one.paint[Material.BAG]
    )


PARTS: dict[str, Callable[[Figure], None]] = {
    "leg_l": lambda one: _leg(one, 0),
    "leg_r": lambda one: _leg(one, 1),
    "arm_l": lambda one: _arm(one, 0),
    "arm_r": lambda one: _arm(one, 1),
    "torso": _torso,
    "head": _head,
    "hair": _hair,
    "backpack": _backpack,
    "shoulder": _shoulder_bag,
    "tote": _tote,
}
