from __future__ import annotations

import threading

from crowdmon.engine.background import BackgroundTasks


def test_a_job_runs_elsewhere_and_its_result_is_collected() -> None:
    task = BackgroundTasks().run(lambda _: threading.current_thread().name)
    assert task.done.wait(10)
    assert (task.result, task.error) == ("task", None)


def test_what_a_job_raises_belongs_to_who_asked() -> None:
    task = BackgroundTasks().run(lambda _: 1 // 0)
    assert task.done.wait(10)
    assert isinstance(task.error, ZeroDivisionError)


def test_one_that_hangs_holds_up_no_other_and_is_told_to_give_up() -> None:
    tasks, gate = BackgroundTasks(), threading.Event()
    stuck = tasks.run(lambda _: gate.wait(30))
    quick = tasks.run(lambda _: 7)
    assert quick.done.wait(10)
    assert not stuck.done.is_set()
    assert not tasks.stop(0.05)
    assert stuck.cancelled.is_set()
    gate.set()
    assert tasks.stop(10)
