"""The plaza: pictures and their exact truth, as a pure function of parameters and time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import ConfigError
from crowdmon.scene.backdrop import backdrop
from crowdmon.scene.body import HEAD_M, Joint, joints
from crowdmon.scene.camera import Camera
from crowdmon.scene.crowd import crowd
from crowdmon.scene.figure import draw
from crowdmon.scene.light import Light
from crowdmon.scene.looks import look
from crowdmon.scene.sensor import expose


@dataclass(frozen=True, slots=True)
class Limit:
    """What a parameter may be."""

    default: float
    low: float
    high: float
    fractional: bool = False

    @property
    def kind(self) -> str:
        """What kind of number it is."""
        return "a number" if self.fractional else "a whole number"

    def allowed(self, key: str) -> str:
        """Say what is allowed."""
        return f"{key} is {self.kind} from {self.low:g} to {self.high:g}."


LIMITS: dict[str, Limit] = {
    "people": Limit(40, 0, 500),
    "seed": Limit(1, 0, 2**31 - 1),
    "width": Limit(1280, 64, 3840),
    "height": Limit(720, 64, 2160),
    "fps": Limit(25.0, 1.0, 120.0, fractional=True),
}
"""Limits of the parameters of a :class:`Plaza`, by name."""


@dataclass(frozen=True, eq=False, slots=True)
class SceneFrame:
    """One picture of a scene and what is true in it; all arrays are read-only.

    A head is listed when its centre lies inside the picture and at least half of its disc is not
    hidden by anything nearer, as the order of painting tells pixel by pixel.

    Attributes:
        rgb: HxWx3 uint8.
        heads: Nx2 float32, pixel (x, y) of the centre of each visible head.
        ground: Nx2 float32, where its owner stands, in metres.
        sizes: N float32, diameter of each head in pixels.
        present: people on the plaza, seen or not.
    """

    rgb: NDArray[np.uint8]
    heads: NDArray[np.float32]
    ground: NDArray[np.float32]
    sizes: NDArray[np.float32]
    present: int

    def __post_init__(self) -> None:
        for array in (self.rgb, self.heads, self.ground, self.sizes):
            array.flags.writeable = False


@dataclass(frozen=True)
class Plaza:
    """A public square seen by a raised camera.

    Args:
        people: about how many people are on the square, 0..500.
        seed: whole number >= 0; another one gives other people on other ways.
        width, height: size of the picture, in pixels.
        fps: pictures a second, for whoever plays the scene; a picture depends on the time alone.
        night: lamps instead of the sun.

    Raises:
        ConfigError: a parameter outside :data:`LIMITS`.
    """

    people: int = 40
    seed: int = 1
    width: int = 1280
    height: int = 720
    fps: float = 25.0
    night: bool = False

    def __post_init__(self) -> None:
        for key, limit in LIMITS.items():
            value = getattr(self, key)
            whole = limit.fractional or value == int(value)
            if not (math.isfinite(value) and whole and limit.low <= value <= limit.high):
                raise ConfigError(f"{key}={value} of the scene is outside its limits", limit.allowed(key))

    @property
    def camera(self) -> Camera:
        """The camera that sees the square."""
        return Camera(self.width, self.height)

    @property
    def homography(self) -> NDArray[np.float64]:
        """3x3 matrix that takes ground (x, y, 1) in metres to pixels, exactly."""
        return self.camera.homography()

    @cached_property
    def _light(self) -> Light:
        return Light(night=self.night)

    def render(self, t: float) -> SceneFrame:
        """Render the picture at time ``t`` in seconds: the same bytes each time, in any order."""
        frame, _ = self.layers(t)
        return frame

    def layers(self, t: float) -> tuple[SceneFrame, NDArray[np.uint16]]:
        """Render a picture and its id buffer.

        The buffer is HxW; a pixel holds the rank, from 1, of what was painted there last (the
        farthest person is 1), and 0 where nothing was.
        """
        camera, light = self.camera, self._light
        now = crowd(t, people=self.people, seed=self.seed, camera=camera)
        image = backdrop(camera, self.night).copy()
        ids = np.zeros((self.height, self.width), np.uint16)
        looks = [
            look(self.seed, *(int(k) for k in key), int(n))
            for key, n in zip(now.keys, now.company, strict=True)
        ]
        bodies = joints(
            now.ground,
            now.heading,
            phase=now.phase,
            pace=now.pace,
            height=np.array([one.height for one in looks]),
            build=np.array([one.build for one in looks]),
            swings=np.array([one.swings for one in looks]),
        )
        pixels, depth = camera.project(bodies)
        order = np.argsort(-now.ground[:, 1], kind="stable")
        for rank, person in enumerate(order, start=1):
            sprite = draw(
                pixels[person],
                depth[person],
                looks[person],
                focal=camera.focal,
                light=light.on(now.ground[person]),
                towards=light.towards,
            )
            _blit(
                image, ids, sprite.rgba, (sprite.left, sprite.top), rank=rank, shown=float(now.shown[person])
            )
        heads = pixels[order, Joint.HEAD]
        tall = np.array([one.height for one in looks])[order] if looks else np.zeros(0)
        sizes = HEAD_M * (0.5 * tall / 1.75 + 0.5) * camera.focal / depth[order, Joint.HEAD]
        seen = [
            rank - 1
            for rank in range(1, len(order) + 1)
            if now.shown[order[rank - 1]] >= 0.5
            and _visible(ids, heads[rank - 1], float(sizes[rank - 1]), rank=rank)
        ]
        frame = SceneFrame(
            rgb=expose(image, t, seed=self.seed),
            heads=heads[seen].astype(np.float32).reshape(-1, 2),
            ground=now.ground[order][seen].astype(np.float32).reshape(-1, 2),
            sizes=sizes[seen].astype(np.float32),
            present=len(order),
        )
        return frame, ids


def _blit(
    image: NDArray[np.uint8],
    ids: NDArray[np.uint16],
    rgba: NDArray[np.uint8],
    at: tuple[int, int],
    *,
    rank: int,
    shown: float,
) -> None:
    """Lay a sprite over the picture and the id buffer."""
    left, top = at
    bottom, right = min(top + rgba.shape[0], image.shape[0]), min(left + rgba.shape[1], image.shape[1])
    x, y = max(left, 0), max(top, 0)
    if x >= right or y >= bottom:
        return
    part = rgba[y - top : bottom - top, x - left : right - left]
    if shown < 1.0:
        part = np.rint(part * shown).astype(np.uint8)
    under = image[y:bottom, x:right]
    through = cv2.cvtColor(255 - part[..., 3], cv2.COLOR_GRAY2RGB)
    image[y:bottom, x:right] = cv2.add(cv2.multiply(under, through, scale=1 / 255), part[..., :3])
    ids[y:bottom, x:right][part[..., 3] > 127] = rank


def _visible(ids: NDArray[np.uint16], head: NDArray[np.float64], size: float, *, rank: int) -> bool:
    """Say whether a head's centre is inside and half its disc not painted over by a later rank."""
    height, width = ids.shape
    x, y = float(head[0]), float(head[1])
    if not (0.0 <= x <= width - 1 and 0.0 <= y <= height - 1):
        return False
    radius = max(size / 2, 0.5)
    left, right = max(math.ceil(x - radius), 0), min(math.floor(x + radius), width - 1)
    top, bottom = max(math.ceil(y - radius), 0), min(math.floor(y + radius), height - 1)
    across = np.arange(left, right + 1) - x
    down = np.arange(top, bottom + 1) - y
    disc = across[None, :] ** 2 + down[:, None] ** 2 <= radius * radius
    clear = ids[top : bottom + 1, left : right + 1] <= rank
    return bool(2 * np.count_nonzero(disc & clear) >= np.count_nonzero(disc))
