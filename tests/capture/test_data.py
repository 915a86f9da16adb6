"""Real clips; see the README for where they come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.capture.source import open_source

pytestmark = pytest.mark.data

CLIPS = {
    "vtest.avi": (768, 576, 10.0, 795),
    "pedestrians_plaza_720p.mp4": (1280, 720, 25.0, 341),
    "uk_high_street_720p.mp4": (1280, 720, 30000 / 1001, 314),
    "one-by-one-person-detection.mp4": (768, 432, 10.0, 1394),
}


@pytest.mark.parametrize("name", CLIPS)
def test_a_real_clip(data_root: Path, name: str) -> None:
    width, height, fps, frames = CLIPS[name]
    with open_source(str(data_root / "videos" / name)) as source:
        info = source.info
        assert (info.width, info.height, info.frames) == (width, height, frames)
        assert info.fps == pytest.approx(fps)
        assert info.duration == pytest.approx(frames / fps, rel=0.02)
        times = [picture.pts for picture in source.pictures()]
        assert times == pytest.approx([i / fps for i in range(frames)], abs=0.01)
        source.seek(5.0)
        middle = next(source.pictures())
        assert middle.index == round(middle.pts * fps)  # type: ignore[operator]
        assert middle.pts == pytest.approx(5.0, abs=1 / fps)
        rgb = middle.rgb((width // 4, height // 4))
        assert rgb.shape == (height // 4, width // 4, 3)
        assert rgb.std() > 20  # a scene, not an even surface


@pytest.mark.parametrize("folder", ["mall_dataset/frames", "ShanghaiTech/part_A/test_data/images"])
def test_a_real_folder(data_root: Path, folder: str) -> None:
    found = data_root / folder
    if not found.is_dir():
        pytest.skip(f"{folder} is not here")
    with open_source(str(found)) as source:
        assert source.info.frames == len([p for p in found.iterdir() if p.suffix == ".jpg"])
        for picture in source.pictures():
            if picture.index % 40 == 0:
                assert picture.rgb().shape == (picture.size[1], picture.size[0], 3)
