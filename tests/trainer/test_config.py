"""Training configurations: the shipped ones load, a wrong one is named."""

import os
from pathlib import Path

import pytest

from crowdmon.errors import ConfigError
from trainer.config import load

SHIPPED = sorted((Path(__file__).parents[2] / "configs" / "train").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_configuration_loads(path: Path) -> None:
    config = load(path)
    assert config.steps > config.warmup
    assert config.preprocess().density_scale == config.density_scale


def test_the_paper_s_protocol_is_the_paper_s() -> None:
    config = load(next(path for path in SHIPPED if path.stem == "paper"))
    assert (config.protocol, config.batch, config.rate, config.optimiser) == ("paper", 1, 3e-5, "adam")
    assert (config.losses.density, config.losses.gamma) == ("hef", 2.0)
    assert (config.losses.segmentation, config.losses.classification) == (1e-2, 1e-3)
    assert (config.losses.pyramid, config.network.norm, config.ema) == (0.0, False, 0.0)
    assert config.network.classes == 15
    assert config.augment.noise == 0.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rte: 3", "rte: Extra inputs are not permitted"),
        ("rate: fast", "rate: .*valid number"),
        ("losses: {density: l3}", "losses.density: Input should be 'hef'"),
        ("crop: 250", "crop: .*multiple of 8"),
        ("cut: device", r"cut: device needs protocol: crops, kernel: none and no norm_source$"),
        ("losses: {half: 3}", r"losses: half weighs squared errors: it needs density: l2 or l2/4$"),
        (
            "losses: {density: none}",
            r"losses: density: none needs one of zip, poisson and negative_binomial in its place$",
        ),
        ("losses: {poisson: 1}", r"losses of the heads in blocks need kernel: none, where a head is whole$"),
        (
            "{kernel: none, losses: {zip: 1}, network: {segmentation: false}}",
            r"losses.zip needs model: ssr-hef with network.segmentation$",
        ),
        (
            "{kernel: none, losses: {block_classes: 1}, guide: {weights: x}}",
            r"losses.block_classes needs model: ssr-hef without guide$",
        ),
        (
            "{kernel: none, losses: {density: none, zip: 1}, guide: {weights: x, follow: 0.5}}",
            r"guide.follow needs a density loss, not density: none$",
        ),
        ("- 3", "holds no settings"),
        ("rate: [", "line 1"),
        ("rate: 1\nrate: 2", "stands twice"),
        ("[" * 20_000, "nested too deeply"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"mine\.yaml.*{said}") as caught:
        load(path)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_a_number_written_the_scientific_way_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("rate: 1e-4", encoding="utf-8")
    assert load(path).rate == 1e-4


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*gone\.yaml"):
        load(tmp_path / "gone.yaml")


def test_the_two_bases_of_the_ablations_differ_in_hef_s_unit_alone() -> None:
    cells, pixels = (
        load(path) for name in ("ablation", "ablation_pixels") for path in SHIPPED if path.stem == name
    )
    assert (cells.losses.unit, pixels.losses.unit) == (1, 1 / 64)
    losses = pixels.losses.model_copy(update={"unit": cells.losses.unit})
    assert pixels.model_copy(update={"losses": losses}) == cells


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "pipe", "folder", "bytes.yaml", "large.yaml"])
def test_what_has_no_end_or_is_no_text_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes.yaml").write_bytes(b"rate: \xff\xfe")
    (tmp_path / "large.yaml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(ConfigError):
        load(tmp_path / name)
