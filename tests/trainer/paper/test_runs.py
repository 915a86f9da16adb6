"""Runs that several processes share: a folder belongs to one of them at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from crowdmon.errors import SinkError
from tests.trainer import trees
from tests.trainer.printed import ONE, TINY
from trainer.loop import run_folder

HOLD = """\
import sys, time
from pathlib import Path
from trainer.loop import run_folder
with run_folder.held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_is_held_once_and_names_the_holder(tmp_path: Path) -> None:
    with run_folder.held(tmp_path / "run"):
        with (
            pytest.raises(run_folder.BusyError, match=f"process {os.getpid()}$"),
            run_folder.held(tmp_path / "run"),
        ):
            pass
        with run_folder.held(tmp_path / "another"):
            pass
    with run_folder.held(tmp_path / "run"):
        assert (tmp_path / "run" / run_folder.LOCK).read_text() == f"{os.getpid()}\n"


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with (
                pytest.raises(run_folder.BusyError, match=f"process {other.pid}$"),
                run_folder.held(tmp_path),
            ):
                pass
        finally:
            other.kill()
    with run_folder.held(tmp_path):
        pass


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(SinkError, match="cannot write the run folder"),
        run_folder.held(tmp_path / "file" / "run"),
    ):
        pass


def test_what_another_process_trains_is_left_to_it_and_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.config import load
    from trainer.paper import runs as module
    from trainer.paper.budget import RunBudget
    from trainer.paper.runs import Job, Runs
    from trainer.paper.variants import VARIANTS

    trees.shanghaitech(tmp_path / "part_A", {n: ONE * n for n in range(1, 13)}, {1: ONE})
    (tmp_path / "tiny.yaml").write_text(TINY)
    said: list[str] = []
    runs = Runs(tmp_path / "out", load(tmp_path / "tiny.yaml"), RunBudget(1), root=tmp_path, say=said.append)
    jobs = [Job(VARIANTS[name], "shanghaitech_a") for name in ("ssr-hef", "without-hef", "l2-quarter")]
    with ExitStack() as other:
        other.enter_context(run_folder.held(runs.folder(jobs[0])))
        waits = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                other.close()

        monkeypatch.setattr(module, "time", SimpleNamespace(sleep=wait, monotonic=time.monotonic))
        assert runs.finish_all(jobs, score=True) == {}
    assert len(waits) == 3
    assert all(runs.done(job) and runs.kept(job) for job in jobs)
    trained = [Path(text.partition(":")[0]).name for text in said if "from step" in text]
    assert trained == ["without-hef", "l2-quarter", "ssr-hef"]
    assert sum("in use by process" in text for text in said) == 1


def test_a_wait_ends_with_the_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.config import load
    from trainer.paper import runs as module
    from trainer.paper.budget import RunBudget
    from trainer.paper.runs import Job, Runs
    from trainer.paper.variants import VARIANTS

    trees.shanghaitech(tmp_path / "part_A", {n: ONE * n for n in range(1, 13)}, {1: ONE})
    (tmp_path / "tiny.yaml").write_text(TINY)
    runs = Runs(tmp_path / "out", load(tmp_path / "tiny.yaml"), RunBudget(1), root=tmp_path)
    job = Job(VARIANTS["ssr-hef"], "shanghaitech_a")

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=interrupted, monotonic=time.monotonic))
    with run_folder.held(runs.folder(job)):
        assert runs.finish_all([job]) == {}
    assert runs.stopped
    assert not runs.done(job)


def test_a_signal_while_scoring_keeps_what_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer import evaluate
    from trainer.config import load
    from trainer.paper.budget import RunBudget
    from trainer.paper.runs import Job, Runs
    from trainer.paper.tables.ablation import why_not
    from trainer.paper.variants import VARIANTS

    trees.shanghaitech(tmp_path / "part_A", {n: ONE * n for n in range(1, 13)}, {1: ONE})
    (tmp_path / "tiny.yaml").write_text(TINY)
    base, job = load(tmp_path / "tiny.yaml"), Job(VARIANTS["ssr-hef"], "shanghaitech_a")
    runs = Runs(tmp_path / "out", base, RunBudget(1), root=tmp_path)

    def interrupted(*_args: object, **_settings: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(evaluate, "score", interrupted)
        assert runs.finish_all([job], score=True) == {}
    assert (runs.stopped, runs.done(job), runs.kept(job)) == (True, True, None)
    assert why_not(runs, [job], {}) == "trained, not scored yet"
    said: list[str] = []
    again = Runs(tmp_path / "out", base, RunBudget(1), root=tmp_path, say=said.append)
    again.finish_all([job], score=True)
    assert again.kept(job)
    assert not any("from step" in text for text in said), "trained again"


def test_a_run_is_validated_twice_on_the_way_and_at_its_end() -> None:
    from trainer.config import TrainConfig
    from trainer.paper.budget import RunBudget

    for steps, expected in ((2800, 934), (3, 1), (1, 1)):
        assert RunBudget(steps).apply(TrainConfig()).validate_every == expected
    assert "22,400 crops in all" in RunBudget(2800).words(TrainConfig(batch=8))
