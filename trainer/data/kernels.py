"""Density maps with a kernel around each head, for crops that are cut on the CPU.

Pure functions of head points. Points are (x, y) in pixels; an integer is the centre of a pixel. Without a
kernel a head counts in its cell: see :func:`trainer.data.labels.head_counts`, which runs on any device.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

KERNEL = 15
"""Side of the fixed Gaussian kernel, in pixels (CMTL, which section III.A follows)."""

SIGMA = 4.0
"""Standard deviation of the fixed kernel, in pixels (CMTL)."""

Bounds = tuple[float, float, float, float]
"""Left, top, right, bottom of the whole picture, in the pixels of the patch (half-open)."""


def density(
    points: NDArray[np.float64],
    *,
    height: int,
    width: int,
    stride: int = 1,
    bounds: Bounds | None = None,
    kernel: int = KERNEL,
    sigma: float = SIGMA,
) -> NDArray[np.float32]:
    """Return the density map of Eq. 1, summed over cells: people per stride x stride cell.

    Each head adds exactly 1 to the whole picture: its kernel is normalised again where the
    picture's border cuts it. A patch gets the part of each kernel that lies in it, also from heads
    beside it.

    Args:
        points: Nx2 (x, y) in pixels of the patch; heads outside of the picture must not be in it.
        height, width: of the patch, in pixels; multiples of ``stride``.
        stride: pixels per cell.
        bounds: where the whole picture lies around the patch; the patch itself if None.
        kernel: side of the kernel, odd.
        sigma: standard deviation of the kernel, in pixels.

    Returns:
        (height/stride)x(width/stride) float32.
    """
    left, top, right, bottom = bounds or (0.0, 0.0, float(width), float(height))
    reach = kernel // 2
    near = (
        (points[:, 0] > -reach - 1)
        & (points[:, 0] < width + reach)
        & (points[:, 1] > -reach - 1)
        & (points[:, 1] < height + reach)
    )
    points = points[near]
    rows, columns = height // stride, width // stride
    if not len(points):
        return np.zeros((rows, columns), np.float32)
    xs, wx = _profile(points[:, 0], low=left, high=right, reach=reach, sigma=sigma)
    ys, wy = _profile(points[:, 1], low=top, high=bottom, reach=reach, sigma=sigma)
    wx[(xs < 0) | (xs >= columns * stride)] = 0
    wy[(ys < 0) | (ys >= rows * stride)] = 0
    cell = (np.clip(ys, 0, height - 1) // stride)[:, :, None] * columns
    cell = cell + (np.clip(xs, 0, width - 1) // stride)[:, None, :]
    weight = wy[:, :, None] * wx[:, None, :]
    inside = (cell >= 0) & (cell < rows * columns)
    total = np.bincount(cell[inside], weights=weight[inside], minlength=rows * columns)
    return total.reshape(rows, columns).astype(np.float32)


def _profile(
    centre: NDArray[np.float64], *, low: float, high: float, reach: int, sigma: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pixels under a kernel along one axis and their weights, which sum to 1 inside of the picture."""
    middle = np.rint(centre).astype(np.int64)
    # A head on the very edge rounds to one pixel outside: it belongs to the last one inside.
    middle = np.clip(middle, int(np.ceil(low)), max(int(np.ceil(low)), int(np.ceil(high)) - 1))
    pixels = middle[:, None] + np.arange(-reach, reach + 1)
    weights = np.exp(-((pixels - middle[:, None]) ** 2) / (2 * sigma**2))
    weights[(pixels < np.floor(low)) | (pixels >= np.ceil(high))] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    return pixels, weights


def perspective_density(
    points: NDArray[np.float64], perspective: NDArray[np.float32], *, cut: float = 2.5
) -> NDArray[np.float32]:
    """Return a full-size density map with kernels scaled by the perspective map.

    Each person is a head (isotropic, sigma 0.2 M) plus a body (sigma 0.2 M across, 0.5 M down,
    0.875 M below the head), half of the weight each, normalised to exactly 1 inside of the picture.
    M is the perspective map's pixels per metre at the head.
    Source: Zhang et al., "Cross-scene Crowd Counting via Deep Convolutional Neural Networks" (2015).

    Args:
        points: Nx2 (x, y) in pixels, inside of the picture.
        perspective: HxW pixels per metre of a standing person.
        cut: the kernels end at this many sigmas.
    """
    height, width = perspective.shape
    total = np.zeros((height, width), np.float32)
    for x, y in points:
        column = min(max(round(float(x)), 0), width - 1)
        row = min(max(round(float(y)), 0), height - 1)
        metre = max(float(perspective[row, column]), 1.0)
        right, down = cut * 0.2 * metre, (0.875 + cut * 0.5) * metre
        x0, x1 = max(0, int(column - right)), min(width, int(column + right) + 2)
        y0, y1 = max(0, int(row - right)), min(height, int(row + down) + 2)
        dx = (np.arange(x0, x1) - column)[None, :] / (0.2 * metre)
        dy = np.arange(y0, y1)[:, None] - row
        across = np.exp(-(dx**2) / 2)
        head = across * np.exp(-((dy / (0.2 * metre)) ** 2) / 2)
        body = across * np.exp(-(((dy - 0.875 * metre) / (0.5 * metre)) ** 2) / 2)
        person = head / max(head.sum(), 1e-12) + body / max(body.sum(), 1e-12)
        total[y0:y1, x0:x1] += (person / person.sum()).astype(np.float32)
    return total


def cells(full: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    """Sum a map over stride x stride cells; its sides are multiples of ``stride``."""
    rows, columns = full.shape[0] // stride, full.shape[1] // stride
    # First down, then across: both at once takes several times as long.
    down = full.reshape(rows, stride, full.shape[1]).sum(axis=1)
    summed: NDArray[np.float32] = down.reshape(rows, columns, stride).sum(axis=2)
    return summed
