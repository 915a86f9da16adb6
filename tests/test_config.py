"""The application's YAML: what it accepts, how it refuses, and that saving loses and leaks nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from crowdmon import resources
from crowdmon.config import (
    COLOURS,
    AppConfig,
    BoundsConfig,
    CameraConfig,
    DisplayConfig,
    GroundConfig,
    LevelsConfig,
    RoiConfig,
    dump,
    expand_secrets,
    load,
    parse,
    save,
    validate,
)
from crowdmon.config.fields import look_of
from crowdmon.errors import ConfigError, SinkError
from crowdmon.geometry import polygon_area
from crowdmon.heatmap import PALETTES
from crowdmon.scene.camera import SceneCamera
from crowdmon.track.levels import TABLES
from crowdmon.values import Roi

GOOD = """\
cameras:
  - name: plaza
    source: rtsp://viewer:${PASS}@host/stream   # kept as it is
    rate: 1e-4
    rois:
      - {name: Halle Süd, polygon: [[0, 0], [1, 0], [1, 1]], area_m2: "12.5"}
      - {name: half, polygon: [[0, 0], [0.5, 0], [0.5, 1e-1]]}
  - {name: webcam, source: 0}
"""

FLOOR = "rectangle: {corners: [[0.1, 0.9], [0.9, 0.9], [0.7, 0.4], [0.3, 0.4]], sides: [6, 12]}"
PLAZA = GroundConfig.model_validate(
    {
        "points": [
            {"at": [0.058, 0.969], "metres": [-5, 8]},
            {"at": [0.942, 0.969], "metres": [5, 8]},
            {"at": [0.698, 0.342], "metres": [6, 25]},
            {"at": [0.302, 0.342], "metres": [-6, 25]},
        ],
        "camera_height": 6,
    }
)

triangles = st.builds(
    lambda x, y, w, h: ((x, y), (x + w, y), (x, y + h)),
    *[st.floats(0, 0.5)] * 2,
    *[st.floats(1e-3, 0.5)] * 2,
)
# Whatever a person may type as a name, YAML's own words included.
names = st.one_of(
    st.sampled_from(
        ["no", "null", "1", "1e3", "12:30", "~", "- a", "{x}", "# no", "a: b", "'", "=cmd()", "✈ ﷺ"]
    ),
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=64),
).filter(lambda text: text == text.strip() and text.casefold() != "frame")
bounds = st.lists(st.floats(1e-3, 1e6), min_size=3, max_size=3, unique=True).map(
    lambda some: BoundsConfig(**dict(zip(("amber", "red", "critical"), sorted(some), strict=True)))
)
levels = st.none() | st.one_of(
    st.builds(LevelsConfig, table=st.sampled_from([None, *TABLES]), people=st.none() | bounds),
    st.builds(LevelsConfig, per_m2=bounds),
)
rois = st.builds(
    RoiConfig,
    name=names,
    polygon=triangles,
    area_m2=st.none() | st.floats(0, 1e6, exclude_min=True, allow_subnormal=False),
    levels=levels,
)
cameras = st.builds(
    CameraConfig,
    name=names,
    source=st.sampled_from(
        ["0", "a.mp4", "rtsp://u:${P}@h/s", "synthetic:plaza?people=4&seed=1", "C:\\clip.avi"]
    ),
    rate=st.none() | st.floats(1e-6, 1000),
    unknown_after=st.none() | st.floats(1, 86_400),
    watch_view=st.booleans(),
    ground=st.none() | st.sampled_from([PLAZA, GroundConfig.model_validate(yaml.safe_load(FLOOR))]),
    rois_at=st.sampled_from(["ground", "heads"]),
    levels=levels,
    rois=st.lists(rois, max_size=3, unique_by=lambda roi: look_of(roi.name)).map(tuple),
)
displays = st.builds(
    DisplayConfig,
    palette=st.sampled_from([None, *PALETTES]),
    heat=st.none() | st.floats(0, 1),
    pixelate=st.sampled_from([None, True, False]),
)
configs = st.builds(
    AppConfig,
    cameras=st.lists(cameras, max_size=3, unique_by=lambda c: look_of(c.name)).map(tuple),
    display=displays,
    levels=levels,
)


OUTLINE = "polygon: [[0,0],[1,0],[1,1]]"


def camera(**keys: object) -> str:
    """A configuration of one camera, as YAML flow text, with some keys replaced."""
    pairs = {"name": "a", "source": "x.mp4", **keys}
    return "cameras: [{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}]"


def roi(polygon: str = "[[0,0],[1,0],[1,1]]", name: str = "r", more: str = "") -> str:
    return camera(rois=f"[{{name: {name}, polygon: {polygon}{more}}}]")


def ground(ground: str) -> str:
    return camera(ground=ground)


class TestReading:
    def test_reads_what_the_documentation_shows(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_text(GOOD, encoding="utf-8")
        plaza, webcam = load(path).cameras
        assert (plaza.name, plaza.source, plaza.rate) == ("plaza", "rtsp://viewer:${PASS}@host/stream", 1e-4)
        assert webcam.source == "0"
        assert webcam.to_rois() == ()
        assert plaza.to_rois() == (
            Roi("Halle Süd", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), 12.5),
            Roi("half", ((0.0, 0.0), (0.5, 0.0), (0.5, 0.1)), None),
        )

    @pytest.mark.parametrize("text", ["", "# nothing yet\n", "cameras:\n", "cameras: []", "{}"])
    def test_nothing_configured_is_no_error(self, text: str) -> None:
        assert parse(text, where="a.yaml") == AppConfig()

    def test_a_list_whose_entries_are_commented_out_is_empty(self) -> None:
        assert parse(camera(rois=""), where="a.yaml").cameras[0].rois == ()

    def test_a_byte_order_mark_does_no_harm(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + camera().encode())
        assert load(tmp_path / "a.yaml").cameras[0].name == "a"

    def test_shared_polygons_may_be_written_once(self) -> None:
        text = "cameras:\n- {name: a, source: x, rois: &r [{name: q, polygon: [[0,0],[1,0],[1,1]]}]}\n"
        both = parse(text + "- {name: b, source: y, rois: *r}\n", where="a.yaml").cameras
        assert both[0].rois == both[1].rois

    def test_models_cannot_be_changed(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            CameraConfig(name="a", source="x").name = "b"  # type: ignore[misc]

    def test_a_ground_plane_belongs_to_every_roi_of_its_camera(self) -> None:
        rois = "[{name: r, polygon: [[0,0],[1,0],[1,1]]}]"
        (on_floor,) = parse(camera(ground=f"{{{FLOOR}}}", rois=rois), where="a.yaml").cameras[0].to_rois()
        assert on_floor.plane is not None
        assert (on_floor.plane.head_height, on_floor.plane.camera_height, on_floor.at_heads) == (
            1.7,
            None,
            False,
        )
        text = camera(ground=f"{{{FLOOR}, head_height: 1.2}}", rois=rois, rois_at="heads")
        (at_heads,) = parse(text, where="a.yaml").cameras[0].to_rois()
        assert at_heads.plane is not None
        assert (at_heads.plane.head_height, at_heads.at_heads) == (1.2, True)
        (neither,) = parse(camera(rois=rois, rois_at="heads"), where="a.yaml").cameras[0].to_rois()
        assert (neither.plane, neither.at_heads) == (None, False)

    @pytest.mark.parametrize("name", ["example.yaml", "demo.yaml", "alarms.yaml"])
    def test_the_shipped_configurations_are_valid(self, name: str) -> None:
        for one in load(resources.path(f"configs/{name}")).cameras:
            assert len(one.rois) > 0

    def test_the_demo_states_the_ground_of_those_whose_heads_are_inside(self) -> None:
        camera, head_height = SceneCamera(1280, 720), 1.65
        corners = np.array([[0, 5], [1, 5], [0, 30], [1, 30]], dtype=np.float64)
        pixels, _ = camera.project(np.column_stack([corners, np.full(4, head_height)]))
        to_ground, _ = cv2.findHomography(pixels, corners)
        for one in load(resources.path("configs/demo.yaml")).cameras[0].rois:
            drawn = np.array(one.polygon) * (1280, 720) - 0.5
            ground = cv2.perspectiveTransform(drawn[None], to_ground)[0]
            assert one.area_m2 == pytest.approx(polygon_area([tuple(p) for p in ground]), rel=0.03)


class TestRefusing:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (
                camera(rat=1),
                r"cameras\[0\]\.rat is not a known key\. Did you mean 'rate'\? Known here: name, source",
            ),
            (
                roi(more=", shade: red"),
                r"cameras\[0\]\.rois\[0\]\.shade is not a known key.*polygon, area_m2",
            ),
            ("camera: []", "camera is not a known key. Did you mean 'cameras'"),
            ("cameras: [{name: a}]", r"cameras\[0\]\.source is missing"),
            (camera(name="no"), r"cameras\[0\]\.name = false: YAML reads this as true or false.*quotes"),
            (camera(name="12:30"), r"name = 750: YAML reads this as a number, not as text.*quotes"),
            (camera(name="2024-05-01"), "name = .*YAML reads this as a date, not as text.*quotes"),
            (camera(name="[x]"), "name: YAML reads this as a list"),
            (camera(name='""'), "name = '' is not allowed. Allowed: at least one character"),
            (camera(name='" a"'), "name = ' a': it begins or ends with a blank"),
            (camera(name='"a\\nb"'), "control character"),
            (camera(name="a" * 65), "at most 64 characters"),
            (camera(source="yes"), r"cameras\[0\]\.source = true"),
            (camera(rate=0), "rate = 0 is not allowed. Allowed: a number greater than 0"),
            (camera(rate=2000), "a number up to 1000"),
            (camera(unknown_after=0), "unknown_after = 0 is not allowed. Allowed: a number greater than 0"),
            (camera(rate=".inf"), "a finite number"),
            (
                "display: {palette: jet}",
                "display.palette = 'jet' is not allowed. Allowed: inferno, viridis or",
            ),
            ("display: {heat: 1.5}", r"display\.heat = 1\.5 is not allowed. Allowed: a number up to 1"),
            ("display: {heat: -1}", r"display\.heat = -1 is not allowed. Allowed: a number from 0"),
            (
                "display: {pixelate: maybe}",
                r"display\.pixelate = 'maybe' is not allowed. Allowed: true or false",
            ),
            ("display: {pixel: true}", "Did you mean 'pixelate'"),
            ("record: {csvlog: /tmp}", "Did you mean 'csv_log'"),
            (camera(rate="fast"), "rate = 'fast' is not allowed. Allowed: a number"),
            (camera(rate="on"), "rate = true: YAML reads this as true or false, not as a number"),
            (roi(more=", area_m2: -3"), r"rois\[0\]\.area_m2 = -3 is not allowed"),
            (
                roi("[[0,0],[1,0]]"),
                r"rois\[0\]\.polygon = \[\[0, 0\], \[1, 0\]\]: 2 points.*3 to 1000 points",
            ),
            (roi("[[0,0],[1,0],[3,4]]"), r"point 3 \(3, 4\) lies outside the picture.*not pixels"),
            (roi("[[0,0],[1,1],[1,0],[0,1]]"), "edge 1 .* crosses or touches edge 3"),
            (roi("[[0,0],[1,0],[1]]"), r"polygon\[2\]\[1\] is missing"),
            (roi("[[0,0],[1,0],[1,1,1]]"), r"polygon\[2\] = \[1, 1, 1\].*two numbers \[x, y\]"),
            (roi("[[0,0],[1,0],[no,1]]"), r"polygon\[2\]\[0\] = false"),
            (roi("[[0,0],[1,0],[.nan,1]]"), r"polygon\[2\]\[0\] = nan.*a finite number"),
            (roi("3"), r"polygon = 3 is not allowed. Allowed: a list"),
            (roi(name="frame"), "'frame' is the whole picture's own name"),
            (camera(rois="[r]"), r"rois\[0\] = 'r' is not allowed. Allowed: a mapping"),
            (camera(rois="{name: r}"), r"rois = a mapping is not allowed. Allowed: a list"),
            ("cameras: [{name: a, source: x}, {name: a, source: y}]", "two cameras are named 'a'"),
            (
                "cameras: [{name: a, source: x}, {name: b, source: y, id: a}]",
                "the cameras 'a' and 'b' have the same id 'a'. Allowed: an id of its own for each",
            ),
            (
                camera(rois=f"[{{name: r, {OUTLINE}}}, {{name: s, id: r, {OUTLINE}}}]"),
                "the ROIs of one camera 'r' and 's' have the same id 'r'",
            ),
            (camera(rois=f"[{{name: r, id: Frame, {OUTLINE}}}]"), "whole picture's own"),
            ("cameras: [{name: a, source: x, id: 7}]", "as a number, not as text"),
            ("record: {keep_raw: 0}", r"record\.keep_raw = 0 is not allowed"),
            ("record: {keep_raw: -48}", r"record\.keep_raw = -48 is not allowed"),
            ("record: {keep_raw: yes}", "YAML reads this as true or false, not as a number"),
            ("record: {keep_raw: two days}", r"record\.keep_raw = 'two days' is not allowed"),
            ("record: {keep_minutes: .nan}", r"record\.keep_minutes = nan"),
            ("record: {keep_minutes: 1}", "keep_raw = 48 hours is longer than keep_minutes = 1 days"),
            ("record: {keep_raw: 9999, keep_minutes: 400}", "Allowed: keep_raw up to 9600"),
            ("record: {keep_pictures: 0}", r"record\.keep_pictures = 0 is not allowed"),
            (
                camera(rois="[&r {name: q, polygon: [[0,0],[1,0],[1,1]]}, *r]"),
                "two ROIs of one camera are named 'q'",
            ),
            ("- a", "the top of the file is a list, not a mapping. Begin it with 'cameras:'"),
            ("cameras: 3", "cameras = 3 is not allowed"),
            (
                camera(rois_at="feet"),
                r"cameras\[0\]\.rois_at = 'feet' is not allowed. Allowed: ground or heads",
            ),
            (ground("{}"), r"cameras\[0\]\.ground: the floor is known by points or by a rectangle"),
            (ground("{points: []}"), r"cameras\[0\]\.ground: 0 points do not make a plane. Give 4 to 100"),
            (
                ground("{head_heigth: 1}"),
                r"ground\.head_heigth is not a known key\. Did you mean 'head_height'",
            ),
            (ground(f"{{{FLOOR}, head_height: 9}}"), r"ground\.head_height = 9 is not allowed.*up to 3"),
            (ground(f"{{{FLOOR}, camera_height: 0}}"), r"ground\.camera_height = 0 .*greater than 0"),
            (
                ground(f"{{{FLOOR}, camera_height: 1.6}}"),
                r"cameras\[0\]\.ground: the camera is 1\.6 m above the floor, not above heads at 1\.7 m",
            ),
            (
                ground("{points: [{at: [0.5, 720], metres: [0, 0]}]}"),
                r"ground\.points\[0\]\.at = \[0\.5, 720\]: it lies outside the picture.*not pixels",
            ),
            (ground("{points: [{at: [0.5, 1]}]}"), r"ground\.points\[0\]\.metres is missing"),
            (ground("{points: [{at: [0, 1], metres: [0, 0], meter: 1}]}"), "Did you mean 'metres'"),
            (
                ground("{rectangle: {corners: [[0,1],[1,0],[1,1],[0,0]], sides: [4, 3]}}"),
                r"cameras\[0\]\.ground\.rectangle: edge 1 .* crosses or touches edge 3",
            ),
            (ground("{rectangle: {corners: [[0,1]], sides: [4, 3]}}"), "rectangle: 1 corners do not make a"),
            (
                ground("{rectangle: {corners: [[0,1],[1,1],[1,0],[0,0]], sides: [4, -3]}}"),
                r"rectangle\.sides\[1\] = -3 is not allowed",
            ),
            ("1: 2", "keys that are text"),
            ("cameras: []\ncameras: []", "line 2: the key 'cameras' stands twice, first in line 1"),
            (camera() + "\n\n" + "x: [", "line 3: "),
            ("cameras: [", "expected the node content"),
            ("cameras: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
            ("cameras: *x", "undefined alias"),
            ("\x00", "is not YAML text"),
            ("[" * 5000, "nested too deeply"),
            ("cameras: 2024-13-45", "month must be in 1..12"),
            ("cameras: &a [*a]", r"cameras\[0\] = a list"),
            (camera(name="0x" + "f" * 9000), "a very long number"),
        ],
    )
    def test_says_file_key_value_and_what_is_allowed(self, text: str, words: str) -> None:
        with pytest.raises(ConfigError, match=words) as caught:
            parse(text, where="my.yaml")
        assert str(caught.value).startswith("my.yaml")
        assert len(str(caught.value)) < 400
        assert "\n" not in str(caught.value)

    def test_a_file_that_expands_without_end_is_refused_quickly(self) -> None:
        lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
        lines += [
            f"{b}: &{b} [{', '.join(['*' + a] * 9)}]"
            for a, b in zip("abcdefghijk", "bcdefghijkl", strict=True)
        ]
        with pytest.raises(ConfigError, match=r"my\.yaml"):
            parse("\n".join([*lines, "cameras: [{name: *l, source: *l}]"]), where="my.yaml")

    def test_counts_the_errors_it_does_not_show(self) -> None:
        with pytest.raises(ConfigError, match=r"rate = -1 is not allowed \(1 more\)"):
            parse(camera(rate=-1, extra=1), where="a.yaml")

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"\xff\xfe\x00\x01", "is not UTF-8 text"), (b"#" * 1_000_001, "is larger than 1000 kB")],
    )
    def test_what_is_no_configuration_file(self, tmp_path: Path, content: bytes, words: str) -> None:
        (tmp_path / "clip.mp4").write_bytes(content)
        with pytest.raises(ConfigError, match=f"clip.mp4 {words}"):
            load(tmp_path / "clip.mp4")

    def test_missing_file_and_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such file"):
            load(tmp_path / "nowhere.yaml")
        with pytest.raises(ConfigError, match="cannot read"):
            load(tmp_path)

    @given(st.text(max_size=200))
    def test_any_text_gives_a_configuration_or_a_config_error(self, text: str) -> None:
        said = "a.yaml"
        try:
            parse(text, where="a.yaml")
        except ConfigError as error:
            said = str(error)
        assert said.startswith("a.yaml")

    def test_models_from_a_dialog_give_the_same_errors(self) -> None:
        with pytest.raises(ConfigError, match=r"^dialog: source is missing"):
            validate(CameraConfig, {"name": "a"}, where="dialog")
        assert validate(CameraConfig, {"name": "a", "source": "0"}, where="dialog").source == "0"


class TestSaving:
    @given(configs)
    def test_what_was_dumped_reads_back_equal(self, config: AppConfig) -> None:
        assert parse(dump(config), where="a.yaml") == config

    @settings(max_examples=25)
    @given(configs)
    def test_what_was_saved_loads_equal(
        self, tmp_path_factory: pytest.TempPathFactory, config: AppConfig
    ) -> None:
        path = tmp_path_factory.mktemp("save") / "a.yaml"
        save(config, path)
        assert load(path) == config
        assert [one.name for one in path.parent.iterdir()] == ["a.yaml"]

    def test_is_text_that_a_person_can_read(self) -> None:
        assert dump(parse(GOOD, where="a.yaml")) == (
            "cameras:\n"
            "  - name: plaza\n"
            "    source: rtsp://viewer:${PASS}@host/stream\n"
            "    rate: 0.0001\n"
            "    rois:\n"
            "      - name: Halle Süd\n"
            "        polygon: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]\n"
            "        area_m2: 12.5\n"
            "      - name: half\n"
            "        polygon: [[0.0, 0.0], [0.5, 0.0], [0.5, 0.1]]\n"
            "  - name: webcam\n"
            "    source: '0'\n"
        )

    def test_keeps_placeholders_the_backup_and_the_mode(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_text(GOOD, encoding="utf-8")
        path.chmod(0o640)
        changed = AppConfig(cameras=load(path).cameras[:1])
        save(changed, path)
        assert "${PASS}" in path.read_text(encoding="utf-8")
        assert (tmp_path / "a.yaml.bak").read_text(encoding="utf-8") == GOOD
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == 0o640
            assert (tmp_path / "a.yaml.bak").stat().st_mode & 0o777 == 0o640

    def test_saving_the_same_again_keeps_the_older_backup(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_text(GOOD, encoding="utf-8")
        for _ in range(2):
            save(AppConfig(), path)
        assert (tmp_path / "a.yaml.bak").read_text(encoding="utf-8") == GOOD

    @pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
    def test_a_link_is_followed(self, tmp_path: Path) -> None:
        real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
        real.write_text("", encoding="utf-8")
        link.symlink_to(real)
        save(AppConfig(cameras=(CameraConfig(name="a", source="x"),)), link)
        assert link.is_symlink()
        assert load(real).cameras[0].name == "a"

    def test_a_failure_leaves_the_former_file_and_no_litter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.yaml"
        path.write_text(GOOD, encoding="utf-8")

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(SinkError, match=r"a\.yaml: no space left on device"):
            save(AppConfig(), path)
        assert path.read_text(encoding="utf-8") == GOOD
        assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]

    def test_places_that_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(SinkError, match="cannot write the configuration"):
            save(AppConfig(), tmp_path / "nowhere" / "a.yaml")
        with pytest.raises(SinkError, match="cannot write the configuration"):
            save(AppConfig(), tmp_path)


class TestSecrets:
    @pytest.mark.parametrize(
        ("text", "secret", "expected"),
        [
            ("rtsp://u:${P}@h/s", "simple", "rtsp://u:simple@h/s"),
            ("rtsp://u:${P}@h/s", "p@ss/w?rd#", "rtsp://u:p%40ss%2Fw%3Frd%23@h/s"),
            ("rtsp://u:${P}@h/s", "already%40done", "rtsp://u:already%40done@h/s"),
            ("rtsp://u:${P}@h/s", "50%", "rtsp://u:50%25@h/s"),
            ("rtsp://${P}@h/s", "user:pass", "rtsp://user:pass@h/s"),
            ("rtsp://u:pw@${P}/s", "10.0.0.1:8554", "rtsp://u:pw@10.0.0.1:8554/s"),
            ("${P}", "rtsp://u:p@h/s", "rtsp://u:p@h/s"),
            ("rtsp://u:${P}@h/s", "${OTHER}", "rtsp://u:$%7BOTHER%7D@h/s"),
            ("a $P $$ {P} b.mp4", "x", "a $P $$ {P} b.mp4"),
        ],
    )
    def test_expands(self, text: str, secret: str, expected: str) -> None:
        assert expand_secrets(text, {"P": secret}) == expected

    def test_reads_the_environment_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CROWDMON_TEST_PASS", "pw")
        assert expand_secrets("rtsp://u:${CROWDMON_TEST_PASS}@h") == "rtsp://u:pw@h"

    def test_a_missing_variable_is_named(self) -> None:
        with pytest.raises(ConfigError, match="environment variable NVR_PASS is not set"):
            expand_secrets("rtsp://u:${NVR_PASS}@h", {})

    @pytest.mark.parametrize("text", ["${}", "${my-pass}", "${1A}", "${A B}"])
    def test_what_is_no_variable_name(self, text: str) -> None:
        with pytest.raises(ConfigError, match=r"is not an environment variable. Write \$\{NAME\}"):
            expand_secrets(text, {})

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
    def test_a_password_never_changes_where_a_url_leads(self, secret: str) -> None:
        text = expand_secrets("rtsp://u:${P}@host:554/s", {"P": secret})
        userinfo, _, rest = text.removeprefix("rtsp://").partition("@")
        assert rest == "host:554/s"
        assert "/" not in userinfo

    @pytest.mark.parametrize(
        "text",
        [
            camera(source="rtsp://u:hunter2@h/s", rate="fast"),
            camera(source="rtsp://u:hunter2@h/s", rat=1),
            camera(source='"rtsp://u:hunter2@h/s\\n"'),
            camera(source=f"rtsp://u:hunter2{'x' * 5000}@h/s"),
            camera(source="[rtsp://u:hunter2@h/s]"),
            camera(source="{password: hunter2}"),
            camera(name="rtsp://u:hunter2@h/s", rate="x"),
            camera(rate="rtsp://u:hunter2@h/s"),
            camera() + "\nrtsp://u:hunter2@h: 1",
            "cameras: [{name: a, source: x}, {name: a, source: rtsp://u:hunter2@h}]",
            "cameras: rtsp://u:hunter2@h/?token=hunter2",
            "rtsp://u:hunter2@h",
            "cameras: &x rtsp://u:hunter2@h\ncameras: 2",
            'cameras: "rtsp://u:hunter2@h',
        ],
    )
    def test_a_password_in_the_file_is_in_no_message(self, text: str) -> None:
        with pytest.raises(ConfigError) as caught:
            parse(text, where="a.yaml")
        error: BaseException | None = caught.value
        while error is not None:
            assert "hunter2" not in str(error) + repr(error)
            error = error.__cause__

    def test_a_password_is_in_no_representation(self) -> None:
        config = AppConfig(cameras=(CameraConfig(name="a", source="rtsp://u:hunter2@h/s"),))
        assert "hunter2" not in repr(config) + str(config)
        assert "***@h" in repr(config)

    def test_a_model_built_in_code_keeps_values_out_of_its_error(self) -> None:
        with pytest.raises(ValidationError) as caught:
            CameraConfig(name="a", source="rtsp://u:hunter2@h\n/")
        assert "hunter2" not in str(caught.value)


def test_importing_the_configuration_stays_light() -> None:
    code = "import sys, crowdmon.config, crowdmon.errors; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "pydantic" in loaded
    assert not {"cv2", "scipy", "h5py", "torch", "av", "PyQt6"} & set(loaded)


def test_a_colour_is_one_of_the_names() -> None:
    roi = {"name": "gate", "polygon": [[0, 0], [1, 0], [1, 1]], "colour": "teal"}
    assert validate(RoiConfig, roi, where="x").colour_at(0) == COLOURS.index("teal")
    with pytest.raises(ConfigError, match=r"colour = 'red' is not allowed\. Allowed: sky, pink"):
        validate(RoiConfig, {**roi, "colour": "red"}, where="x")
    camera = CameraConfig.model_validate({"name": "a", "source": "0", "rois": [roi]})
    assert camera.to_rois()[0].colour == 5


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Gate", "gate"),
        ("caf\u00e9", "cafe\u0301"),
        ("hall", "\uff28all"),
        ("a  b", "a b"),
        ("stra\u00dfe", "STRASSE"),
    ],
)
def test_cameras_whose_names_look_alike_are_refused(first: str, second: str) -> None:
    text = yaml.safe_dump({"cameras": [{"name": name, "source": "0"} for name in (first, second)]})
    with pytest.raises(ConfigError, match="look alike") as caught:
        parse(text, where="c.yaml")
    assert second in str(caught.value)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufeff", "\u2066", "\ue000", "\x07"])
def test_characters_that_nobody_can_see_are_refused_in_names(hidden: str) -> None:
    text = yaml.safe_dump({"cameras": [{"name": f"ga{hidden}te", "source": "0"}]})
    with pytest.raises(ConfigError, match="cannot be seen"):
        parse(text, where="c.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
@pytest.mark.timeout(20)
def test_a_pipe_is_no_configuration_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="not a plain file"):
        load(tmp_path / "pipe")
