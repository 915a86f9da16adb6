"""``crowdmon count`` watches the alarm rules of its configuration: on stderr, and in ``--events``."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.sinks.csv_file import read_csv
from crowdmon.values import ReadingState
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter, FakePicture, FakeSource, FakeSources

CONFIG = """
cameras:
  - name: square
    source: elsewhere.mp4
    rois: [{name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], area_m2: 12}]
  - {name: gate, source: other.mp4}
groups:
  - {name: both, members: [{camera: square, roi: left}, {camera: gate}]}
alarms:
  - {name: full, of: {camera: square, roi: left}, red: {above: 10, for: 0.5, clear: 9}, tell: [Ann]}
  - {name: gate full, of: {camera: gate}, red: {above: 100}}
  - {name: all full, of: {group: both}, red: {above: 10}}
"""


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> FakeCounter:
    """One person more with each picture, and none from the 16th on."""
    fake = FakeCounter(lambda frame: 12.0 + frame.index if frame.index < 16 else 0.0)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: fake)
    return fake


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(CONFIG)
    return tmp_path / "c.yaml"


def events(path: Path) -> list[tuple[str, str, str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row["alarm"], row["kind"].removeprefix("alarm-"), row["level"], row["value"]) for row in rows]


def count(config: Path, *words: object) -> int:
    return main(["count", *map(str, words), "--config", str(config)])


def test_a_file_raises_and_clears_its_alarms(
    counter: FakeCounter, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, out = write_clip(tmp_path / "clip.mp4", frames=20, fps=10), tmp_path / "events.csv"
    words = ["square", "--start", "2026-05-01T12:00:00", "--events", out, "--csv", tmp_path / "out.csv"]
    config.write_text(CONFIG.replace("elsewhere.mp4", str(clip)))
    assert count(config, *words) == 0
    # Half of 12 + k is above 10 from picture 9 on; for 0.5 s at picture 14.
    assert events(out) == [("full", "raised", "red", "13.0000"), ("full", "cleared", "none", "0.0000")]
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "crowdmon: the alarm rules 'gate full', 'all full' are not watched: "
        "they are about cameras that are not counted here",
        *(line for line in said.err.splitlines() if "'full' is" in line),
    ]
    assert "12:00:01" in said.err
    assert "'full' is red: 13.0 people in left of square, above 10. To be told: Ann\n" in said.err
    assert said.out.rstrip().endswith(f"2 events in {out}")


def test_without_events_the_alarms_are_said(
    counter: FakeCounter, config: Path, tmp_path: Path, capsys
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=20, fps=10)
    config.write_text(CONFIG.replace("elsewhere.mp4", str(clip)))
    assert count(config, "square") == 0
    assert "'full' is over: 0.0 people in left of square, below 9" in capsys.readouterr().err


def test_files_one_after_the_other_watch_no_group_of_several(
    counter: FakeCounter, config: Path, tmp_path: Path, capsys
) -> None:
    one, two = (write_clip(tmp_path / f"{name}.mp4", frames=20, fps=10) for name in ("one", "two"))
    text = CONFIG.replace("elsewhere.mp4", str(one)).replace("other.mp4", str(two))
    config.write_text(text.replace("above: 100", "above: 26.5"))
    out = tmp_path / "events.csv"
    assert count(config, "--events", out) == 0
    assert events(out) == [
        ("full", "raised", "red", "13.0000"),
        ("full", "cleared", "none", "0.0000"),
        ("gate full", "raised", "red", "27.0000"),
        ("gate full", "cleared", "none", "0.0000"),
    ]
    said = capsys.readouterr()
    first, *_ = said.err.splitlines()
    assert first == (
        "crowdmon: the alarm rule 'all full' is not watched: "
        "it is about several sources, and these are counted one after the other"
    )
    assert said.err.count("not watched") == 1
    assert said.out.splitlines()[-1].endswith(f"; 4 events in {out}")


def test_live_cameras_watch_groups_too(
    counter: FakeCounter, config: Path, tmp_path: Path, monkeypatch
) -> None:
    text = CONFIG.replace("elsewhere.mp4", "rtsp://h/square").replace("other.mp4", "rtsp://h/gate")
    config.write_text(text)
    people = {"square": 4.0, "gate": 9.0}  # the left half of 4, and 9, are 11
    counter.people = lambda frame: people[frame.camera]
    answers = {name: FakeSource(None, live=True) for name in ("rtsp://h/square", "rtsp://h/gate")}
    sources = FakeSources(answers, live=list(answers))
    monkeypatch.setattr("crowdmon.engine.live.CaptureSources", lambda: sources)
    out = tmp_path / "events.csv"
    assert count(config, "--events", out, "--every", "0.1", "--duration", "0.8") == 0
    found = events(out)
    assert ("all full", "raised", "red", "11.0000") in found
    assert [kind for alarm, kind, *_ in found if alarm == ""].count("connected") == 2


def test_events_and_other_files_are_kept_apart(
    counter: FakeCounter, config: Path, tmp_path: Path, capsys
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=3, fps=10)
    text = CONFIG.replace("elsewhere.mp4", str(clip))
    config.write_text(text)
    for words, said in (
        (["--events", clip], "--events"),
        (["--events", tmp_path / "a.csv", "--csv", tmp_path / "a.csv"], "--events"),
        (["--events", config], "--config"),
        (["--events", tmp_path / "none" / "a.csv"], "there is no folder"),
    ):
        assert count(config, "square", *words) != 0
        assert said in capsys.readouterr().err
    assert clip.stat().st_size > 0
    assert config.read_text() == text


class Leaping(FakeSource):
    """A recording whose times leap: ten seconds, then nothing for 40, then ten seconds."""

    def pictures(self):  # type: ignore[no-untyped-def]
        for index, second in enumerate([*range(10), *range(50, 60)]):
            yield FakePicture(index, 0.0, float(second))


def test_a_recording_that_leaps_is_unknown_between_and_raises_what_a_live_camera_would(
    counter: FakeCounter, config: Path, tmp_path: Path, monkeypatch
) -> None:
    config.write_text(
        "cameras: [{name: hall, source: x.mp4}]\n"
        "alarms: [{name: dark, of: {camera: hall}, measure: unknown, red: {for: 20}}]\n"
    )
    monkeypatch.setattr("crowdmon.commands.count_source.open_source", lambda text: Leaping(20, fps=1))
    rows, out = tmp_path / "rows.csv", tmp_path / "events.csv"
    words = ["--start", "1970-01-01T00:00:00+00:00", "--csv", rows, "--events", out]
    assert count(config, *words) == 0
    states = {row["time"]: row["state"] for row in read_csv(rows)}
    assert sorted(states) == [float(second) for second in [*range(10), *range(11, 60)]]
    assert {time for time, state in states.items() if state is ReadingState.STALE} == set(range(11, 25))
    assert {time for time, state in states.items() if state is ReadingState.UNKNOWN} == set(range(25, 50))
    with out.open(newline="") as file:
        told = [(row["kind"], row["time"][:19]) for row in csv.DictReader(file)]
    # Unknown for 20 s since 25, and counted again at 50.
    assert told == [("alarm-raised", "1970-01-01T00:00:45"), ("alarm-cleared", "1970-01-01T00:00:50")]


def test_amber_says_how_long_it_takes_until_red(
    counter: FakeCounter, config: Path, monkeypatch, capsys
) -> None:
    """0.05 people more each second: amber above 15 after 300 s, red above 25 200 s later."""
    config.write_text(
        "cameras: [{name: hall, source: x.mp4}]\n"
        "alarms: [{name: full, of: {camera: hall}, amber: {above: 15}, red: {above: 25}}]\n"
    )
    counter.people = lambda frame: 0.05 * frame.index
    monkeypatch.setattr("crowdmon.commands.count_source.open_source", lambda text: FakeSource(400, fps=1))
    assert count(config) == 0
    (said,) = capsys.readouterr().err.splitlines()
    assert said.endswith(
        "'full' is amber: 15.1 people in hall, above 15. Red in about 3 min if it goes on like this"
    )
