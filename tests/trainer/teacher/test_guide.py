"""A teacher is trained like any network, kept like any weights, and what it sees reaches SSR-HEF."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import torch
from pydantic import ValidationError

from crowdmon.counting import weights as weights_file
from crowdmon.counting.counter import Counter
from crowdmon.counting.network import SSRHEF, Outputs
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError, WeightsError
from crowdmon.values import Frame
from tests.trainer.data.test_crops import dotted
from tests.trainer.loop.test_train import config, curve, data
from trainer import models
from trainer.__main__ import evaluate
from trainer.config import GuideConfig
from trainer.data.loader import maker
from trainer.evaluate import benchmarks_of
from trainer.loop import state
from trainer.loop.train import train
from trainer.loss.objective import parts
from trainer.teacher.guide import MODEL, Guide
from trainer.teacher.network import FEATURES, Teacher

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher that has seen nothing, but a start: chance weights in a file."""
    torch.manual_seed(0)
    network = Teacher(Preprocess()).train()
    network.see(torch.randn(4, 3, 64, 64))
    path = tmp_path_factory.mktemp("teacher") / "teacher.safetensors"
    tensors = {key: value.float().numpy() for key, value in network.state_dict().items()}
    provenance = {"name": "teacher", "data": {"mall": 1.0}}
    weights_file.save(Weights(tensors, MODEL, Preprocess(), provenance), path)
    return path


def guided(path: Path, **more: float) -> GuideConfig:
    return GuideConfig(weights=path, **more)


def test_a_teacher_is_trained_by_the_loop_and_goes_on_where_it_stopped(taught: Path, tmp_path: Path) -> None:
    settings = config(model="teacher", start=taught, steps=4, validate_every=4, log_every=1)
    scores = train(settings, data(), tmp_path / "whole")
    train(settings, data(), tmp_path / "parts", steps=2)
    train(settings, data(), tmp_path / "parts", resume=True)
    assert curve(tmp_path / "whole") == curve(tmp_path / "parts")
    assert scores["dots"].truth > 0
    made = weights_file.load(tmp_path / "whole" / "last.safetensors")
    assert dict(made.network) == MODEL
    before = weights_file.load(taught)
    moved = {key for key, value in made.tensors.items() if (value != before.tensors[key]).any()}
    assert "head.0.weight" in moved
    assert "lite.blocks.5.project_conv.weight" in moved
    assert "size.running_mean" in moved
    assert {key for key in moved if key.startswith(("lite.conv_stem", "lite.blocks.0."))} == set()


def test_what_imagenet_taught_moves_at_a_share_of_the_rate(taught: Path) -> None:
    from trainer.loop.optimiser import optimiser_of

    settings = config(model="teacher", start=taught, learned_share=0.25)
    optimiser = optimiser_of(settings, models.build(settings))
    shares = [group.get("share", 1.0) for group in optimiser.param_groups]
    assert shares == [0.25, 1.0]
    assert all(group["params"] for group in optimiser.param_groups)


def test_a_teacher_counts_in_the_trainer_and_not_in_the_application(taught: Path) -> None:
    frame = Frame(dotted(seed=3).rgb)
    counted = models.counter(weights_file.load(taught)).count(frame)
    assert counted.people.shape == (counted.grid.rows, counted.grid.columns)
    assert (counted.people >= 0).all()
    with pytest.raises(WeightsError):
        Counter(taught)


def test_a_teacher_runs_in_torch_alone(taught: Path) -> None:
    weights = weights_file.load(taught)
    assert models.counter(weights, backend="torch").weights.path == taught
    with pytest.raises(ConfigError, match="runs in torch alone, not in openvino"):
        models.counter(weights, backend="openvino")


def test_crowdmon_eval_scores_a_teacher(
    taught: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = dotted(seed=3)
    cv2.imwrite(str(tmp_path / "one.png"), picture.rgb[..., ::-1])
    (tmp_path / "test.csv").write_text("image,x,y\none.png,10,10\n", encoding="utf-8")
    asked = ["--dataset", "points", "--root", str(tmp_path), "--weights", str(taught)]
    target = tmp_path / "scores.json"
    assert evaluate([*asked, "--split", "test", "--json", str(target)]) == 0, capsys.readouterr().err
    (row,) = json.loads(target.read_text(encoding="utf-8"))["per_image"]
    counted = models.counter(weights_file.load(taught)).count(Frame(picture.rgb)).count
    assert row["count"] == pytest.approx(counted, abs=1e-3)


def test_features_are_of_mean_0_and_variance_1_unless_they_hardly_speak() -> None:
    torch.manual_seed(1)
    network = Teacher(Preprocess()).train()
    network.size.momentum = 1.0
    pictures = torch.randn(4, 3, 64, 64)
    with torch.no_grad():
        network.see(pictures)
        variance = network.size.running_var
        features = network.eval().see(pictures).features
    assert features.shape == (4, FEATURES, 8, 8)
    assert features.mean((0, 2, 3)).abs().max() < 1e-4
    assert variance is not None
    assert torch.allclose(features.var((0, 2, 3)), variance / (variance + 0.01), rtol=1e-3)
    assert (network(pictures) >= 0).all()


def test_the_hint_is_the_squared_distance_to_the_teachers_features(taught: Path) -> None:
    settings = config(guide=guided(taught, hint=2.0))
    guide = Guide(settings.guide, settings, CPU)  # type: ignore[arg-type]
    batch = maker(settings, data().train, CPU, threshold=1)(0)
    seen = guide.see(batch.pictures)
    for off in (0.0, 0.5):
        outputs = Outputs(batch.density, (), None, seen.features + off)
        found = guide.teach({}, outputs, batch)
        assert float(found["hint"]) == pytest.approx(2 * off**2, abs=1e-6)


def test_following_divides_the_density_losses_between_labels_and_teacher(taught: Path) -> None:
    settings = config(guide=guided(taught, hint=0.0, follow=0.25), losses={"density": "l2", "pyramid": 0.1})
    guide = Guide(settings.guide, settings, CPU)  # type: ignore[arg-type]
    batch = maker(settings, data().train, CPU, threshold=1)(0)
    seen = guide.see(batch.pictures)

    def losses(density: torch.Tensor, towards: torch.Tensor) -> dict[str, float]:
        outputs = Outputs(density, (), None)
        made = parts(outputs, replace(batch, density=towards), settings.losses, density_scale=10)
        return {key: float(value) for key, value in made.items()}

    # As the teacher counts: nothing is left to learn from it, three quarters from the labels.
    outputs = Outputs(seen.density, (), None)
    found = guide.teach(parts(outputs, batch, settings.losses, density_scale=10), outputs, batch)
    labels = losses(seen.density, batch.density)
    for name in ("density", "pyramid"):
        assert float(found[name]) == pytest.approx(0.75 * labels[name])
        assert float(found[f"teacher_{name}"]) == pytest.approx(0, abs=1e-9)
    # As the labels are: the other way round.
    outputs = Outputs(batch.density, (), None)
    found = guide.teach(parts(outputs, batch, settings.losses, density_scale=10), outputs, batch)
    theirs = losses(batch.density, seen.density)
    assert float(found["density"]) == pytest.approx(0, abs=1e-9)
    assert float(found["teacher_density"]) == pytest.approx(0.25 * theirs["density"])


@pytest.mark.parametrize("cut", ["cpu", "device"])
def test_a_taught_run_goes_on_where_it_stopped_and_hands_out_the_network_alone(
    taught: Path, tmp_path: Path, cut: str
) -> None:
    guide = guided(taught, hint=1.0, follow=0.5)
    settings = config(guide=guide, steps=8, validate_every=8, cut=cut, kernel="none")
    train(settings, data(), tmp_path / "whole")
    train(settings, data(), tmp_path / "parts", steps=3)
    train(settings, data(), tmp_path / "parts", resume=True)
    rows = curve(tmp_path / "whole")
    assert rows == curve(tmp_path / "parts")
    assert float(rows[-1]["hint"]) < float(rows[0]["hint"])
    made = weights_file.load(tmp_path / "whole" / "last.safetensors")
    assert not any("hint" in key for key in made.tensors)
    assert Counter(made).count(Frame(dotted(seed=3).rgb)).count >= 0


def test_weight_normalisation_leaves_the_hints_alone(taught: Path) -> None:
    network = {"norm": False, "classes": 0}
    settings = config(
        guide=guided(taught), weight_norm=True, network={**config().network.model_dump(), **network}
    )
    built = models.build(settings)
    assert isinstance(built, SSRHEF)
    assert built.hint is not None
    average = state.Average(built, 0.9)
    assert not any(key.startswith("hint") for key in average.values)
    assert "hint.weight" in built.state_dict()
    assert (
        models.export(average, settings, {}).tensors.keys()
        == SSRHEF(settings.network.build()).state_dict().keys()
    )


def test_weights_say_what_their_teacher_has_seen(taught: Path) -> None:
    from trainer.data.prepare import _provenance

    settings = config(guide=guided(taught))
    provenance = _provenance(settings, {"shanghaitech_a": 1.0}, [])
    assert provenance["guide"]["name"] == "teacher"
    assert benchmarks_of(provenance) == {"shanghaitech_a", "mall"}


def test_what_is_no_teacher_is_refused(taught: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.safetensors"
    network = SSRHEF(config().network.build())
    weights_file.save(state.export(network.state_dict(), network.config, Preprocess(), {}), own)
    with pytest.raises(ConfigError, match="is no teacher"):
        Guide(guided(own), config(), CPU)
    with pytest.raises(ConfigError, match="other densities"):
        Guide(guided(taught), config(density_scale=5.0), CPU)
    given = weights_file.load(taught)
    short = {key: value for key, value in given.tensors.items() if key != "head.0.weight"}
    broken = tmp_path / "broken.safetensors"
    weights_file.save(replace(given, tensors=short), broken)
    with pytest.raises(ConfigError, match="does not fit"):
        Guide(guided(broken), config(), CPU)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model": "mcnn", "guide": {"weights": "x"}}, "guide needs model: ssr-hef"),
        ({"model": "teacher", "crop": 72}, "multiple of 32"),
        ({"model": "teacher", "optimiser": "muon"}, "model: teacher needs optimiser: adamw"),
        ({"guide": {"weights": "x"}, "protocol": "paper"}, "guide needs protocol: crops"),
        ({"crop": 72, "guide": {"weights": "x"}}, "multiple of 32"),
        ({"guide": {"weights": "x", "follow": 1.5}}, "less than or equal to 1"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        config(**settings)
