"""``crowdmon-train --adapt`` as its user, and the window, call it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import load, save
from crowdmon.values import Frame
from tests.trainer.adapt import scenes
from tests.trainer.printed import Run
from trainer.commands import adapt as command

ENOUGH = "0.0001"  # minutes; nothing is learned, closed forms only


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return scenes.camera(tmp_path / "gate")


@pytest.fixture
def biased(tmp_path: Path) -> Path:
    save(scenes.off_by(scenes.right(), 0.5), tmp_path / "biased.safetensors")
    return tmp_path / "biased.safetensors"


def test_a_biased_base_becomes_a_weights_file_that_counts(
    run: Run, tmp_path: Path, gate: Path, biased: Path
) -> None:
    out = tmp_path / "run"
    labels = (gate / "points.csv").read_bytes()
    code, said, _ = run("train", "--adapt", gate, "--base", biased, "--out", out, "--minutes", ENOUGH)
    assert code == 0
    assert "chosen: factor" in said
    assert (gate / "points.csv").read_bytes() == labels
    assert sorted(path.name for path in out.iterdir()) == [
        "adapt.json",
        "adapted.safetensors",
        "held_out.npz",
        "report.md",
    ]
    found = json.loads((out / "adapt.json").read_text())
    with np.load(out / "held_out.npz", allow_pickle=False) as maps:
        assert [str(name) for name in maps["names"]] == [f"square_{n}.png" for n in range(6)]
        counted = [one for fold in found["folds"] for one in fold["after"]]
        assert maps["after"].sum(axis=(1, 2)) == pytest.approx(counted, abs=0.01)
    made = load(out / "adapted.safetensors")
    assert made.provenance["adapted"]["chosen"] == found["chosen"]
    assert made.provenance["adapted"]["frames"] == [f"square_{n}.png" for n in range(6)]
    assert made.provenance["start"]["fingerprint"]
    assert made.scores["adapted"]["after"] == found["after"]
    rgb, heads = scenes.picture(44.0)
    assert Counter(made).count(Frame(rgb.copy())).count == pytest.approx(len(heads), rel=0.25)
    # Scored as any other weights.
    code, said, _ = run(
        "eval",
        "--dataset",
        "points",
        "--root",
        gate,
        "--split",
        "trainval",
        "--weights",
        out / "adapted.safetensors",
    )
    assert code == 0
    assert "MAE" in said


def test_a_right_base_comes_back_as_it_was(run: Run, tmp_path: Path, gate: Path) -> None:
    save(scenes.right(), tmp_path / "right.safetensors")
    out = tmp_path / "run"
    words = ("train", "--adapt", gate, "--base", tmp_path / "right.safetensors", "--out", out)
    code, said, _ = run(*words, "--minutes", ENOUGH, "--progress")
    assert code == 0
    events = [json.loads(line) for line in said.splitlines()]
    assert events[0]["event"] == "progress"
    assert {"done", "left_s", "what"} <= set(events[0])
    last = events[-1]
    assert last["event"] == "result"
    assert last["chosen"] == "nothing"
    assert last["better"] is False
    assert last["before"] == last["after"]
    rgb, _ = scenes.picture(44.0)
    counts = [
        Counter(load(path)).count(Frame(rgb.copy())).count
        for path in (Path(last["weights"]), tmp_path / "right.safetensors")
    ]
    assert counts[0] == counts[1]


def test_an_error_is_a_line_for_the_window_too(run: Run, tmp_path: Path) -> None:
    code, said, err = run("train", "--adapt", tmp_path / "gone", "--out", tmp_path / "run", "--progress")
    assert code == 5
    last = json.loads(said.splitlines()[-1])
    assert last["event"] == "error"
    assert "there is no folder" in last["message"]
    assert len(err.splitlines()) == 1


def no_network(path: Path) -> None:
    save(replace(scenes.right(), network={"model": "mcnn"}), path)


def other_network(path: Path) -> None:
    one = scenes.right()
    save(replace(one, network={**one.network, "msrf": 3}), path)


def no_file(path: Path) -> None:
    assert not path.exists()


def other_file(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04")


@pytest.mark.parametrize("make", [no_network, other_network, no_file, other_file])
def test_a_base_that_is_not_the_applications_network_is_refused(
    run: Run, tmp_path: Path, gate: Path, make: object
) -> None:
    base = tmp_path / "base.safetensors"
    make(base)  # type: ignore[operator]
    code, _, err = run(
        "train", "--adapt", gate, "--base", base, "--out", tmp_path / "run", "--minutes", ENOUGH
    )
    assert code == 4
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "run" / "adapt.json").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--out", "{gate}"), 2),
        (("--minutes", "1"), 2),
        (("--out", "{run}", "--minutes", "0"), 2),
        (("--out", "{run}", "--dataset", "mall"), 2),
        (("--out", "{run}", "--roi", "{gate}/points.csv"), 2),
        (("--out", "{gate}/points.csv/run"), 6),
    ],
)
def test_options_that_cannot_be_meant(
    run: Run, tmp_path: Path, gate: Path, words: tuple[str, ...], code: int
) -> None:
    places = {"gate": gate, "run": tmp_path / "run"}
    found, _, err = run("train", "--adapt", gate, *(word.format(**places) for word in words))
    assert found == code, err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("option", ["--base", "--roi", "--progress"])
def test_its_options_are_for_nothing_else(run: Run, tmp_path: Path, option: str) -> None:
    words = [option] if option == "--progress" else [option, tmp_path]
    code, _, err = run("train", "--dataset", "mall", *words)
    assert code == 2
    assert "--adapt" in err


def test_the_base_is_not_written_over(run: Run, tmp_path: Path, gate: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    base = out / "adapted.safetensors"
    save(scenes.right(), base)
    before = base.read_bytes()
    code, _, err = run("train", "--adapt", gate, "--base", base, "--out", out, "--minutes", ENOUGH)
    assert code == 2
    assert "--base" in err
    assert base.read_bytes() == before


def test_no_room_on_the_disk_is_said_before_anything_is_done(
    run: Run, tmp_path: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.shutil, "disk_usage", lambda _: _Usage())
    code, _, err = run("train", "--adapt", gate, "--out", tmp_path / "run", "--minutes", ENOUGH)
    assert code == 6
    assert "no room" in err


class _Usage:
    free = 1000


def test_a_disk_that_fills_up_leaves_the_former_result(
    run: Run, tmp_path: Path, gate: Path, biased: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("train", "--adapt", gate, "--base", biased, "--out", tmp_path / "run", "--minutes", ENOUGH)
    assert run(*words)[0] == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}

    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("crowdmon.counting.weights.save_file", full)
    code, _, err = run(*words)
    assert code == 6
    assert "No space left" in err
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_is_stopped_in_the_middle_leaves_nothing_and_takes_nothing(
    tmp_path: Path, gate: Path, number: signal.Signals
) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "adapt.json").write_text("{}", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in gate.iterdir()}
    words = [sys.executable, "-m", "trainer", "train", "--adapt", str(gate), "--out", str(out), "--progress"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        seen = ""
        for line in child.stdout:
            seen = line
            if "counts the frames" in line:
                child.send_signal(number)
                break
        rest, said = child.communicate()
    assert "progress" in seen
    assert {path.name: path.read_bytes() for path in gate.iterdir()} == before
    assert [path.name for path in out.iterdir()] == ["adapt.json"]
    assert (out / "adapt.json").read_text(encoding="utf-8") == "{}"
    if number == signal.SIGTERM:
        assert child.returncode == 130
        assert json.loads(rest.splitlines()[-1])["message"] == "cancelled"
        assert said.strip() == "crowdmon-train: interrupted"
