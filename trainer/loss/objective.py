"""The overall loss of Eq. 5, part by part."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from crowdmon.counting.network import Outputs
from trainer.config import Losses
from trainer.data.batch import Batch
from trainer.loss import blocks
from trainer.loss import terms as losses
from trainer.loss.block_classes import block_classes
from trainer.loss.counts import negative_binomial, poisson
from trainer.loss.zero_inflated_poisson import zero_inflated_poisson


def parts(outputs: Outputs, batch: Batch, settings: Losses, *, density_scale: float) -> dict[str, Tensor]:
    """Return the weighted losses by name; their sum is what is minimised.

    Args:
        outputs: the network's.
        batch: the targets, on the same device.
        settings: which losses, in which proportion.
        density_scale: of the network's output; HEF's unit is people per cell whatever the scale.
    """
    mask = batch.masks[2] if batch.masks is not None else None
    density, truth = outputs.density.float(), batch.density
    predicted, target = density, truth
    if settings.half:
        # The root of each map's weight on both sides is the weight on their squared difference.
        of_crop = settings.half_of == "crop"
        count = losses.people(density, truth, mask=mask) if of_crop else batch.usual
        share = losses.share(count, half=settings.half * density_scale)
        root = share.sqrt()
        predicted, target = density * root, truth * root
    known = batch.weights * (torch.ones_like(target) if mask is None else mask)
    found = {}
    if settings.density != "none":
        found["density"] = density_loss(predicted, target, settings, scale=density_scale, mask=known)
    if outputs.segmentations and settings.segmentation:
        masks = batch.masks or (None, None, None)
        dice = [
            losses.dice(logits, labels, known)
            for logits, labels, known in zip(outputs.segmentations, batch.segmentations, masks, strict=True)
        ]
        found["segmentation"] = settings.segmentation * torch.stack(dice).sum()
    if outputs.classes is not None and batch.classes is not None and settings.classification:
        entropy = F.cross_entropy(outputs.classes.float(), batch.classes)
        found["classification"] = settings.classification * entropy
    # Cells learn below zero too; counts are of what inference shows, where nothing is.
    shown, people = torch.relu(predicted), torch.relu(density)
    if settings.pyramid:
        found["pyramid"] = settings.pyramid * losses.pyramid(
            shown, target, blocks=settings.blocks, mask=mask, weights=batch.weights
        )
    if settings.count:
        found["count"] = settings.count * losses.miscount(people, truth, mask=mask) / density_scale
    if settings.bayesian:
        off = losses.bayesian(people / density_scale, truth / density_scale, mask=mask)
        if settings.half:  # on streets most of it is background, whose median is 0
            off = off * (1 - share.flatten())
        found["bayesian"] = settings.bayesian * off.mean()
    if settings.counts_heads:
        found.update(of_blocks(outputs, truth, settings, known, scale=density_scale))
    if settings.block_errors:
        off = blocks.absolute_errors(people, truth, blocks=settings.blocks, mask=mask) / density_scale
        share = batch.weights.flatten() / batch.weights.sum()
        found["block_errors"] = settings.block_errors * settings.block**2 * (off * share).sum()
    if settings.empty:
        found["empty"] = settings.empty * losses.empty(people, truth)
    return found


def of_blocks(
    outputs: Outputs, truth: Tensor, settings: Losses, known: Tensor, *, scale: float
) -> dict[str, Tensor]:
    """Return the losses of the heads in blocks, by name, each a mean over the known ones.

    Args:
        outputs: the network's: a block's mean is its density, its 1 - pi the deepest segmentation, its
            classes' logits the hints. A block may hold people if any of its cells may.
        truth: Nx1xHxW scaled heads per cell.
        settings: which, how large the blocks are.
        known: Nx1xHxW, what each cell weighs, 0 where it is unknown; the same in all known cells of a map.
        scale: of density and truth.
    """
    side = settings.block
    mean = blocks.sums(blocks.positive(outputs.density.float() / scale), side)
    heads = blocks.sums(truth / scale, side).round()
    weights = -blocks.largest(-known, side)
    found = {}
    if settings.zip and outputs.segmentations:
        logits = blocks.largest(outputs.segmentations[-1].float(), side)
        found["zip"] = settings.zip * zero_inflated_poisson(mean, logits, heads)
    if settings.poisson:
        found["poisson"] = settings.poisson * poisson(mean, heads)
    if settings.negative_binomial:
        each = negative_binomial(mean, heads, dispersion=settings.dispersion)
        found["negative_binomial"] = settings.negative_binomial * each
    if settings.block_classes and outputs.hints is not None:
        logits = blocks.sums(outputs.hints.float(), side)
        found["block_classes"] = settings.block_classes * block_classes(logits, heads, mean)
    return {name: (each * weights).sum() / weights.sum().clamp(min=1.0) for name, each in found.items()}


def density_loss(
    predicted: Tensor, target: Tensor, settings: Losses, *, scale: float, mask: Tensor | None
) -> Tensor:
    """Return the density loss the settings name, on scaled people per cell."""
    if settings.density == "l2":
        return losses.l2(predicted, target, mask=mask)
    if settings.density == "l2/4":
        return losses.l2(predicted, target, factor=0.25, mask=mask)
    return losses.hef(
        predicted,
        target,
        gamma=settings.gamma,
        unit=settings.unit / scale,
        detach=settings.density == "hef-detached",
        mask=mask,
    )
