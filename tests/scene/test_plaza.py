"""The plaza as a whole: the same bytes each time, and about as many people as asked for."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from crowdmon.errors import ConfigError
from crowdmon.scene import Plaza, SceneFrame, parse_scene

SMALL = "width=320&height=180"


def digest(frame: SceneFrame) -> str:
    every = b"".join(array.tobytes() for array in (frame.rgb, frame.heads, frame.ground, frame.sizes))
    return hashlib.sha256(every).hexdigest()


@pytest.mark.parametrize("name", ["plaza", "plaza-night"])
def test_a_moment_gives_the_same_bytes_in_any_order(name: str) -> None:
    uri = f"synthetic:{name}?people=15&seed=3&{SMALL}"
    times = [0.0, 12.34, 12.38, 500.0, -7.5]
    first = {t: digest(parse_scene(uri).render(t)) for t in times}
    plaza = parse_scene(uri)
    second = {t: digest(plaza.render(t)) for t in reversed(times)}
    assert first == second
    assert len(set(first.values())) == len(times)


def test_another_process_renders_the_same_bytes() -> None:
    code = (
        "import hashlib; from crowdmon.scene import Plaza;"
        "p = Plaza(people=9, seed=5, width=256, height=144);"
        "p.render(3.0); f = p.render(61.7);"
        "every = b''.join(a.tobytes() for a in (f.rgb, f.heads, f.ground, f.sizes));"
        "print(hashlib.sha256(every).hexdigest())"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root, timeout=60
    )
    assert out.stdout.strip() == digest(Plaza(people=9, seed=5, width=256, height=144).render(61.7))


def test_several_threads_render_the_same_bytes() -> None:
    plaza = Plaza(people=12, seed=8, width=256, height=144)
    times = [5.0, 5.04, 90.0] * 4
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda t: digest(plaza.render(t)), times))
    assert found == [digest(plaza.render(t)) for t in times]


def test_another_seed_gives_other_people() -> None:
    one, other = (Plaza(people=20, seed=seed, width=320, height=180).render(30.0) for seed in (1, 2))
    assert one.heads.shape != other.heads.shape or not np.allclose(one.heads, other.heads)


def test_nobody_is_on_the_empty_plaza() -> None:
    for uri in ("synthetic:empty", "synthetic:plaza?people=0", "synthetic:plaza-night?people=0"):
        frame = parse_scene(f"{uri}{'&' if '?' in uri else '?'}{SMALL}").render(9.0)
        assert frame.heads.shape == (0, 2)
        assert frame.ground.shape == (0, 2)
        assert frame.sizes.shape == (0,)
        assert frame.present == 0


def test_a_frame_has_the_promised_types_and_is_read_only() -> None:
    frame = Plaza(people=10, width=400, height=200).render(5.0)
    assert frame.rgb.shape == (200, 400, 3)
    assert frame.rgb.dtype == np.uint8
    people = len(frame.heads)
    assert frame.heads.shape == (people, 2)
    assert frame.ground.shape == (people, 2)
    assert frame.sizes.shape == (people,)
    for array in (frame.rgb, frame.heads, frame.ground, frame.sizes):
        assert not array.flags.writeable
    assert {frame.heads.dtype, frame.ground.dtype, frame.sizes.dtype} == {np.dtype(np.float32)}


def test_three_hundred_people_and_most_heads_are_seen() -> None:
    frame = Plaza(people=300, seed=2, width=640, height=360).render(40.0)
    assert 150 <= len(frame.heads) <= frame.present


def test_the_night_is_darker_than_the_day_and_noise_changes_with_time() -> None:
    day, night = (parse_scene(f"synthetic:{name}?people=0&{SMALL}") for name in ("plaza", "plaza-night"))
    assert night.render(0.0).rgb.mean() < 0.75 * day.render(0.0).rgb.mean()
    first, second = (day.render(t).rgb.astype(int) for t in (1.0, 1.04))
    assert 0.5 < np.abs(first - second).mean() < 6.0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("people", -1),
        ("people", 2.5),
        ("people", 501),
        ("width", 10),
        ("fps", 0.0),
        ("fps", float("nan")),
        ("seed", -1),
    ],
)
def test_a_parameter_outside_its_limits_is_refused(key: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"{key}=.*{key} is a"):
        Plaza(**{key: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("t", [float("nan"), float("inf")])
def test_a_time_that_is_not_finite_is_refused(t: float) -> None:
    with pytest.raises(ValueError, match="finite number of seconds"):
        Plaza(people=1, width=64, height=64).render(t)
