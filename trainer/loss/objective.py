"""The overall loss of Eq. 5, part by part."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from crowdmon.counting.network import Outputs
from trainer.config import Losses
from trainer.data.batch import Batch
from trainer.loss import terms as losses


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
    found = {"density": density_loss(predicted, target, settings, scale=density_scale, mask=known)}
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
    if settings.empty:
        found["empty"] = settings.empty * losses.empty(people, truth)
    return found


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
