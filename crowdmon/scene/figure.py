"""Draws one person, part by part, the farthest first, into a small picture with transparency."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.appearance import Appearance, Material
from crowdmon.scene.body import Joint
from crowdmon.scene.canvas import COARSE, FINE, LIMB_M, MIDDLE, TONES, UNIT, Canvas, Tones
from crowdmon.scene.parts import PARTS, Figure
from crowdmon.scene.sprites import Sprite

Floats = NDArray[np.float64]
MARGIN_M = 0.21
"""How far clothes, hats and bags reach beyond the joints, in metres."""


def tones(appearances: list[Appearance], sunny: Floats, shady: Floats) -> NDArray[np.uint8]:
    """Return the tones of N people's materials under Nx3 light, N x materials x TONES x 4 uint8."""
    base = np.array([one.materials for one in appearances], dtype=np.float64).reshape(
        len(appearances), len(Material), 1, 3
    )
    part = np.linspace(0.0, 1.0, TONES)[:, None]
    light = shady[:, None, None, :] + (sunny - shady)[:, None, None, :] * part
    out = np.full((len(appearances), len(Material), TONES, 4), 255, np.uint8)
    out[..., :3] = np.clip(base * light, 0.0, 255.0)
    return out


def figure(
    pixels: Floats,
    depth: Floats,
    appearance: Appearance,
    paint: NDArray[np.uint8],
    *,
    focal: float,
    towards: tuple[float, float],
) -> Sprite:
    """Draw one figure.

    Args:
        pixels: joints x 2 in the picture, in the order of :class:`Joint`.
        depth: metres of each joint along the optical axis.
        appearance: what it wears.
        paint: its tones, see :func:`tones`.
        focal: focal length in pixels.
        towards: the direction the light comes from, in the picture.
    """
    metre = focal / float(depth[Joint.CHEST])
    low = np.floor(pixels.min(axis=0) - MARGIN_M * metre - 2).astype(int)
    local = np.rint((pixels - low) * UNIT).astype(np.int32)
    facing = float(depth[Joint.HEAD] - depth[Joint.FACE]) / (0.038 * appearance.height)
    # A person who stands still is drawn once: exactly the same numbers give the same sprite.
    rgba = _drawn(
        local.tobytes(),
        _order(depth, appearance),
        appearance,
        paint.tobytes(),
        round(metre, 3),
        round(facing, 2),
        towards,
    )
    return Sprite(rgba, int(low[0]), int(low[1]))


@lru_cache(maxsize=384)
def _drawn(
    local: bytes, order: tuple[str, ...], appearance: Appearance, paint: bytes, metre: float, facing: float,
    towards: tuple[float, float],
) -> NDArray[np.uint8]:  # fmt: skip
    """Draw a figure whose joints are given from its picture's first pixel, in 1/16 pixels."""
    joints = np.frombuffer(local, np.int32).reshape(-1, 2)
    enlarge = 3 if metre < 55 else 2
    columns, rows = (joints.max(axis=0) // UNIT + round(MARGIN_M * metre) + 3).tolist()
    points = (joints + UNIT // 2) * enlarge - UNIT // 2
    steps = FINE if metre > 72 else MIDDLE if metre > 40 else COARSE
    aside = np.array(towards) * (LIMB_M * metre * enlarge * UNIT)
    forward = (points[Joint.FACE] - points[Joint.HEAD]) / (0.038 * appearance.height)
    canvas = Canvas(
        image=np.zeros((rows * enlarge, columns * enlarge, 4), np.uint8),
        points=[points, *(points + (aside * off).astype(np.int32) for _, off, _ in steps[1:])],
        metre=metre * enlarge,
        towards=towards,
        steps=steps,
    )
    one = Figure(canvas, appearance, _tones_of(paint), facing, forward)
    for part in order:
        PARTS[part](one)
    image = canvas.image
    if metre > 80:
        # Near figures would show the steps between the tones.
        image = np.asarray(cv2.blur(image, (3, 3) if metre < 100 else (5, 5)), np.uint8)
    rgba = np.asarray(cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    rgba.flags.writeable = False
    return rgba


@lru_cache(maxsize=1024)
def _tones_of(paint: bytes) -> list[Tones]:
    """Return the tones of each material as OpenCV wants them."""
    table = np.frombuffer(paint, np.uint8).reshape(len(Material), TONES, 4).tolist()
    return [[(red, green, blue, alpha) for red, green, blue, alpha in tones] for tones in table]


def _order(depth: Floats, appearance: Appearance) -> tuple[str, ...]:
    """Return the parts, the farthest first."""
    far = depth.tolist()
    parts = [
        (far[Joint.KNEE_L] + far[Joint.HIP_L], "leg_l"),
        (far[Joint.KNEE_R] + far[Joint.HIP_R], "leg_r"),
        (far[Joint.CHEST] + far[Joint.PELVIS], "torso"),
        (far[Joint.ELBOW_L] + far[Joint.WRIST_L], "arm_l"),
        (far[Joint.ELBOW_R] + far[Joint.WRIST_R], "arm_r"),
        (2 * far[Joint.HEAD], "head"),
    ]
    if appearance.style in ("long", "tail"):
        parts.append((2 * far[Joint.NAPE] - 0.12, "hair"))
    if appearance.bag != "none":
        held = {"backpack": Joint.PACK, "shoulder": Joint.HIP_R, "tote": Joint.WRIST_R}[appearance.bag]
        parts.append((2 * far[held] - 0.1, appearance.bag))
    parts.sort(reverse=True)
    return tuple(part for _, part in parts)
