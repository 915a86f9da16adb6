"""The plaza: pictures and their exact truth, as a pure function of parameters and time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import ConfigError
from crowdmon.scene.appearance import appearance_of
from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.crowd import Crowd, crowd
from crowdmon.scene.light import Light
from crowdmon.scene.painter import Layers, paint
from crowdmon.scene.rng import rng_of

_NO_NOISE = 32
"""The value of the stored noise that means no noise."""


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

    def holds(self, value: float) -> bool:
        """Say whether a value is of the right kind and within the limits."""
        return self.low <= value <= self.high and (self.fractional or value == math.floor(value))

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
    """One picture of a scene and its truth; all arrays are read-only.

    A head is listed when its centre lies inside the picture and at least half of its disc is not
    hidden by anything nearer, as the order of painting tells pixel by pixel.

    Attributes:
        rgb: HxWx3 uint8.
        heads: Nx2 float32, pixel (x, y) of the centre of each visible head.
        ground: Nx2 float32, where the person stands, in metres.
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
        seed: integer >= 0; another one gives other people on other paths.
        width, height: size of the picture, in pixels.
        fps: pictures a second, for the player of the scene; a picture depends on the time alone.
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
            if not limit.holds(value):
                raise ConfigError(f"{key}={value} of the scene is outside its limits", limit.allowed(key))

    @property
    def camera(self) -> SceneCamera:
        """The camera that sees the square."""
        return SceneCamera(self.width, self.height)

    @property
    def homography(self) -> NDArray[np.float64]:
        """3x3 matrix that takes ground (x, y, 1) in metres to pixels, exactly."""
        return self.camera.homography()

    def render(self, t: float) -> SceneFrame:
        """Render the picture at time ``t`` in seconds: the same bytes each time, in any order.

        Raises:
            ValueError: ``t`` is not finite.
        """
        if not math.isfinite(t):
            raise ValueError(f"the time of a picture is a finite number of seconds, not {t}")
        now, layers = self.layers(t)
        seen = layers.visible
        return SceneFrame(
            rgb=_expose(layers.rgb, t, seed=self.seed, night=self.night),
            heads=layers.heads[seen].astype(np.float32),
            ground=now.ground[seen].astype(np.float32),
            sizes=layers.sizes[seen].astype(np.float32),
            present=len(now.ground),
        )

    def layers(self, t: float) -> tuple[Crowd, Layers]:
        """Return who is where at time ``t``, and the painted layers with their id buffer."""
        now = crowd(t, people=self.people, seed=self.seed, camera=self.camera)
        keys = zip(now.keys.tolist(), now.company.tolist(), strict=True)
        appearances = [
            appearance_of(self.seed, group, member, visit, company)
            for (group, member, visit), company in keys
        ]
        return now, paint(now, appearances, camera=self.camera, light=Light(self.night))


@lru_cache(maxsize=4)
def _noise(height: int, width: int, night: bool) -> NDArray[np.uint8]:
    """Return one sheet of noise, larger than the picture so that it can be shifted about."""
    rng = rng_of(71, 1)
    shape = (height + 64, width + 64)
    luma = rng.normal(0.0, 3.2 if night else 2.0, shape).astype(np.float32)
    # Chroma noise of a cheap sensor is coarser than its luma noise.
    chroma = cv2.GaussianBlur(
        rng.normal(0.0, 7.0 if night else 4.0, (*shape, 3)).astype(np.float32), (0, 0), 1.4
    )
    out: NDArray[np.uint8] = np.clip(np.rint(_NO_NOISE + luma[..., None] + chroma), 0, 255).astype(np.uint8)
    out.flags.writeable = False
    return out


def _expose(image: NDArray[np.uint8], t: float, *, seed: int, night: bool) -> NDArray[np.uint8]:
    """Return what the sensor makes of an HxWx3 picture at time ``t``."""
    height, width = image.shape[:2]
    down, across = rng_of(seed, 73, round(abs(t) * 1e6), int(t < 0)).integers(0, 64, 2)
    sheet = _noise(height, width, night)[down : down + height, across : across + width]
    gain = 1.0 + 0.012 * math.sin(2 * math.pi * t / 41.0) + 0.008 * math.sin(2 * math.pi * t / 13.7)
    return np.asarray(cv2.addWeighted(image, gain, sheet, 1.0, -float(_NO_NOISE)), dtype=np.uint8)
