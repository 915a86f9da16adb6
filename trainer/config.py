"""Training configuration: one YAML file, every key is checked; a copy goes into the run folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crowdmon.config.files import plain_values, read_text
from crowdmon.counting.network import NetworkConfig
from crowdmon.counting.preprocess import Preprocess
from crowdmon.errors import ConfigError


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Losses(_Model):
    """Which losses, in which proportion (Eq. 5)."""

    density: Literal["hef", "hef-detached", "l2", "l2/4", "none"] = Field(
        "hef", description="none: a likelihood takes its place"
    )
    gamma: float = 2.0
    unit: float = Field(
        1.0, gt=0, description="people per cell are multiplied by this inside of HEF's weight"
    )
    segmentation: float = Field(1e-2, ge=0, description="lambda 1")
    classification: float = Field(1e-3, ge=0, description="lambda 2")
    pyramid: float = Field(0.0, ge=0, description="weight of the block counts; 0 in the paper")
    empty: float = Field(0.0, ge=0, description="weight of the density in crops without people")
    count: float = Field(
        0.0, ge=0, description="weight of the people that a whole crop's count is off, not squared"
    )
    bayesian: float = Field(
        0.0,
        ge=0,
        description="weight of the Bayesian loss, in people; with half, for packed pictures above all",
    )
    zip: float = Field(
        0.0,
        ge=0,
        description="weight of the zero-inflated Poisson likelihood of the heads in a block",
    )
    poisson: float = Field(0.0, ge=0, description="weight of the Poisson likelihood of the heads in a block")
    negative_binomial: float = Field(
        0.0, ge=0, description="weight of the negative binomial likelihood of the heads in a block"
    )
    dispersion: float = Field(
        0.5, gt=0, description="of the negative binomial: a count's variance is mean + dispersion mean^2"
    )
    block_classes: float = Field(
        0.0,
        ge=0,
        description="weight of the classes of the heads in a block, and of the density's distance from "
        "their expectation",
    )
    block: int = Field(2, gt=0, description="side in cells of the blocks whose heads have a likelihood")
    block_errors: float = Field(
        0.0, ge=0, description="weight of the absolute errors of block sums, a block of side; sides: blocks"
    )
    half: float = Field(
        0.0, ge=0, description="people in a crop whose squared errors weigh half; 0: all crops weigh the same"
    )
    half_of: Literal["crop", "picture"] = Field(
        "crop",
        description="whose people half looks at: the crop's own, or of an average crop of its picture",
    )
    blocks: tuple[int, ...] = (4, 16, 32)

    @model_validator(mode="after")
    def _squared(self) -> Losses:
        if self.half and self.density not in ("l2", "l2/4"):
            raise ValueError("half weighs squared errors: it needs density: l2 or l2/4")
        return self

    @model_validator(mode="after")
    def _something_to_learn(self) -> Losses:
        if self.density == "none" and not (self.zip or self.poisson or self.negative_binomial):
            raise ValueError("density: none needs one of zip, poisson and negative_binomial in its place")
        return self

    @property
    def counts_heads(self) -> bool:
        """Whether a loss takes whole heads of blocks."""
        return any((self.zip, self.poisson, self.negative_binomial, self.block_classes))


_SHAPE = NetworkConfig()


class Network(_Model):
    """Switches and widths of SSR-HEF; see ``crowdmon/counting/network.py``."""

    stem: int = _SHAPE.stem
    widths: tuple[int, int, int] = _SHAPE.widths
    dilations: tuple[tuple[int, ...], ...] = _SHAPE.dilations
    msrf: int = _SHAPE.msrf
    head: tuple[int, int, int] = _SHAPE.head
    segmentation: bool = _SHAPE.segmentation
    enhancement: bool = _SHAPE.enhancement
    classes: int = _SHAPE.classes
    norm: bool = _SHAPE.norm

    def build(self) -> NetworkConfig:
        """Return the network's own configuration."""
        return NetworkConfig(**self.model_dump())


class Augment(_Model):
    """What happens to a crop, beside flipping."""

    scale: tuple[float, float] = (0.7, 1.3)
    colour: float = Field(0.3, ge=0, le=1, description="strength of brightness, contrast and gamma")
    grey: float = Field(0.1, ge=0, le=1, description="share of crops made grey")
    noise: float = Field(0.5, ge=0, le=1, description="share of crops with noise")
    degrade: float = Field(0.0, ge=0, le=1, description="share of crops blurred or compressed as JPEG")


class GuideConfig(_Model):
    """A larger network that the run learns from too; see ``trainer/teacher``."""

    weights: Path = Field(description="of a run with model: teacher")
    hint: float = Field(0.1, ge=0, description="weight of the squared error of its features, of variance 1")
    follow: float = Field(
        0.0, ge=0, le=1, description="share of the density losses towards its density in place of the labels"
    )


class TrainConfig(_Model):
    """A whole training run."""

    model: Literal["ssr-hef", "mcnn", "teacher"] = Field(
        "ssr-hef", description="mcnn: to try HEF on another network; teacher: for guide, see trainer/teacher"
    )
    protocol: Literal["paper", "crops"] = "crops"
    steps: int = Field(10_000, gt=0)
    batch: int = Field(8, gt=0)
    crop: int = Field(256, gt=0, multiple_of=8)
    cut: Literal["cpu", "device"] = Field(
        "cpu", description="where crops are cut: by a thread beside the loop, or on the accelerator itself"
    )
    margin: int = Field(
        0,
        ge=0,
        multiple_of=8,
        description="pixels at a crop's cut edges that are not judged: what lies beyond is missing",
    )
    edges: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="share of its side that a crop may fall beside the picture before it is moved back to "
        "the edge; at 0 the outermost pixels are in hardly any crop",
    )
    rate: float = Field(2e-3, gt=0)
    learned_share: float = Field(
        0.3, gt=0, description="of the rate, for the features a teacher begins with; model: teacher alone"
    )
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: int = Field(200, ge=0)
    optimiser: Literal["adam", "adamw", "muon"] = "adamw"
    betas: tuple[float, float] = Field((0.9, 0.999), description="of Adam: memory of gradients and squares")
    decay: float = Field(1e-4, ge=0)
    clip: float = Field(0.0, ge=0, description="largest norm of the gradient, 0 for none")
    ema: float = Field(0.999, ge=0, lt=1)
    freeze_norm: float = Field(
        0.5, gt=0, description="batch normalisation keeps its statistics after this share of the steps"
    )
    weight_norm: bool = Field(False, description="in place of batch normalisation; needs network.norm: false")
    dropout: float = Field(
        0.0, ge=0, lt=1, description="the chance of a feature of the MSRF to be left out, crop by crop"
    )
    norm_source: str = Field(
        "",
        description="the source whose crops give batch normalisation its statistics; the others are "
        "normalised by the running ones. Every crop does if empty",
    )
    start: Path | None = Field(
        None,
        description="what to begin with, of the network's shape: weights (network.norm: false), or a run "
        "folder's state.pt, whose averaged network still has its normalisation",
    )
    guide: GuideConfig | None = Field(None, description="a teacher; none if left out")
    precision: Literal["bf16", "f32"] = "bf16"
    seed: int = 0
    validate_every: int = Field(500, gt=0)
    log_every: int = Field(20, gt=0)
    max_count: float = Field(
        0.0,
        ge=0,
        description="C of Table II; 0 takes the benchmark's official one, or the training data's own",
    )
    kernel: Literal["fixed", "perspective", "none"] = Field(
        "fixed", description="none: a head counts in the cell it lies in, whole"
    )
    held_out: bool = Field(
        True, description="train without the validation pictures; false for a last run of a settled recipe"
    )
    sources: dict[str, float] = Field(
        default_factory=dict, description="benchmarks and their share; --dataset alone if empty"
    )
    weights: dict[str, float] = Field(
        default_factory=dict, description="what a source's density error weighs; 1 where not named"
    )
    network: Network = Network()
    losses: Losses = Losses()
    augment: Augment = Augment()
    density_scale: float = Field(10.0, gt=0)

    @model_validator(mode="after")
    def _plain_weights(self) -> TrainConfig:
        folded = self.start is not None and self.start.suffix != ".pt" and self.model != "teacher"
        for key, given in (("weight_norm", self.weight_norm), ("start with weights", folded)):
            if given and (self.network.norm or self.model != "ssr-hef"):
                raise ValueError(f"{key} needs model: ssr-hef and network.norm: false")
        return self

    @model_validator(mode="after")
    def _features_to_drop(self) -> TrainConfig:
        if self.dropout and self.model != "ssr-hef":
            raise ValueError("dropout needs model: ssr-hef, which has an MSRF")
        return self

    @model_validator(mode="after")
    def _one_that_is_taught(self) -> TrainConfig:
        if self.guide is not None and self.model != "ssr-hef":
            raise ValueError("guide needs model: ssr-hef")
        if self.model == "teacher" and self.optimiser != "adamw":
            raise ValueError("model: teacher needs optimiser: adamw")
        taught = "guide" if self.guide is not None else "model: teacher" if self.model == "teacher" else ""
        if taught and (self.crop % 32 or self.protocol != "crops"):
            raise ValueError(f"{taught} needs protocol: crops, and a crop that is a multiple of 32")
        return self

    @model_validator(mode="after")
    def _whole_heads(self) -> TrainConfig:
        if self.losses.counts_heads and self.kernel != "none":
            raise ValueError("losses of the heads in blocks need kernel: none, where a head is whole")
        if self.losses.zip and not (self.model == "ssr-hef" and self.network.segmentation):
            raise ValueError("losses.zip needs model: ssr-hef with network.segmentation")
        if self.losses.block_classes and (self.model != "ssr-hef" or self.guide is not None):
            raise ValueError("losses.block_classes needs model: ssr-hef without guide")
        if self.losses.density == "none" and self.guide is not None and self.guide.follow:
            raise ValueError("guide.follow needs a density loss, not density: none")
        return self

    @model_validator(mode="after")
    def _norm_of_a_source(self) -> TrainConfig:
        if self.norm_source and (not self.network.norm or self.norm_source not in self.sources):
            raise ValueError("norm_source needs network.norm: true, and must be one of the sources")
        return self

    @model_validator(mode="after")
    def _cut_on_the_device(self) -> TrainConfig:
        plain = self.protocol == "crops" and self.kernel == "none" and not self.norm_source
        if self.cut == "device" and not plain:
            raise ValueError("cut: device needs protocol: crops, kernel: none and no norm_source")
        return self

    def preprocess(self) -> Preprocess:
        """Return the pre-processing the run trains for."""
        return Preprocess(density_scale=self.density_scale)


def load(path: Path) -> TrainConfig:
    """Read a training configuration; ConfigError names the file, the key and what is allowed."""
    raw = plain_values(read_text(path), where=str(path))
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} holds no settings", "See configs/train/fast.yaml")
    try:
        return TrainConfig.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_said(error)}") from error


def _said(error: ValidationError) -> str:
    """Return the first thing that is wrong; what was given with it, unless it is a whole section."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    given = first.get("input")
    where = f"{key}: " if key else ""
    return f"{where}{message}" + ("" if isinstance(given, dict) else f" (got {given!r})")
