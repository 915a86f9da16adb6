"""The bundled weights where nobody is, and on the demo camera: what no benchmark looks at."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from crowdmon.counting.counter import Counter
from crowdmon.scene import Plaza
from crowdmon.values import Frame

HEIGHT, WIDTH = 720, 1280
Pixels = np.ndarray


def flat(level: int) -> Pixels:
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def noise(sigma: float, seed: int) -> Pixels:
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(128, sigma, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)


def grey_noise(seed: int) -> Pixels:
    one = np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 1), np.uint8)
    return np.repeat(one, 3, axis=2)


def test_card() -> Pixels:
    colours = [(235, 235, 235), (235, 235, 16), (16, 235, 235), (16, 235, 16), (235, 16, 235), (235, 16, 16)]
    card = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for number, colour in enumerate(colours):
        card[: HEIGHT * 3 // 4, number * WIDTH // 6 : (number + 1) * WIDTH // 6] = colour
    card[HEIGHT * 3 // 4 :] = np.linspace(0, 255, WIDTH).astype(np.uint8)[None, :, None]
    cv2.circle(card, (WIDTH // 2, HEIGHT // 2), 200, (255, 255, 255), 3)
    return card


test_card.__test__ = False  # type: ignore[attr-defined]


def wall(seed: int) -> Pixels:
    """Bricks with mortar and a little dirt."""
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH, 3), (170, 165, 160), np.float64)
    for row, y in enumerate(range(0, HEIGHT, 24)):
        for x in range(-40 * (row % 2), WIDTH, 80):
            shade = rng.normal((150, 80, 65), 8)
            picture[y + 2 : y + 24, max(0, x + 2) : max(0, x + 80)] = shade
    return np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def slope(turn: bool) -> Pixels:
    ramp = np.linspace(20, 230, HEIGHT if turn else WIDTH)
    ramp = ramp[:, None] if turn else ramp[None, :]
    return np.broadcast_to(ramp[:, :, None], (HEIGHT, WIDTH, 3)).astype(np.uint8)


NOBODY: dict[str, Callable[[], Pixels]] = {
    "black": lambda: flat(0),
    "grey": lambda: flat(128),
    "white": lambda: flat(255),
    "faint noise": lambda: noise(4, 1),
    "strong noise": lambda: noise(60, 2),
    "snow": lambda: grey_noise(3),
    "test card": test_card,
    "brick wall": lambda: wall(4),
    "slope across": lambda: slope(False),
    "slope down": lambda: slope(True),
    "empty plaza": lambda: Plaza(people=0, seed=900).render(0.0).rgb,
}


@pytest.fixture(scope="module", params=["f32", "int8"])
def counter(request: pytest.FixtureRequest) -> Counter:
    return Counter(backend="openvino", precision=request.param)


@pytest.fixture(scope="module")
def counted(counter: Counter) -> dict[str, float]:
    return {name: counter.count(Frame(make())).count for name, make in NOBODY.items()}


def test_where_nobody_is_the_median_is_below_one(counted: dict[str, float]) -> None:
    assert np.median(list(counted.values())) < 1.0, counted


@pytest.mark.parametrize("name", NOBODY)
def test_where_nobody_is_not_three_are_seen(counted: dict[str, float], name: str) -> None:
    assert counted[name] < 3.0


def demo_count(counter: Counter) -> tuple[float, float]:
    """Return the people of the demo camera over a minute, and how many are counted."""
    scene = Plaza(people=40, seed=1)
    truth, found = 0.0, 0.0
    for second in range(0, 60, 4):
        frame = scene.render(float(second))
        truth += len(frame.heads)
        found += counter.count(Frame(frame.rgb.copy())).count
    return truth, found


def test_the_demo_camera_is_counted_within_a_tenth_over_a_minute(counter: Counter) -> None:
    truth, found = demo_count(counter)
    assert found == pytest.approx(truth, rel=0.1)
