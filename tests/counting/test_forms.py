"""Which form a machine counts with: measured once, remembered, never a reason to fail."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crowdmon.counting import forms, remembered
from crowdmon.counting.backend import Backend
from crowdmon.counting.forms import Form, choose, forms_of, measured
from crowdmon.errors import CountingError
from tests.counting.test_counter import some_weights
from tests.counting.test_scales import quantised

JOINED, BRANCHES = Form("f32", "joined"), Form("f32", "branches")
SMALL = Form("int8", "joined")


class Ticking:
    """A clock that a fake back end moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Takes:
    """A back end that takes a known time."""

    name, device, precision, batch = "fake", "cpu", "f32", 1

    def __init__(self, clock: Ticking, seconds: float) -> None:
        self._clock, self._seconds, self.runs = clock, seconds, 0

    def run(self, batch: np.ndarray) -> np.ndarray:
        self._clock.now += self._seconds * (10 if self.runs == 0 else 1)
        self.runs += 1
        return batch[:, 0]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CROWDMON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("took", "chosen"),
    [
        ({JOINED: 3.0, BRANCHES: 2.0}, BRANCHES),
        ({JOINED: 3.0, BRANCHES: 2.0, SMALL: 1.0}, SMALL),
        (
            {JOINED: 3.0, BRANCHES: 2.0, SMALL: 1.9},
            BRANCHES,
        ),  # hardly quicker: nobody wants other digits for it
        ({SMALL: 5.0}, SMALL),
        ({JOINED: 3.0}, JOINED),
    ],
)
def test_the_quickest_is_chosen_and_int8_for_a_gain(took: dict[Form, float], chosen: Form) -> None:
    assert choose(took) == chosen


def test_forms_take_turns_and_the_quickest_round_counts() -> None:
    clock = Ticking()
    made = {JOINED: Takes(clock, 0.02), BRANCHES: Takes(clock, 0.01)}
    took = measured(list(made), made.__getitem__, clock=clock)
    assert took == pytest.approx({JOINED: 0.02, BRANCHES: 0.01})


def test_measuring_ends_in_time_on_a_slow_machine() -> None:
    clock = Ticking()
    built = []

    def make(form: Form) -> Backend:
        clock.now += 0.8  # compiling
        built.append(form)
        return Takes(clock, 0.3)

    small = Form("int8", "branches")
    took = measured([JOINED, SMALL, small, BRANCHES], make, clock=clock, seconds=2.0)
    assert built == [JOINED, SMALL, small]
    assert set(took) == {JOINED, SMALL, small}
    assert clock.now < 3 * 0.8 + 3 * 3.0 + 2 * 3 * 0.3 + 0.1  # built, the first run of each, two rounds


def test_a_form_that_cannot_be_built_is_left_out_unless_it_is_the_only_one() -> None:
    clock = Ticking()

    def make(form: Form) -> Backend:
        if form is JOINED:
            raise CountingError("no such primitive")
        return Takes(clock, 0.01)

    assert set(measured([JOINED, BRANCHES], make, clock=clock)) == {BRANCHES}
    with pytest.raises(CountingError, match="no such primitive"):
        measured([JOINED], make, clock=clock)


def test_int8_is_a_choice_only_with_scales_and_a_precision_that_is_asked_for_is_the_only_one() -> None:
    plain, small = some_weights(), quantised(some_weights())
    assert {one.precision for one in forms_of(plain, precision=None, natively="f32")} == {"f32"}
    assert {one.precision for one in forms_of(small, precision=None, natively="bf16")} == {"bf16", "int8"}
    assert {one.precision for one in forms_of(small, precision="f32", natively="bf16")} == {"f32"}


def test_a_machine_is_measured_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def slow(which: tuple[Form, ...], make: object) -> dict[Form, float]:
        calls.append(which)
        return {form: 0.2 if form == Form("int8", "branches") else 1.0 for form in which}

    monkeypatch.setattr(forms, "measured", slow)
    first = forms.best(quantised(some_weights()), threads=1)
    again = forms.best(quantised(some_weights(seed=6)), threads=1)  # the same network with other weights
    assert (first.precision, again.precision, len(calls)) == ("int8", "int8", 1)
    assert json.loads((cache / "forms.json").read_text()).popitem()[1] == "int8 branches"
    assert forms.best(some_weights(), threads=1).precision in ("f32", "bf16")  # has no scales: measured anew
    assert len(calls) == 2


def test_what_was_not_measured_is_not_remembered(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "measured", lambda which, make: {which[0]: 1.0})
    assert forms.best(quantised(some_weights()), threads=1).precision in ("f32", "bf16")
    assert not cache.exists()


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"a": 3}', "\x00", '{"KEY": ["x"]}', '{"KEY": "f16 star"}']
)
def test_a_damaged_memory_is_measured_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr(forms, "measured", lambda which, make: dict.fromkeys(which, 1.0))
    monkeypatch.setattr(remembered, "key", lambda *facts: "KEY")
    cache.mkdir()
    (cache / "forms.json").write_text(content)
    assert forms.best(some_weights(), threads=1).precision in ("f32", "bf16")
    assert json.loads((cache / "forms.json").read_text())["KEY"].endswith("joined")


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CROWDMON_CACHE", str(tmp_path / "file" / "below"))
    monkeypatch.setattr(forms, "measured", lambda which, make: dict.fromkeys(which, 1.0))
    assert forms.best(some_weights(), threads=1).precision in ("f32", "bf16")


def test_the_real_thing_measures_and_counts(cache: Path) -> None:
    weights = quantised(some_weights())
    made = forms.best(weights, threads=1)
    assert made.precision in ("f32", "bf16", "int8")
    assert made.run(np.zeros((1, 3, 32, 32), np.float32)).shape == (1, 4, 4)


def test_the_folder_follows_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CROWDMON_CACHE")
    monkeypatch.setattr(remembered.sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    for named, wanted in (
        (str(tmp_path / "x"), tmp_path / "x"),
        ("relative", tmp_path / ".cache"),
        ("", tmp_path / ".cache"),
    ):
        monkeypatch.setenv("XDG_CACHE_HOME", named)
        assert remembered.folder() == wanted / "crowdmon"


def test_old_choices_make_room(cache: Path) -> None:
    for number in range(80):
        remembered.put(str(number), "f32 joined")
    assert remembered.get("0") is None
    assert remembered.get("79") == "f32 joined"
    assert len(json.loads((cache / "forms.json").read_text())) == 64
