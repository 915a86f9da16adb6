"""Adapting on the synthetic camera, whose truth is exact: a biased base improves, a right one stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from crowdmon.counting.counter import Counter
from crowdmon.counting.network import SSRHEF
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights
from crowdmon.values import Frame
from tests.trainer.adapt import scenes
from trainer.adapt import gate, items
from trainer.adapt import run as adapting
from trainer.adapt import tune as tuning
from trainer.adapt.budget import Budget
from trainer.adapt.choose import Trial
from trainer.adapt.folds import folds
from trainer.adapt.frames import Frames, read
from trainer.adapt.report import as_json, as_markdown
from trainer.adapt.run import Candidate, adapt
from trainer.adapt.tune import Tuned, tune


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    folder = scenes.camera(tmp_path_factory.mktemp("gate"))
    return read(folder, preprocess=scenes.right().preprocess)


def no_time(frames: Frames) -> Budget:
    """A budget that leaves no time for learning, so that only closed forms are tried."""
    return Budget(1e-6)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_biased_base_is_improved(frames: Frames, factor: float) -> None:
    base = scenes.off_by(scenes.right(), factor)
    weights, found = adapt(base, frames, budget=no_time(frames))
    assert found.better
    assert found.chosen.startswith("factor")
    assert found.after.mae < 0.5 * found.before.mae
    # Later moments that it has never seen.
    late, early = Counter(weights), Counter(base)
    for second in (50.0, 57.0):
        rgb, heads = scenes.picture(second)
        off, before = (abs(one.count(Frame(rgb.copy())).count - len(heads)) for one in (late, early))
        assert off < 0.7 * before


def test_a_right_base_is_left_alone(frames: Frames) -> None:
    base = scenes.right()
    weights, found = adapt(base, frames, budget=no_time(frames))
    assert found.chosen == "nothing"
    assert not found.better
    assert weights is base
    assert found.after.scores() == found.before.scores()
    assert "Nothing is adopted" in as_markdown(found)


def test_what_there_was_no_time_for_is_said(frames: Frames) -> None:
    _, found = adapt(scenes.right(), frames, budget=no_time(frames))
    assert [name for name, _ in found.skipped] == ["network"]
    assert as_markdown(found).count("not tried: there was no time") == 1


@pytest.mark.parametrize("number", [1, 2])
def test_one_or_two_frames_are_enough_for_a_factor_that_is_plain(frames: Frames, number: int) -> None:
    few = Frames(frames.samples[:number])
    _, found = adapt(scenes.off_by(scenes.right(), 0.4), few, budget=Budget(60))
    assert found.chosen == "factor"
    assert not found.checked
    assert "could not be checked" in as_markdown(found)
    assert "too few" in as_markdown(found)
    _, found = adapt(scenes.right(), few, budget=Budget(60))
    assert found.chosen == "nothing"


def test_the_report_for_programs_has_what_it_promises(frames: Frames) -> None:
    _, found = adapt(scenes.off_by(scenes.right(), 0.5), frames, budget=no_time(frames))
    said = as_json(found)
    assert said["frames"] == 6
    assert set(said["before"]) == set(said["after"]) == {"mae", "bias"}
    held = [name for fold in said["folds"] for name in fold["held_out"]]
    assert held == [f"square_{n}.png" for n in range(6)]
    assert said["folds"][0]["truth"] == [len(scenes.picture(s)[1]) for s in scenes.SECONDS[:2]]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few looks, and hardly anything beside."""
    monkeypatch.setattr(tuning, "LOOKS", 1)
    monkeypatch.setattr(tuning, "WARM", 1)
    nobody = np.zeros((64, 64, 3), np.uint8)

    def one(network: SSRHEF, feed: Preprocess) -> list[items.Item]:
        return [items.item(network, feed, nobody, np.zeros((0, 2)))]

    monkeypatch.setattr(items, "general", one)


def learned(frames: Frames, *, seed: int = 0) -> Tuned:
    few = Frames(frames.samples[:2])
    made = tune(scenes.right(), few, folds(2), budget=Budget(3600), seconds=3000, steps=2, seed=seed)
    assert made
    return made[-1]


@pytest.mark.usefixtures("quick")
def test_the_same_seed_learns_the_same(frames: Frames) -> None:
    first, second = learned(frames), learned(frames)
    for key, value in first.tensors.items():
        assert np.array_equal(value, second.tensors[key]), key
    other = learned(frames, seed=1)
    assert any(not np.array_equal(value, other.tensors[key]) for key, value in first.tensors.items())


@pytest.mark.usefixtures("quick")
def test_only_its_part_of_the_network_learns(frames: Frames) -> None:
    base, made = scenes.right().tensors, learned(frames)
    assert made.steps == 2
    changed = {key for key, value in made.tensors.items() if not np.array_equal(value, base[key])}
    assert changed
    assert all(key.startswith(items.LEARNS) for key in changed)


@pytest.mark.usefixtures("quick")
def test_half_way_is_the_mean_of_the_base_and_what_was_learned(frames: Frames) -> None:
    few = Frames(frames.samples[:2])
    half, whole = tune(scenes.right(), few, folds(2), budget=Budget(3600), seconds=3000, steps=2, seed=0)
    assert [half.trial.name, whole.trial.name] == ["network half-way", "network"]
    for key, value in scenes.right().tensors.items():
        np.testing.assert_allclose(half.tensors[key], (value + whole.tensors[key]) / 2, rtol=0.02, atol=1e-3)


@pytest.mark.usefixtures("quick")
def test_a_frame_is_judged_by_networks_that_have_not_seen_it(
    frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[tuple[int, ...], ...]] = []
    together = tuning._together

    def spied(base: Weights, some: list[tuning._Learner], share: float) -> SSRHEF:
        asked.append(tuple(one.held for one in some))
        return together(base, some, share)

    monkeypatch.setattr(tuning, "_together", spied)
    tune(scenes.right(), frames, folds(6), budget=Budget(3600), seconds=3000, steps=1)
    *judges, all_of_them = asked[: len(asked) // 2]  # half-way; the rest is the same for the whole way
    assert len(judges) == 6
    for index, held in enumerate(judges):
        assert len(held) == 2
        assert all(index in one for one in held)
    assert len(all_of_them) == 5


def test_the_network_cut_in_two_counts_as_the_whole_one(frames: Frames) -> None:
    from crowdmon.counting.torch_backend import network_of

    weights, frame = scenes.right(), frames.samples[0]
    network = network_of(weights)
    one = items.of_frame(network, weights.preprocess, frame)
    raw = items.after(network, one.features.float()).detach().clamp(min=0)
    people = float((raw * (one.share > 0)).sum()) / weights.preprocess.density_scale
    assert people == pytest.approx(
        Counter(weights, backend="torch").count(Frame(frame.rgb.copy())).count, rel=0.01
    )


def test_a_window_of_a_large_frame_keeps_its_labels(frames: Frames) -> None:
    import torch

    people = torch.zeros(1, 1, 100, 200)
    people[0, 0, ::7, ::5] = 1
    big = items.Item(torch.zeros(1, 2, 100, 200).half(), people, torch.ones(1, 1, 100, 200))
    part = items.window(big, np.random.default_rng(3))
    assert part.features.shape[2:] == part.people.shape[2:] == items.LARGEST
    assert 0 < float(part.people.sum()) < float(people.sum())
    assert float(part.people[part.share == 0].sum()) == 0
    small = items.Item(big.features[..., :20, :30], people[..., :20, :30], big.share[..., :20, :30])
    assert items.window(small, np.random.default_rng(0)) is small


def test_weights_that_see_people_where_nobody_is_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    base = scenes.right()
    truth = np.full(6, 30.0)
    wild = replace(base, provenance={"name": "wild"})
    seen = {"wild": gate.Sanity((0.0, 4.0), 0.0), base.name: gate.Sanity((0.0, 0.1), 0.05)}
    monkeypatch.setattr(adapting.gate, "look", lambda weights, **_: seen[weights.name])
    before = Trial("nothing", truth, truth - 6)
    candidates = [
        Candidate(Trial("factor", truth, truth + np.array([1, -1, 1, -1, 1, -1])), lambda: base),
        Candidate(Trial("network", truth, truth + 0.1), lambda: wild, learned=True),
    ]
    chosen, refused, weights = adapting._adopt(base, candidates, before, Budget(60))
    assert chosen.name == "factor"
    assert weights is base
    assert refused == [("network", "it sees 4.0 people in a picture without any, where there were 0.1")]


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (gate.Sanity((0.4, 0.1, 1.9), 0.08), ""),
        (gate.Sanity((0.4, 2.2, 0.0), 0.0), "2.2 people in a picture without any"),
        (gate.Sanity((0.6, 0.7, 0.0), 0.0), "0.6 people in most pictures without any"),
        (gate.Sanity((0.0, 0.0, 0.0), -0.12), "demo camera is counted -12 % off"),
    ],
)
def test_the_gate(after: gate.Sanity, says: str) -> None:
    why = gate.worse(after, gate.Sanity((0.0, 0.2, 0.1), 0.05))
    assert says in why
    assert bool(why) == bool(says)


def test_what_is_learned_beside_is_mostly_empty_and_has_the_demo_square() -> None:
    from crowdmon.counting.torch_backend import network_of

    weights = scenes.right()
    beside = items.general(network_of(weights), weights.preprocess)
    people = [float(one.people.sum()) for one in beside]
    assert people.count(0.0) > 0.8 * len(people)
    assert max(people) > 20


@pytest.mark.slow
def test_the_bundled_weights_pass_their_own_gate() -> None:
    sane = gate.look(scenes.right())
    assert len(sane.empty) == gate.PICTURES - len(gate.SECONDS)
    assert max(sane.empty) < 3
