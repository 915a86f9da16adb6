"""``crowdmon report``: what it writes, and what it says when it cannot."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crowdmon.__main__ import main
from crowdmon.sinks.history.file import HistoryFile
from tests.view.test_report import reading

YAML = """\
time_zone: Europe/Berlin
record: {history: "HISTORY"}
cameras:
- {name: gate, source: x.mp4, rois: [{name: "a|b", polygon: [[0, 0], [1, 0], [1, 1]], area_m2: 40}]}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    with HistoryFile(tmp_path / "h.sqlite") as history:
        for second in range(100):
            history.write(reading(second, float(second)))
        history.write(reading(-1, 500.0))  # the day before
        history.write(reading(86_400, 500.0))  # the day after
    (tmp_path / "c.yaml").write_text(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")))
    return tmp_path / "c.yaml"


def report(config: Path, *words: object) -> int:
    return main(["report", "--config", str(config), *map(str, words)])


def test_a_day_on_the_terminal(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(config, "--day", "2026-05-01") == 0
    out = capsys.readouterr().out
    assert out.startswith("# 2026-05-01\n\nTimes are local (Europe/Berlin).\n")
    assert "| gate | 99.0 | 00:01:39 | 49.5 | – | – |" in out
    assert "No alarm was on." in out
    assert list(config.parent.glob("*.png")) == []


def test_markdown_and_its_plot_are_files_side_by_side(config: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "may 1.md"
    out.write_text("an older one")
    assert report(config, "--day", "2026-05-01", "--markdown", out) == 0
    assert "![People over the day](may%201.png)" in out.read_text(encoding="utf-8")
    assert (tmp_path / "may 1.png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out.strip() == f"{out} and {tmp_path / 'may 1.png'}"


def test_yesterday_and_today_are_days_of_the_configuration(config: Path, capsys) -> None:
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    for words, day in (([], today - timedelta(days=1)), (["--day", "today"], today)):
        assert report(config, *words) == 0
        out = capsys.readouterr().out
        assert out.startswith(f"# {day.isoformat()}") or datetime.now(ZoneInfo("Europe/Berlin")).hour == 0
        assert "Nothing was recorded on this day." in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--day", "2026-02-30"], 2, "--day is '2026-02-30', which is not a day. Write 2026-05-01, today or"),
        (["--day", "1.5.2026"], 2, "which is not a day"),
        (["--day", "9999-12-31"], 2, "which is not a day"),
        (["--markdown", "-"], 2, "--markdown is '-', which is no file"),
        (["--markdown", "none/a.md"], 6, "there is no folder"),
        (["--markdown", "a.png"], 2, "a.png is the name of its plot. Give a name such as report.md"),
        (["--markdown", "c.yaml"], 2, "--config"),
        (["--markdown", "h.sqlite"], 2, "record.history"),
    ],
)
def test_what_cannot_be(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys, words: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(config.parent)
    before = {
        path.name: path.read_bytes() for path in config.parent.iterdir() if path.suffix != ".sqlite-shm"
    }
    assert report(Path("c.yaml"), *words) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    for name, held in before.items():
        assert (config.parent / name).read_bytes() == held


def test_a_configuration_without_a_history(config: Path, tmp_path: Path, capsys) -> None:
    config.write_text("cameras: []\n")
    assert report(config) == 2
    assert "c.yaml keeps no history. Add 'record: {history: FILE}' to it" in capsys.readouterr().err
    config.write_text(YAML.replace("HISTORY", str(tmp_path / "other.sqlite")))
    assert report(config) == 3
    assert "there is no history at" in capsys.readouterr().err


def test_a_day_that_a_calendar_leaves_out(config: Path, capsys) -> None:
    """Samoa went from the 29th to the 31st."""
    config.write_text(config.read_text().replace("Europe/Berlin", "Pacific/Apia"))
    assert report(config, "--day", "2011-12-30") == 2
    assert "--day is 2011-12-30, which the calendar of Pacific/Apia leaves out" in capsys.readouterr().err
    assert report(config, "--day", "2011-12-31") == 0
