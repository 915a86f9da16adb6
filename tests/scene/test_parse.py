"""URIs of scenes: every good one is understood, every other one explained."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import ConfigError
from crowdmon.scene import SCENES, parse_scene
from crowdmon.scene.plaza import LIMITS

GOOD = st.fixed_dictionaries(
    {},
    optional={
        "people": st.integers(0, 500),
        "seed": st.integers(0, 2**31 - 1),
        "width": st.integers(64, 3840),
        "height": st.integers(64, 2160),
        "fps": st.decimals(1, 120, places=3),
    },
)


@given(GOOD, st.sampled_from(["plaza", "plaza-night"]), st.booleans())
def test_every_good_uri_is_understood(values: dict[str, object], name: str, prefixed: bool) -> None:
    query = "&".join(f"{key}={value}" for key, value in values.items())
    plaza = parse_scene(f"{'synthetic:' if prefixed else ''}{name}{'?' if query else ''}{query}")
    wanted = {key: limit.default for key, limit in LIMITS.items()}
    wanted.update({key: float(str(value)) for key, value in values.items()})
    assert {key: getattr(plaza, key) for key in LIMITS} == wanted
    assert plaza.night == (name == "plaza-night")
    assert isinstance(plaza.people, int)


@given(
    st.text(alphabet=string.printable, max_size=40),
    st.sampled_from(["", "plaza?", "synthetic:empty?people="]),
)
def test_any_other_text_gives_a_config_error_of_one_line(text: str, start: str) -> None:
    error: ConfigError | None = None
    try:
        parse_scene(start + text)
    except ConfigError as caught:
        error = caught
    assert error is None or (error.hint and "\n" not in str(error))


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("synthetic:market", "Scenes are plaza, plaza-night, empty"),
        ("synthetic:", "Scenes are plaza"),
        ("synthetic:plaza?peple=3", "Did you mean 'people'"),
        ("synthetic:plaza?colour=3", "Allowed are people, seed, width, height, fps"),
        ("synthetic:plaza?people=many", "people is a whole number from 0 to 500"),
        ("synthetic:plaza?people=3.5", "people is a whole number"),
        ("synthetic:plaza?people=1_0", "is not a whole number"),
        ("synthetic:plaza?people=501", "outside its limits"),
        ("synthetic:plaza?people=", "is not a whole number"),
        ("synthetic:plaza?fps=nan", "fps is a number from 1 to 120"),
        ("synthetic:plaza?people=1&people=2", "given twice"),
        ("synthetic:plaza?people", "key=value"),
        ("synthetic:empty?people=2", "use 'plaza'"),
    ],
)
def test_a_wrong_uri_says_what_is_allowed(uri: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_scene(uri)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_passwords_do_not_reach_the_message() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_scene("synthetic:rtsp://user:hunter2@host/x?token=abc123")
    assert "hunter2" not in str(caught.value)
    assert "abc123" not in str(caught.value)


@pytest.mark.parametrize("name", SCENES)
def test_each_scene_renders(name: str) -> None:
    frame = parse_scene(f"synthetic:{name}?width=160&height=90").render(1.0)
    assert frame.rgb.shape == (90, 160, 3)
    assert (frame.present == 0) == (name == "empty")
