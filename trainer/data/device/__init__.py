"""Crops cut on the accelerator: pictures lie on it once, and a step's batch is made where it is used.

On a CPU the loader's thread keeps up with the network. A card learns from thousands of crops a second, and
a loader would have it wait. The same windows, labels and masks as :mod:`trainer.data.samples` cuts, a whole
batch at a time::

    plan.py    which picture, where, how large, how changed: numbers, drawn on the CPU from (seed, step)
    shelf.py   the pictures and their head points, on the device
    pixels.py  the pixels of a plan        jpeg.py  and what compression does to them
    labels.py  density, segmentation and masks of a plan
    feed.py    all of it, as a step's batch
"""

from trainer.data.device.feed import batch
from trainer.data.device.shelf import fill

__all__ = ["batch", "fill"]
