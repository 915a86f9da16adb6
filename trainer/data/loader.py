"""The loader: patches become tensors one step ahead, off the critical path.

One producer thread, not processes: cv2 and numpy release the interpreter lock for nearly all of the
work, two cores need no more, and forked workers beside torch can hang for ever.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from crowdmon.counting.preprocess import Preprocess
from trainer.data.samples import Patch
from trainer.data.targets import cells, crowd_class


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's tensors.

    Attributes:
        pictures: Nx3xHxW float32, normalised.
        density: Nx1x(H/8)x(W/8), scaled people per cell.
        segmentations: binary labels at 1/2, 1/4, 1/8.
        masks: 0..1 at 1/2, 1/4, 1/8, where labels are known; None for everywhere.
        classes: N class numbers, None without classification.
        weights: Nx1x1x1, of each patch's density error.
        usual: Nx1x1x1, scaled people that a crop of each patch's picture has on average.
        people: head points in all patches; a tensor if they were counted on the device.
        names: the pictures the patches were cut from.
        leading: how many patches, from the first, batch normalisation takes its statistics from.
    """

    pictures: Tensor
    density: Tensor
    segmentations: tuple[Tensor, ...]
    masks: tuple[Tensor, ...] | None
    classes: Tensor | None
    weights: Tensor
    usual: Tensor
    people: int | Tensor
    names: tuple[str, ...]
    leading: int


def collate(patches: Sequence[Patch], preprocess: Preprocess, *, classes: int, threshold: float) -> Batch:
    """Turn patches of one size into tensors, through the application's own pre-processing.

    Those that normalisation takes its statistics from must come first.
    """
    pictures = torch.from_numpy(preprocess.tensor(np.stack([patch.rgb for patch in patches])))
    density = np.stack([patch.density for patch in patches])[:, None] * preprocess.density_scale
    labels = tuple(
        torch.from_numpy(np.stack([patch.segmentations[depth] for patch in patches])[:, None])
        for depth in range(3)
    )
    masks = None
    if any(patch.mask is not None for patch in patches):
        full = [np.ones(p.rgb.shape[:2], np.float32) if p.mask is None else p.mask for p in patches]
        masks = tuple(
            torch.from_numpy(np.stack([cells(one, side) / side**2 for one in full])[:, None])
            for side in (2, 4, 8)
        )
    numbers = (
        [crowd_class(patch.count, threshold=threshold, classes=classes) for patch in patches]
        if classes
        else []
    )
    return Batch(
        pictures=pictures,
        density=torch.from_numpy(density.astype(np.float32)),
        segmentations=labels,
        masks=masks,
        classes=torch.tensor(numbers) if classes else None,
        weights=torch.tensor([patch.weight for patch in patches]).reshape(-1, 1, 1, 1),
        usual=torch.tensor([patch.usual * preprocess.density_scale for patch in patches]).reshape(
            -1, 1, 1, 1
        ),
        people=sum(patch.count for patch in patches),
        names=tuple(patch.name for patch in patches),
        leading=sum(patch.norm for patch in patches),
    )


class Loader:
    """Makes batches ahead of the loop in one thread; iterate over it inside a ``with`` block."""

    def __init__(self, make: Callable[[int], Batch], *, start: int, stop: int, ahead: int = 4) -> None:
        self._make = make
        self._steps = range(start, stop)
        # Bounded: when the loop stops, close() drains it so that a producer waiting in put() can end.
        self._queue: queue.Queue[Batch | BaseException | None] = queue.Queue(ahead)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._produce, name="loader", daemon=True)

    def _produce(self) -> None:
        try:
            for step in self._steps:
                if self._closed.is_set():
                    return
                self._queue.put(self._make(step))
            self._queue.put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the loop, which raises it
            self._queue.put(error)

    def __enter__(self) -> Loader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()

    def __iter__(self) -> Iterator[Batch]:
        while (batch := self._queue.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            yield batch
