"""The loop: resuming is exact, switches change what they claim, faults are named."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from crowdmon.counting.counter import Counter
from crowdmon.counting.network import SSRHEF
from crowdmon.counting.weights import load as load_weights
from crowdmon.errors import ConfigError
from crowdmon.values import Frame
from tests.trainer.data.test_crops import PLAIN, UNCHANGED, dotted, source
from trainer import models
from trainer.config import TrainConfig
from trainer.data.batch import collate
from trainer.data.crops import batch, cut
from trainer.data.draws import Window
from trainer.data.sources import Item
from trainer.loop.batch_norm import freeze_norm
from trainer.loop.logbook import LOSSES
from trainer.loop.optimiser import learning_rate
from trainer.loop.train import Data, NonFiniteLossError, Progress, train
from trainer.loop.validate import Score
from trainer.loss.blocks import SOFT
from trainer.loss.objective import parts

SMALL = {"stem": 2, "widths": [4, 4, 8], "dilations": [[1], [1], [1, 2]], "msrf": 2, "head": [8, 8, 4]}


def config(**more: object) -> TrainConfig:
    values: dict[str, object] = {
        "steps": 12,
        "batch": 2,
        "crop": 64,
        "validate_every": 6,
        "log_every": 2,
        "warmup": 2,
        "precision": "f32",
        "network": {**SMALL, "classes": 5},
        "augment": PLAIN,
    }
    return TrainConfig.model_validate({**values, **more})


def data() -> Data:
    return Data((source(dotted(), dotted(seed=1)),), {"dots": source(dotted(seed=2))}, 30, {"name": "dots"})


def curve(folder: Path, name: str = "metrics.csv") -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def test_an_interrupted_run_goes_on_along_the_same_curve(tmp_path: Path) -> None:
    train(config(), data(), tmp_path / "whole")
    train(config(), data(), tmp_path / "parts", steps=5)
    train(config(), data(), tmp_path / "parts", resume=True, steps=8)
    train(config(), data(), tmp_path / "parts", resume=True)
    assert curve(tmp_path / "whole") == curve(tmp_path / "parts")
    whole, pieces = (Counter(tmp_path / run / "last.safetensors") for run in ("whole", "parts"))
    frame = Frame(dotted(seed=3).rgb)
    assert whole.count(frame).count == pieces.count(frame).count


def test_the_layer_of_block_classes_is_resumed_and_left_out_of_the_weights(tmp_path: Path) -> None:
    settings = config(
        kernel="none", losses={"density": "l2", "block_classes": 0.1}, steps=4, validate_every=4
    )
    train(settings, data(), tmp_path / "whole")
    train(settings, data(), tmp_path / "parts", steps=3)
    train(settings, data(), tmp_path / "parts", resume=True)
    assert curve(tmp_path / "whole") == curve(tmp_path / "parts")
    assert not [key for key in load_weights(tmp_path / "parts" / "last.safetensors").tensors if "hint" in key]


def test_a_run_whose_crops_are_cut_on_the_device_goes_on_along_the_same_curve(tmp_path: Path) -> None:
    settings = config(cut="device", kernel="none", augment={"noise": 0.5, "degrade": 0.5}, margin=8)
    train(settings, data(), tmp_path / "whole")
    train(settings, data(), tmp_path / "parts", steps=5)
    train(settings, data(), tmp_path / "parts", resume=True)
    assert curve(tmp_path / "whole") == curve(tmp_path / "parts")


def test_crops_of_the_device_teach_what_those_of_the_loader_do(tmp_path: Path) -> None:
    settings = {"steps": 60, "rate": 0.01, "log_every": 20, "validate_every": 60, "kernel": "none"}
    losses = {}
    for where in ("cpu", "device"):
        train(config(cut=where, **settings), data(), tmp_path / where)
        losses[where] = [float(row["total"]) for row in curve(tmp_path / where)]
        assert losses[where][-1] < 0.7 * losses[where][0]
    assert losses["device"][-1] == pytest.approx(losses["cpu"][-1], rel=0.5)


def test_a_device_that_is_asked_late_still_tells_of_a_broken_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.loop.train.is_asynchronous", lambda _: True)
    train(config(), data(), tmp_path / "late")
    monkeypatch.undo()
    train(config(), data(), tmp_path / "soon")
    assert curve(tmp_path / "late") == curve(tmp_path / "soon")
    monkeypatch.setattr("trainer.loop.train.is_asynchronous", lambda _: True)
    bad = dotted()
    broken = Item("broken", bad.rgb, bad.points, None, np.full((200, 300), np.nan, np.float32))
    fed = Data((source(broken),), {}, 30, {})
    with pytest.raises(NonFiniteLossError, match="at step 1 on broken"):
        train(config(), fed, tmp_path / "broken")


def test_a_run_learns(tmp_path: Path) -> None:
    settings = config(steps=60, rate=0.01, log_every=10, validate_every=60)
    train(settings, data(), tmp_path)
    losses = [float(row["total"]) for row in curve(tmp_path)]
    assert losses[-1] < 0.6 * losses[0]


def test_the_run_folder_tells_the_whole_story(tmp_path: Path) -> None:
    scores = train(config(), data(), tmp_path)
    for name in ("config.yaml", "provenance.json", "metrics.csv", "validation.csv", "report.md", "state.pt"):
        assert (tmp_path / name).stat().st_size > 0
    (row,) = [r for r in curve(tmp_path, "validation.csv") if r["step"] == "12"]
    assert float(row["mae"]) == pytest.approx(scores["dots"].mae, rel=1e-4)
    counter = Counter(tmp_path / "last.safetensors", precision="f32")
    assert counter.card["provenance"]["steps"] == 12
    assert counter.card["scores"]["dots val"]["mae"] == pytest.approx(scores["dots"].mae)
    truth = len(dotted(seed=2).points)
    off = counter.count(Frame(dotted(seed=2).rgb)).count - truth
    assert abs(off) == pytest.approx(scores["dots"].mae, rel=1e-5)
    assert "12 of 12 steps" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_the_resume_state_of_the_real_network_stays_below_ten_megabytes(tmp_path: Path) -> None:
    train(config(network={}, steps=1, validate_every=1), data(), tmp_path)
    assert (tmp_path / "state.pt").stat().st_size < 10_000_000


def test_a_folder_with_a_run_is_not_overwritten(tmp_path: Path) -> None:
    train(config(), data(), tmp_path, steps=2)
    with pytest.raises(ConfigError, match="holds a run already"):
        train(config(), data(), tmp_path)
    with pytest.raises(ConfigError, match=r"rate 0\.002 -> 0\.5"):
        train(config(rate=0.5), data(), tmp_path, resume=True)


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    train(config(), data(), tmp_path, steps=2)
    (tmp_path / "state.pt").write_bytes(b"PK nonsense")
    with pytest.raises(ConfigError, match="cannot resume"):
        train(config(), data(), tmp_path, resume=True)


def test_a_loss_that_is_not_a_number_names_the_pictures(tmp_path: Path) -> None:
    bad = dotted()
    broken = Item("broken", bad.rgb, bad.points, None, np.full((200, 300), np.nan, np.float32))
    with pytest.raises(NonFiniteLossError, match="at step 0 on broken, broken"):
        train(config(), Data((source(broken),), {}, 30, {}), tmp_path)


def test_a_source_that_cannot_be_read_stops_the_run_with_its_reason(tmp_path: Path) -> None:
    def gone() -> Item:
        raise FileNotFoundError("IMG_3.jpg is gone")

    broken = source(dotted())
    broken.makers = [gone]
    with pytest.raises(FileNotFoundError, match="IMG_3"):
        train(config(), Data((broken,), {}, 30, {}), tmp_path)


def test_the_rate_warms_up_and_falls_to_a_hundredth() -> None:
    settings = config(steps=102, warmup=2, rate=1.0)
    assert [learning_rate(settings, s) for s in (0, 1, 2)] == [0.5, 1.0, 1.0]
    assert learning_rate(settings, 52) == pytest.approx(0.505, abs=0.01)
    assert learning_rate(settings, 102) == pytest.approx(0.01)
    assert learning_rate(config(schedule="constant", warmup=0, rate=3e-5), 10**6) == 3e-5


def test_frozen_normalisation_keeps_its_statistics_and_still_learns() -> None:
    network = SSRHEF(config().network.build())
    network.train()
    freeze_norm(network)
    before = {k: v.clone() for k, v in network.state_dict().items() if "running" in k}
    network(torch.randn(2, 3, 32, 32)).sum().backward()
    assert all(torch.equal(network.state_dict()[k], v) for k, v in before.items())
    assert any(p.grad is not None for n, p in network.named_parameters() if n.endswith("1.weight"))


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ({}, {"density", "segmentation", "classification"}),
        ({"network": {**SMALL, "segmentation": False, "classes": 5}}, {"density", "classification"}),
        ({"network": {**SMALL, "classes": 0}}, {"density", "segmentation"}),
        ({"losses": {"pyramid": 0.1}}, {"density", "segmentation", "classification", "pyramid"}),
        ({"losses": {"count": 0.1}}, {"density", "segmentation", "classification", "count"}),
        ({"losses": {"bayesian": 0.1}}, {"density", "segmentation", "classification", "bayesian"}),
        (
            {"kernel": "none", "losses": {"density": "none", "zip": 1, "block_errors": 0.5}},
            {"zip", "block_errors", "segmentation", "classification"},
        ),
        (
            {"kernel": "none", "losses": {"density": "none", "poisson": 1, "negative_binomial": 0.5}},
            {"poisson", "negative_binomial", "segmentation", "classification"},
        ),
        (
            {"kernel": "none", "losses": {"block_classes": 0.1}},
            {"density", "segmentation", "classification", "block_classes"},
        ),
    ],
)
def test_a_switch_takes_its_loss_with_it(switch: dict[str, object], expected: set[str]) -> None:
    settings = config(**switch)
    patches = batch(settings, data().train, step=0)
    classes = settings.network.classes
    one = collate(patches, settings.preprocess(), classes=classes, threshold=10)
    outputs = models.build(settings).train_outputs(one.pictures)
    found = parts(outputs, one, settings.losses, density_scale=10)
    assert set(found) == expected
    assert set(found) <= set(LOSSES), "the logbook has a column for each"


def test_the_bayesian_loss_is_in_people_and_leaves_streets_to_the_squares() -> None:
    settings = config(losses={"density": "l2", "bayesian": 0.5})
    one = collate(batch(settings, data().train, step=0), settings.preprocess(), classes=5, threshold=10)
    outputs = SSRHEF(settings.network.build()).train_outputs(one.pictures)
    nothing = outputs._replace(density=torch.zeros_like(outputs.density))
    inside = one.density.sum(dim=(1, 2, 3)) / 10
    plain = parts(nothing, one, settings.losses, density_scale=10)["bayesian"]
    assert plain.item() == pytest.approx(0.5 * inside.mean().item(), rel=1e-5)
    half = settings.losses.model_copy(update={"half": 5.0, "half_of": "picture"})
    usual = one.usual.flatten() / 10
    expected = (inside * usual / (5 + usual)).mean().item()
    left = parts(nothing, one, half, density_scale=10)["bayesian"]
    assert left.item() == pytest.approx(0.5 * expected, rel=1e-5)


def test_the_likelihood_of_a_map_is_that_of_its_known_blocks() -> None:
    settings = config(kernel="none", losses={"density": "none", "zip": 2.0})
    one = collate(batch(settings, data().train, step=0), settings.preprocess(), classes=5, threshold=10)
    density = torch.zeros_like(one.density)
    masks = tuple(torch.ones_like(label, dtype=torch.float32) for label in one.segmentations)
    masks[2][:, :, :, 1:] = 0  # a block of which a cell is unknown is not judged: the first column goes too
    logits = tuple(torch.full(mask.shape, 60.0) for mask in masks)
    outputs = SSRHEF(settings.network.build()).train_outputs(one.pictures)
    outputs = outputs._replace(density=density, segmentations=logits)
    nothing = parts(outputs, replace(one, masks=masks), settings.losses, density_scale=10)["zip"]
    assert nothing.item() == 0
    known = parts(outputs, one, settings.losses, density_scale=10)["zip"].item()
    rate = 4 * SOFT
    heads = F.avg_pool2d(one.density, 2).flatten() * 4 / 10
    by_hand = (rate - heads * math.log(rate) + torch.lgamma(heads + 1)).mean().item()
    assert known == pytest.approx(2 * by_hand, rel=1e-4)


def test_losses_are_weighted_as_equation_five_says() -> None:
    settings = config()
    one = collate(batch(settings, data().train, step=0), settings.preprocess(), classes=5, threshold=10)
    outputs = SSRHEF(settings.network.build()).train_outputs(one.pictures)
    found = parts(outputs, one, settings.losses, density_scale=10)
    heavier = settings.losses.model_copy(update={"segmentation": 1e-1, "classification": 1e-2})
    ten_times = parts(outputs, one, heavier, density_scale=10)
    for name, factor in (("density", 1), ("segmentation", 10), ("classification", 10)):
        assert ten_times[name].item() == pytest.approx(factor * found[name].item(), rel=1e-5)


def test_a_mask_takes_what_is_outside_out_of_every_loss() -> None:
    settings = config()
    item = dotted(height=64, width=64)
    mask = np.zeros((64, 64), np.uint8)
    mask[:, :32] = 1
    changed = Item("x", item.rgb, item.points, mask)
    fewer = Item("x", item.rgb, item.points[item.points[:, 0] < 16], mask)
    network = SSRHEF(settings.network.build()).eval()

    found = []
    for one in (changed, fewer):
        patch = cut(one, Window(0, 0, 64, 64, 1.0, False), UNCHANGED, settings)
        heads = patch.density.copy()
        heads[:, 4:] = 0 if one is fewer else 7
        made = collate([patch], settings.preprocess(), classes=0, threshold=10)
        made.density[:, :, :, 4:] = 0 if one is fewer else 7
        made.density[:, :, :, :4] = 1
        for labels, side in zip(made.segmentations, (32, 16, 8), strict=True):
            labels[:] = 0
            labels[:, :, :, side // 2 :] = 0 if one is fewer else 1
        with torch.no_grad():
            found.append(parts(network.train_outputs(made.pictures), made, settings.losses, density_scale=10))
    for name in found[0]:
        assert found[0][name].item() == pytest.approx(found[1][name].item(), rel=1e-6)


def test_the_best_weights_stay_when_a_run_is_killed_after_it_wrote_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = iter((5.0, 9.0))
    monkeypatch.setattr(
        "trainer.loop.train.validate",
        lambda *_, **__: {"dots": Score(mae=next(errors), mse=9.0, bias=0.0, truth=20.0)},
    )

    def killed(progress: Progress) -> None:
        if progress.note:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(config(), data(), tmp_path, report=killed)
    best = (tmp_path / "best.safetensors").read_bytes()
    assert train(config(), data(), tmp_path, resume=True)["dots"].mae == 9.0
    assert (tmp_path / "best.safetensors").read_bytes() == best


@pytest.mark.parametrize("precision", ["bf16", "f32"])
def test_weights_learned_in_bfloat16_are_numbers_of_bfloat16(tmp_path: Path, precision: str) -> None:
    train(config(precision=precision), data(), tmp_path)
    tensors = [torch.from_numpy(one) for one in load_weights(tmp_path / "last.safetensors").tensors.values()]
    assert all(torch.equal(one, one.bfloat16().float()) for one in tensors) == (precision == "bf16")
