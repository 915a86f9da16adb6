"""Labelled frames: what is read, and what is refused with one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from crowdmon.counting.preprocess import Preprocess
from crowdmon.errors import ConfigError, DatasetError
from tests.trainer.adapt import scenes
from trainer.adapt.frames import Frames, read

P = Preprocess()
WIDTH, HEIGHT = scenes.SIZE


def load(folder: Path, roi: Path | None = None) -> Frames:
    return read(folder, preprocess=P, roi=roi)


def test_frames_come_with_their_heads_by_cell(tmp_path: Path) -> None:
    frames = load(scenes.camera(tmp_path / "gate"))
    assert len(frames) == len(scenes.SECONDS)
    for one, second in zip(frames.samples, scenes.SECONDS, strict=True):
        assert one.truth == len(scenes.picture(second)[1]) == one.cells.sum()
        assert one.cells.shape == (HEIGHT // 8, WIDTH // 8)
        assert one.share.min() == 1
    assert frames.samples[0].rgb.shape == (HEIGHT, WIDTH, 3)


def other_size(root: Path) -> None:
    frames = [(f"a{n}.png", *scenes.picture(second)) for n, second in enumerate(scenes.SECONDS[:3])]
    scenes.folder(root, [*frames, ("b.png", np.zeros((90, 160, 3), np.uint8), [])])


def other_camera(root: Path) -> None:
    frames = [(f"a{n}.png", *scenes.picture(second)) for n, second in enumerate(scenes.SECONDS[:4])]
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT // 16, WIDTH // 16, 3), np.uint8)
    scenes.folder(root, [*frames, ("b.png", noise.repeat(16, 0).repeat(16, 1), [(9.0, 9.0)])])


def heads_outside(root: Path) -> None:
    rgb, heads = scenes.picture(0.0)
    scenes.folder(root, [("a.png", rgb, [(2 * x, 2 * y) for x, y in heads])])


def all_empty(root: Path) -> None:
    scenes.folder(root, [(f"a{n}.png", scenes.picture(n * 9.0)[0], []) for n in range(3)])


def all_alike(root: Path) -> None:
    scenes.folder(root, [(f"a{n}.png", *scenes.picture(0.0)) for n in range(4)])


def other_names(root: Path) -> None:
    scenes.camera(root)
    for one in root.glob("*.png"):
        one.rename(root / f"other_{one.name}")


def no_labels(root: Path) -> None:
    scenes.camera(root)
    (root / "points.csv").unlink()


def no_columns(root: Path) -> None:
    scenes.camera(root)
    (root / "points.csv").write_text("frame;left;top\n1;2;3\n", encoding="utf-8")


def no_number(root: Path) -> None:
    scenes.camera(root)
    (root / "points.csv").write_text("image,x,y\nsquare_0.png,12,beside the tree\n", encoding="utf-8")


def damaged(root: Path) -> None:
    scenes.camera(root)
    (root / "square_1.png").write_bytes(b"no picture")


def missing(root: Path) -> None:
    assert not root.exists()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (other_size, r"b\.png has 160x90 pixels, 3 of the 4 have 480x272"),
        (other_camera, r"b\.png does not look like any of the other frames"),
        (heads_outside, r"heads of a\.png lie outside its 480x272 picture"),
        (all_empty, "none of the 3 frames .* has a head"),
        (all_alike, "all 4 frames are the same picture"),
        (other_names, "none of the 6 pictures"),
        (no_labels, r"no points\.csv"),
        (no_columns, "has no columns image, x and y"),
        (no_number, "line 2: .*are not two numbers"),
        (damaged, r"square_1\.png"),
        (missing, "there is no folder"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(tmp_path / "gate")
    labels = tmp_path / "gate" / "points.csv"
    before = labels.read_bytes() if labels.exists() else b""
    with pytest.raises(DatasetError, match=says) as caught:
        load(tmp_path / "gate")
    assert caught.value.exit_code == 5
    assert "\n" not in str(caught.value)
    assert (labels.read_bytes() if labels.exists() else b"") == before


def test_one_slip_of_the_hand_is_left_out_and_said(tmp_path: Path) -> None:
    rgb, heads = scenes.picture(0.0)
    frames = load(scenes.folder(tmp_path, [("a.png", rgb, [*heads, (WIDTH + 40.0, 5.0)])]))
    assert frames.samples[0].truth == len(heads)
    assert any("outside" in note for note in frames.notes)


def test_a_mask_leaves_only_people_inside(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:, : WIDTH // 2] = 1
    savemat(tmp_path / "roi.mat", {"roi": {"mask": mask}})
    frames = load(scenes.camera(tmp_path / "gate"), tmp_path / "roi.mat")
    for one, second in zip(frames.samples, scenes.SECONDS, strict=True):
        inside = [x for x, _ in scenes.picture(second)[1] if round(x) < WIDTH // 2]
        assert one.truth == len(inside)
        assert one.share[:, : WIDTH // 16].min() == 1
        assert one.share[:, WIDTH // 16 :].max() == 0
        assert (one.cells * one.share).sum() == pytest.approx(len(inside), abs=1)


def test_a_polygon_of_a_configuration_is_a_roi_too(tmp_path: Path) -> None:
    (tmp_path / "square.yaml").write_text(
        "cameras:\n  - name: gate\n    source: '0'\n    rois:\n"
        "      - {name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}\n",
        encoding="utf-8",
    )
    frames = load(scenes.camera(tmp_path / "gate"), tmp_path / "square.yaml")
    assert frames.samples[0].share[:, : WIDTH // 16].min() == pytest.approx(1)
    assert frames.samples[0].share[:, WIDTH // 16 :].max() == 0


@pytest.mark.parametrize("content", [b"", b"no roi", b"cameras: []\n"])
@pytest.mark.parametrize("suffix", [".mat", ".yaml"])
def test_a_roi_that_is_none_is_refused(tmp_path: Path, content: bytes, suffix: str) -> None:
    roi = tmp_path / f"roi{suffix}"
    roi.write_bytes(content)
    with pytest.raises(ConfigError, match="roi"):
        load(scenes.camera(tmp_path / "gate"), roi)


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "roi.mat", {"roi": {"mask": np.ones((10, 20), np.uint8)}})
    with pytest.raises(ConfigError, match="mask of 20x10 pixels"):
        load(scenes.camera(tmp_path / "gate"), tmp_path / "roi.mat")
