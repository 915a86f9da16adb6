"""The appearance of people: bodies, hair and clothes, chosen once per person and visit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from crowdmon.scene.rng import rng_of

Colour = tuple[int, int, int]

SKIN: tuple[Colour, ...] = (
    (226, 184, 158),
    (216, 170, 142),
    (202, 152, 120),
    (186, 134, 102),
    (150, 102, 74),
    (112, 74, 54),
    (82, 56, 44),
)
SKIN_ODDS = (0.22, 0.24, 0.2, 0.12, 0.1, 0.07, 0.05)
HAIR: tuple[Colour, ...] = (
    (28, 24, 24),
    (38, 30, 26),
    (52, 38, 30),
    (74, 52, 36),
    (104, 74, 48),
    (150, 116, 72),
    (122, 62, 36),
    (150, 148, 146),
    (196, 192, 188),
)
HAIR_ODDS = (0.22, 0.2, 0.17, 0.13, 0.09, 0.07, 0.03, 0.06, 0.03)
TOPS: tuple[Colour, ...] = (
    (44, 48, 58),
    (30, 32, 36),
    (226, 224, 218),
    (198, 202, 206),
    (64, 82, 116),
    (96, 122, 158),
    (140, 60, 56),
    (122, 36, 44),
    (176, 150, 116),
    (92, 104, 80),
    (58, 84, 74),
    (198, 168, 96),
    (190, 120, 96),
    (120, 118, 122),
    (214, 170, 170),
    (112, 88, 116),
    (132, 160, 168),
    (84, 64, 52),
    (38, 52, 84),
    (236, 232, 226),
    (160, 86, 66),
)
BOTTOMS: tuple[Colour, ...] = (
    (44, 54, 76),
    (58, 72, 100),
    (82, 98, 126),
    (34, 34, 38),
    (28, 28, 32),
    (148, 132, 108),
    (104, 96, 86),
    (70, 68, 70),
    (186, 178, 162),
    (74, 78, 62),
    (48, 44, 46),
)
SHOES: tuple[Colour, ...] = (
    (32, 30, 30),
    (70, 52, 40),
    (210, 208, 204),
    (96, 92, 92),
    (40, 44, 58),
    (224, 222, 220),
)
BAGS: tuple[Colour, ...] = (
    (36, 36, 40),
    (92, 62, 42),
    (54, 68, 92),
    (132, 44, 44),
    (172, 140, 96),
    (206, 196, 176),
)


class Material(IntEnum):
    """The materials of a figure's parts, in the order of :attr:`Appearance.materials`."""

    SKIN = 0
    HAIR = 1
    TOP = 2
    BOTTOM = 3
    SHOES = 4
    BAG = 5
    HAT = 6
    SHIRT = 7


@dataclass(frozen=True, slots=True)
class Appearance:
    """One person's appearance.

    Attributes:
        height: metres.
        build: width of the body, 1 is usual.
        materials: sRGB 0..255 of each :class:`Material`.
        style: short, long, tail or bald hair.
        wear: trousers, shorts, skirt, dress or coat.
        sleeves: whether the arms are covered.
        bag: none, backpack, shoulder or tote.
        hat: none, cap or brim.
        stripes: whether the top is striped.
        opened: whether a jacket hangs open over a shirt.
        swings: how far the arms swing, 1 is usual.
    """

    height: float
    build: float
    materials: tuple[Colour, ...]
    style: str
    wear: str
    sleeves: bool
    bag: str
    hat: str
    stripes: bool
    opened: bool
    swings: float


def _any(
    rng: np.random.Generator, palette: tuple[Colour, ...], odds: tuple[float, ...] | None = None
) -> Colour:
    """Choose a colour and vary it a little, so that no two jackets are the same."""
    base = np.array(palette[int(rng.choice(len(palette), p=odds))], dtype=np.float64)
    varied = np.clip(base * rng.uniform(0.88, 1.12) + rng.normal(0.0, 4.0, 3), 8, 246)
    return int(varied[0]), int(varied[1]), int(varied[2])


@lru_cache(maxsize=8192)
def appearance_of(seed: int, group: int, member: int, visit: int, company: int) -> Appearance:
    """Return the appearance of one person: a pure function of its keys."""
    rng = rng_of(seed, 29, group, member, visit)
    woman = bool(rng.random() < 0.5)
    child = company > 1 and member == company - 1 and bool(rng.random() < 0.22)
    height = rng.normal(1.66, 0.06) if woman else rng.normal(1.78, 0.07)
    if child:
        height = rng.uniform(1.12, 1.42)
    wears = ("trousers", "shorts", "skirt", "dress", "coat")
    wear = str(rng.choice(wears, p=(0.52, 0.12, 0.12, 0.12, 0.12) if woman else (0.70, 0.18, 0.0, 0.0, 0.12)))
    styles = ("short", "long", "tail", "bald")
    style = str(rng.choice(styles, p=(0.22, 0.5, 0.28, 0.0) if woman else (0.87, 0.03, 0.01, 0.09)))
    return Appearance(
        height=float(np.clip(height, 1.1, 2.0)),
        build=float(np.clip(rng.normal(0.95 if woman else 1.04, 0.08), 0.8, 1.3)),
        materials=(
            _any(rng, SKIN, SKIN_ODDS),
            _any(rng, HAIR, HAIR_ODDS),
            _any(rng, TOPS),
            _any(rng, BOTTOMS),
            _any(rng, SHOES),
            _any(rng, BAGS),
            _any(rng, TOPS),
            _any(rng, TOPS),
        ),
        style=style,
        wear=wear,
        sleeves=wear == "coat" or bool(rng.random() < 0.55),
        bag=str(rng.choice(("none", "backpack", "shoulder", "tote"), p=(0.58, 0.17, 0.15, 0.10))),
        hat=str(rng.choice(("none", "cap", "brim"), p=(0.87, 0.08, 0.05))),
        stripes=bool(rng.random() < 0.10),
        opened=wear in ("trousers", "shorts") and bool(rng.random() < 0.25),
        swings=float(rng.uniform(0.6, 1.15)),
    )
