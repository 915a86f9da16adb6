"""A camera or ROI that gets another name keeps what its history is kept by, and nothing new takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import AppConfig, CameraConfig, RoiConfig, dump, parse, renamed, with_cameras
from crowdmon.config.identity import free_id, with_ids
from crowdmon.roi.draft import Draft
from crowdmon.roi.shapes import Refused

TRIANGLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
SQUARE = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5))


def roi(name: str, key: str | None = None) -> RoiConfig:
    return RoiConfig(name=name, polygon=TRIANGLE, id=key)


def camera(name: str, *rois: RoiConfig, key: str | None = None, source: str = "x") -> CameraConfig:
    return CameraConfig(name=name, source=source, rois=rois, id=key)


def keys(config: AppConfig) -> dict[str, dict[str, str]]:
    return {one.key: {roi.key: roi.name for roi in one.rois} for one in config.cameras}


def test_a_name_is_its_own_id_until_it_is_changed() -> None:
    one = roi("gate")
    assert (one.id, one.key) == (None, "gate")
    other = renamed(one, "door")
    assert (other.id, other.key) == ("gate", "gate")
    assert renamed(other, "hall").key == "gate"
    assert renamed(other, "gate") == one


def test_renaming_a_camera_and_its_roi_keeps_both_ids_in_the_file() -> None:
    config = AppConfig(cameras=(camera("north", roi("gate"), roi("steps")),))
    config = with_cameras(config, [camera("south", roi("gate"), roi("stairs"))])
    assert keys(config) == {"north": {"gate": "gate", "steps": "stairs"}}
    text = dump(config)
    assert parse(text, where="it") == config
    assert text.count("id:") == 2
    config = with_cameras(config, [camera("north", roi("gate"), roi("steps"))])
    assert "id:" not in dump(config), "what has its first name again needs no id"


def test_a_new_one_with_a_name_that_is_an_id_gets_another() -> None:
    config = AppConfig(cameras=(camera("north", roi("door", "gate"), key="first"),))
    new = [*config.cameras, camera("first", source="y")]
    assert list(keys(with_cameras(config, new))) == ["first", "first 2"]
    more = config.cameras[0].model_copy(update={"rois": (*config.cameras[0].rois, roi("gate"))})
    assert keys(with_cameras(config, [more])) == {"first": {"gate": "door", "gate 2": "gate"}}
    assert free_id("a" * 64, {"a" * 64}) == "a" * 58 + " 2"


def test_in_the_editor_too() -> None:
    draft = Draft((roi("gate"),)).rename("gate", " door ")
    assert (draft["door"].id, draft.undo()["gate"].id) == ("gate", None)
    draft = draft.add(SQUARE, "gate")
    assert (draft["gate"].key, draft["door"].key) == ("gate 2", "gate")
    with pytest.raises(Refused, match="visible characters"):
        draft.rename("door", "do\nor")
    taken = draft.take(
        [roi("gate"), roi("door", "elsewhere").model_copy(update={"polygon": SQUARE})], replace=True
    )
    assert [(one.name, one.key) for one in taken.rois] == [("door", "gate"), ("gate", "gate 2")]
    assert taken.take([roi("gate", "what")], replace=True) is taken, "an id alone is no other ROI"
    fresh = Draft().take([roi("gate", "elsewhere")])
    assert fresh["gate"].key == "gate"


NAMES = st.sampled_from(["a", "b", "c", "d"])


@given(
    st.lists(
        st.tuples(st.sampled_from(["rename", "add", "delete", "undo", "redo"]), NAMES, NAMES), max_size=30
    )
)
def test_whatever_is_edited_no_two_share_an_id_and_a_renamed_one_keeps_its(
    edits: list[tuple[str, str, str]],
) -> None:
    draft = Draft((roi("a"), roi("b")))
    config = AppConfig(cameras=(camera("hall", *draft.rois),))
    for verb, name, other in edits:
        before = {one.key: one for one in config.cameras[0].rois}
        try:
            if verb == "rename":
                draft = draft.rename(name, other)
            elif verb == "add":
                draft = draft.add(SQUARE, name)
            elif verb == "delete":
                draft = draft.delete(name)
            else:
                draft = draft.undo() if verb == "undo" else draft.redo()
        except (Refused, KeyError):
            continue
        config = with_cameras(config, [camera("hall", *draft.rois)])
        rois = config.cameras[0].rois
        assert [one.key for one in rois] == [one.key for one in draft.rois]
        assert len({one.key for one in rois}) == len(rois)
        assert parse(dump(config), where="it") == config
        if verb == "rename":
            assert {one.key for one in rois} == before.keys()


def test_ids_that_are_given_twice_are_put_right() -> None:
    twice = with_ids([roi("a", "x"), roi("b", "x"), roi("x")], {})
    assert [one.key for one in twice] == ["x", "b", "x 2"]
    assert replace(camera("hall", roi("a", "x")).to_rois()[0], name="").key == "x"
