"""The ground: slabs with joints, bands, rings around the fountain, and stains."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.layout import FOUNTAIN, PAVING_TURN
from crowdmon.scene.rng import rng_of

Grid = NDArray[np.float32]

STONE = np.array([196, 188, 177], np.float32)
BASALT = np.array([128, 126, 124], np.float32)
SLAB_M = (0.9, 0.6)
FIELD_M = 6.3
"""Metres from one dark band to the next."""
BAND_M = 0.9
RING_M = 2.1
"""Width of the rings of setts around the fountain."""


def paving(x: Grid, y: Grid, footprint: tuple[Grid, Grid]) -> NDArray[np.float32]:
    """Return the colour (HxWx3, sRGB 0..255) of the ground at (x, y) metres.

    Args:
        x, y: HxW ground metres.
        footprint: HxW metres one pixel covers across and along the line of sight; what is finer
            is averaged instead of sampled, so that the distance does not shimmer.
    """
    across, along = footprint
    cosine, sine = math.cos(PAVING_TURN), math.sin(PAVING_TURN)
    u, v = x * cosine + y * sine, -x * sine + y * cosine
    wide_u = np.hypot(across * cosine, along * sine)
    wide_v = np.hypot(across * sine, along * cosine)
    band = np.maximum(_stripes(u, FIELD_M, BAND_M, wide_u), _stripes(v, FIELD_M, BAND_M, wide_v))
    field = _slabs(u, v, wide_u, wide_v)
    tone = field * (1.0 - band) + _setts(u, v, wide_u, wide_v) * band
    ring_x, ring_y = x - FOUNTAIN.x, y - FOUNTAIN.y
    far = np.hypot(ring_x, ring_y)
    pixel = np.maximum(across, along)
    ring = np.clip((FOUNTAIN.radius + RING_M - far) / pixel + 0.5, 0.0, 1.0)
    turn = np.arctan2(ring_y, ring_x) * np.float32(FOUNTAIN.radius + RING_M / 2)
    tone = tone * (1.0 - ring) + _setts(far, turn, pixel, pixel) * ring
    dark = np.maximum(band, ring * _stripes(far - FOUNTAIN.radius, 1.05, 0.3, pixel))
    colour = STONE + dark[..., None] * (BASALT - STONE)
    out: NDArray[np.float32] = colour * (tone * _stains(x, y))[..., None]
    return out


def _stripes(at: Grid, period: float, width: float, pixel: Grid) -> Grid:
    """Return how much (0..1) of each pixel lies on stripes of some width, every ``period`` metres."""
    off = np.abs((at + period / 2) % period - period / 2)
    edge: Grid = np.clip((width / 2 - off) / pixel + 0.5, 0.0, 1.0)
    # A stripe narrower than a pixel cannot fill it.
    out: Grid = edge * np.minimum(1.0, width / pixel)
    return out


def _slabs(u: Grid, v: Grid, wide_u: Grid, wide_v: Grid) -> Grid:
    """Tone of slabs in running bond with dark joints."""
    long, short = SLAB_M
    row: Grid = np.floor(v / short)
    shifted: Grid = u + (row % 2) * np.float32(long / 2)
    column = np.floor(shifted / long)
    joints: Grid = np.maximum(_stripes(shifted, long, 0.014, wide_u), _stripes(v, short, 0.014, wide_v))
    fade: Grid = np.clip(1.4 - np.maximum(wide_u / long, wide_v / short) * 1.6, 0.0, 1.0)
    tone: Grid = 1.0 + fade * np.float32(0.05) * _chance(column, row)
    out: Grid = tone * (1.0 - 0.42 * joints)
    return out


def _setts(u: Grid, v: Grid, wide_u: Grid, wide_v: Grid) -> Grid:
    """Tone of small square setts."""
    size = 0.15
    joints: Grid = np.maximum(_stripes(u, size, 0.012, wide_u), _stripes(v, size, 0.012, wide_v))
    fade: Grid = np.clip(1.3 - np.maximum(wide_u, wide_v) / size, 0.0, 1.0)
    out: Grid = (1.0 + fade * 0.09 * _chance(np.floor(u / size), np.floor(v / size))) * (1.0 - 0.3 * joints)
    return out


def _chance(column: Grid, row: Grid) -> Grid:
    """Return a number in -1..1 per slab, the same for the same slab."""
    table = rng_of(83, 1).uniform(-1.0, 1.0, (256, 256)).astype(np.float32)
    out: Grid = table[row.astype(np.int64) % 256, column.astype(np.int64) % 256]
    return out


def _stains(x: Grid, y: Grid) -> Grid:
    """Slow variation of the tone over the square: wear, dirt, old repairs."""
    rng = rng_of(83, 2)
    total = np.ones_like(x)
    for metres, strength in ((9.0, 0.035), (2.7, 0.03), (0.7, 0.018)):
        sheet = np.asarray(cv2.GaussianBlur(rng.normal(0.0, 1.0, (512, 512)), (0, 0), 1.0), np.float32)
        sheet /= sheet.std()
        at_x = ((x / metres + 100.0) * 2.0) % 508 + 1
        at_y = ((y / metres + 100.0) * 2.0) % 508 + 1
        total += strength * cv2.remap(sheet, at_x, at_y, cv2.INTER_LINEAR)
    return total
