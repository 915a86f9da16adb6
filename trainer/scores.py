"""The figures crowd counting is judged by. Pure functions of truths and counts.

MAE is the mean absolute error, MSE the root of the mean squared error (the paper's Eq. 6, and the
field's habit), bias the mean signed error: positive where people are counted that are not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

RANGES: tuple[tuple[str, int, float], ...] = (
    ("0", 0, 0),
    ("1-50", 1, 50),
    ("51-500", 51, 500),
    ("> 500", 501, float("inf")),
)
"""Name, least and largest truth of each count range."""

WORST = 10

LEAST_COUNT = 0.5
"""A lower count is taken for this many people where a logarithm is: no ratio is 0."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One picture, counted.

    Attributes:
        image: the picture's name.
        truth: head points in the picture, or in its ROI.
        count: people counted, in the ROI where there is one.
        scene: the camera, where the benchmark reports by scene.
        whole: people counted in the whole picture; equals ``count`` without a ROI.
        categories: kinds of picture it is reported under, beside all.
    """

    image: str
    truth: int
    count: float
    scene: str = ""
    whole: float | None = None
    categories: tuple[str, ...] = ()

    @property
    def error(self) -> float:
        """People too many (positive) or too few."""
        return self.count - self.truth


def summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """Return images, truth, mae, mse, bias (people a picture) and bias_percent (of all people).

    The figures of no pictures are None, as is a percentage of 0 people.
    """
    if not scored:
        return {"images": 0, "truth": 0, "mae": None, "mse": None, "bias": None, "bias_percent": None}
    errors = np.array([one.error for one in scored], dtype=np.float64)
    truth = sum(one.truth for one in scored)
    return {
        "images": len(scored),
        "truth": truth,
        "mae": float(np.abs(errors).mean()),
        "mse": float(np.sqrt((errors**2).mean())),
        "bias": float(errors.mean()),
        "bias_percent": float(100.0 * errors.sum() / truth) if truth else None,
    }


def by_range(scored: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return a summary for each count range, empty ranges included."""
    return [
        {"range": name, **summary([one for one in scored if least <= one.truth <= most])}
        for name, least, most in RANGES
    ]


def worst(scored: Sequence[Scored], most: int = WORST) -> list[Scored]:
    """Return the pictures with the largest absolute errors, the worst first."""
    return sorted(scored, key=lambda one: (-abs(one.error), one.image))[:most]


def by_scene(scored: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return a summary and the ``log_ratio`` of each scene, in order of appearance."""
    scenes: dict[str, list[Scored]] = {}
    for one in scored:
        scenes.setdefault(one.scene, []).append(one)
    return [{"scene": scene, **summary(part), "log_ratio": log_ratio(part)} for scene, part in scenes.items()]


def log_ratio(scored: Sequence[Scored]) -> dict[str, Any]:
    """Return images, mean, off and spread of log(count / truth), over pictures with somebody in them.

    A camera that was never trained on mostly errs by a factor. ``mean`` says which: 0.1 is ten percent too
    many, -0.1 ten percent too few, for quiet and crowded pictures alike. ``off`` is the mean of the absolute
    values, ``spread`` the standard deviation (n - 1): what no correction of the factor takes away. The
    figures of no pictures are None, as is the spread of one.
    """
    return _of_logs([_log(one) for one in scored if one.truth])


def over_cameras(scored: Sequence[Scored]) -> dict[str, Any]:
    """Return :func:`log_ratio` of the cameras' means instead of pictures: how far off a new camera is.

    Pictures without a scene are of one camera. ``images`` is the number of cameras with somebody in them.
    """
    logs: dict[str, list[float]] = {}
    for one in scored:
        if one.truth:
            logs.setdefault(one.scene, []).append(_log(one))
    return _of_logs([float(np.mean(part)) for part in logs.values()])


def _log(one: Scored) -> float:
    return float(np.log(max(one.count, LEAST_COUNT) / one.truth))


def _of_logs(values: Sequence[float]) -> dict[str, Any]:
    logs = np.asarray(values, dtype=np.float64)
    return {
        "images": len(logs),
        "mean": float(logs.mean()) if len(logs) else None,
        "off": float(np.abs(logs).mean()) if len(logs) else None,
        "spread": float(logs.std(ddof=1)) if len(logs) > 1 else None,
    }


def by_category(scored: Sequence[Scored], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return a summary for each category, empty ones included; a picture may be of several."""
    return [
        {"category": name, **summary([one for one in scored if name in one.categories])} for name in names
    ]


def nae(scored: Sequence[Scored]) -> float | None:
    """Return the mean error relative to the truth, over pictures with people in them; None without any."""
    relative = [abs(one.error) / one.truth for one in scored if one.truth]
    return float(np.mean(relative)) if relative else None


def mean_of(parts: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Return the plain means of the parts' mae and mse: of scenes, or of folds."""
    rows = list(parts)
    return {key: float(np.mean([row[key] for row in rows])) for key in ("mae", "mse")}


def without_mask(scored: Sequence[Scored]) -> list[Scored]:
    """Return the same pictures with the count of the whole picture, as some public code scores."""
    return [Scored(s.image, s.truth, s.count if s.whole is None else s.whole, s.scene) for s in scored]
