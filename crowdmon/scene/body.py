"""Bodies as joints in metres: a walking cycle for all people at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HEAD_M = 0.24
"""Diameter of a head with its hair, of a person 1.75 m tall."""


class Joint(IntEnum):
    """Places on a body, in the order of :func:`joints`; left first."""

    PELVIS = 0
    CHEST = 1
    NECK = 2
    HEAD = 3
    FACE = 4
    NAPE = 5
    SHOULDER_L = 6
    SHOULDER_R = 7
    ELBOW_L = 8
    ELBOW_R = 9
    WRIST_L = 10
    WRIST_R = 11
    HIP_L = 12
    HIP_R = 13
    KNEE_L = 14
    KNEE_R = 15
    ANKLE_L = 16
    ANKLE_R = 17
    TOE_L = 18
    TOE_R = 19
    PACK = 20
    HEM_L = 21
    HEM_R = 22
    HAND_L = 23
    HAND_R = 24


@dataclass(frozen=True, eq=False, slots=True)
class Pose:
    """The posture of N people.

    Attributes:
        phase: N radians of the walking cycle.
        pace: N metres a second; 0 stands.
        bend: Nx2 radians the left and the right elbow are bent beyond a walker's.
        gaze: N radians the head is turned to the left.
    """

    phase: Floats
    pace: Floats
    bend: Floats
    gaze: Floats


def joints(
    ground: Floats, heading: Floats, pose: Pose, *, height: Floats, build: Floats, swings: Floats
) -> Floats:
    """Place the joints of N people.

    Args:
        ground: Nx2 metres.
        heading: N radians, the direction each faces.
        pose: their posture.
        height: N metres.
        build: N, relative width of the body.
        swings: N, relative swing of the arms.

    Returns:
        Nx25x3 metres in the order of :class:`Joint`; the lower foot always on the ground.
    """
    people = len(ground)
    stride = np.clip(pose.pace / 1.3, 0.0, 1.15)
    phase = pose.phase
    # Fractions of the height: (forward, left, up) before turning.
    body = np.zeros((people, len(Joint), 3))
    left, right = np.sin(phase), np.sin(phase + np.pi)
    for side, sign, swing, lift in (
        (0, 1.0, left, np.cos(phase)),
        (1, -1.0, right, np.cos(phase + np.pi)),
    ):
        _leg(body, side, sign, build, stride * swing, stride * np.clip(lift, 0.0, None), stride)
        _arm(body, side, sign, build, swing=-stride * swing * swings, bend=pose.bend[:, side] + 0.22 * stride)
    body[:, Joint.PELVIS] = (0.0, 0.0, 0.53)
    body[:, Joint.CHEST] = (0.012, 0.0, 0.72)
    body[:, Joint.NECK] = (0.012, 0.0, 0.845)
    body[:, Joint.HEAD] = (0.022, 0.0, 0.928)
    turned = np.stack([np.cos(pose.gaze), np.sin(pose.gaze), np.zeros(people)], axis=-1)
    body[:, Joint.FACE] = np.array((0.022, 0.0, 0.915)) + 0.038 * turned
    body[:, Joint.NAPE] = np.array((0.015, 0.0, 0.865)) - 0.045 * turned
    body[:, Joint.PACK] = (-0.085, 0.0, 0.72)
    # Leaning into the walk.
    body[..., 0] += 0.035 * stride[:, None] * (body[..., 2] - 0.5).clip(0.0)
    lowest = np.minimum(body[:, Joint.ANKLE_L, 2], body[:, Joint.ANKLE_R, 2])
    body[..., 2] -= (lowest - 0.035)[:, None]
    body *= height[:, None, None]
    out = np.empty_like(body)
    cosine, sine = np.cos(heading)[:, None], np.sin(heading)[:, None]
    out[..., 0] = ground[:, None, 0] + body[..., 0] * cosine - body[..., 1] * sine
    out[..., 1] = ground[:, None, 1] + body[..., 0] * sine + body[..., 1] * cosine
    out[..., 2] = body[..., 2]
    return out


def _leg(
    body: Floats, side: int, sign: float, build: Floats, swing: Floats, lift: Floats, stride: Floats
) -> None:
    """Place hip, knee, ankle, toe and hem of one leg; ``lift`` bends the knee while it swings."""
    thigh = 0.46 * swing
    bend = 0.75 * lift + 0.08 * stride
    shank = thigh - bend
    wide = 0.05 * build * sign
    hip = body[:, Joint.HIP_L + side]
    hip[:, 1], hip[:, 2] = wide, 0.515
    knee = body[:, Joint.KNEE_L + side]
    knee[:, 0] = 0.245 * np.sin(thigh)
    knee[:, 1] = wide
    knee[:, 2] = 0.515 - 0.245 * np.cos(thigh)
    ankle = body[:, Joint.ANKLE_L + side]
    ankle[:, 0] = knee[:, 0] + 0.235 * np.sin(shank)
    ankle[:, 1] = wide * 0.95
    ankle[:, 2] = knee[:, 2] - 0.235 * np.cos(shank)
    toe = body[:, Joint.TOE_L + side]
    toe[:, 0] = ankle[:, 0] + 0.105 * np.cos(shank * 0.7)
    toe[:, 1] = wide * 1.25
    toe[:, 2] = ankle[:, 2] - 0.02 + 0.105 * np.sin(shank * 0.7)
    hem = body[:, Joint.HEM_L + side]
    hem[:, 0] = 0.85 * knee[:, 0]
    hem[:, 1] = wide * 1.3
    hem[:, 2] = 0.30


def _arm(body: Floats, side: int, sign: float, build: Floats, *, swing: Floats, bend: Floats) -> None:
    """Place shoulder, elbow and wrist of one arm."""
    wide = 0.100 * build * sign
    upper = 0.50 * swing
    lower = upper + 0.18 + bend
    inward = np.clip(bend - 0.3, 0.0, 1.6) * 0.05 * sign
    shoulder = body[:, Joint.SHOULDER_L + side]
    shoulder[:, 0], shoulder[:, 1], shoulder[:, 2] = 0.012, wide, 0.805
    elbow = body[:, Joint.ELBOW_L + side]
    elbow[:, 0] = 0.012 + 0.172 * np.sin(upper)
    elbow[:, 1] = wide * 1.22
    elbow[:, 2] = 0.805 - 0.172 * np.cos(upper)
    wrist = body[:, Joint.WRIST_L + side]
    wrist[:, 0] = elbow[:, 0] + 0.155 * np.sin(lower)
    wrist[:, 1] = wide * 1.15 - inward
    wrist[:, 2] = elbow[:, 2] - 0.155 * np.cos(lower)
    body[:, Joint.HAND_L + side] = wrist + 0.26 * (wrist - elbow)


def pose(t: float, *, phase: Floats, pace: Floats, keys: Floats) -> Pose:
    """Let standing people talk, hold a phone or fold their arms.

    Args:
        t: seconds.
        phase: N radians of the walking cycle.
        pace: N metres a second.
        keys: Nx3 integers that identify a person.
    """
    still = np.clip(1.0 - pace / 0.5, 0.0, 1.0)
    own = (keys * (2.399, 1.618, 0.737)).sum(axis=-1) % 1.0
    habit = (own * 7.31) % 1.0
    talk = 0.35 + 0.8 * _now_and_then(t / (1.6 + own) + 40.0 * own)
    right = np.where(habit < 0.3, talk, np.where(habit < 0.5, 1.75, np.where(habit < 0.65, 1.45, 0.0)))
    left = np.where((habit >= 0.42) & (habit < 0.65), 1.45, 0.05)
    bend = np.stack([left, right], axis=-1) * still[:, None]
    gaze = (0.15 + 0.45 * still) * (2.0 * _now_and_then(t / (4.0 + 3.0 * own) + 20.0 * own) - 1.0)
    return Pose(phase, pace, bend, gaze)


def _now_and_then(at: Floats) -> Floats:
    """Return 0..1: a new value at each whole number, held most of the time, with smooth moves between."""
    whole = np.floor(at)
    move = np.clip((at - whole - 0.75) * 4.0, 0.0, 1.0)
    before, after = (np.modf(np.abs(np.sin((whole + i) * 12.9898)) * 43758.5453)[0] for i in (0, 1))
    out: Floats = before + (after - before) * move * move * (3.0 - 2.0 * move)
    return out
