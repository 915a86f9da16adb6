"""Where a run's batches come from: a thread that works ahead of the loop, or the device itself.

One thread, not processes: OpenCV and numpy release the interpreter lock for nearly all of the work, two
cores need no more, and forked workers beside torch can hang for ever.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch

from trainer.config import TrainConfig
from trainer.data import crops, device_batches
from trainer.data.batch import Batch, collate
from trainer.data.device_pictures import load_pictures
from trainer.data.sources import DataSource


@contextmanager
def batches(
    config: TrainConfig,
    sources: Sequence[DataSource],
    device: torch.device,
    *,
    steps: range,
    threshold: float,
    rank: int = 0,
    world: int = 1,
) -> Iterator[Iterable[Batch]]:
    """Give the batches of some steps, in order, while the block lasts.

    Args:
        config: of the run; ``cut`` says where.
        sources: what crops are cut from.
        device: where the network is.
        steps: which.
        threshold: people between two classes of the crowd.
        rank, world: which of how many processes.
    """
    make = maker(config, sources, device, threshold=threshold, rank=rank, world=world)
    if config.cut == "device":
        # No thread: the device has a queue of its own, which fills faster than it works.
        yield (make(step) for step in steps)
        return
    with Loader(make, start=steps.start, stop=steps.stop) as loader:
        yield loader


def maker(
    config: TrainConfig,
    sources: Sequence[DataSource],
    device: torch.device,
    *,
    threshold: float,
    rank: int = 0,
    world: int = 1,
) -> Callable[[int], Batch]:
    """Return what makes the batch of a step, where ``cut`` says; see :func:`batches`."""
    if config.cut == "device":
        pictures = load_pictures(sources, device, smallest=config.augment.scale[0])
        return lambda step: device_batches.batch(
            config, pictures, step=step, threshold=threshold, rank=rank, world=world
        )

    def cut(step: int) -> Batch:
        patches = crops.batch(config, sources, step=step, rank=rank, world=world)
        return collate(patches, config.preprocess(), classes=config.network.classes, threshold=threshold)

    return cut


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
