from __future__ import annotations

import threading

from crowdmon.engine.background import Errands


def test_a_job_runs_elsewhere_and_its_result_is_collected() -> None:
    errand = Errands().run(lambda _: threading.current_thread().name)
    assert errand.over.wait(10)
    assert (errand.result, errand.error) == ("errand", None)


def test_what_a_job_raises_belongs_to_who_asked() -> None:
    errand = Errands().run(lambda _: 1 // 0)
    assert errand.over.wait(10)
    assert isinstance(errand.error, ZeroDivisionError)


def test_one_that_hangs_holds_up_no_other_and_is_told_to_give_up() -> None:
    errands, gate = Errands(), threading.Event()
    stuck = errands.run(lambda _: gate.wait(30))
    quick = errands.run(lambda _: 7)
    assert quick.over.wait(10)
    assert not stuck.over.is_set()
    assert not errands.stop(0.05)
    assert stuck.unwanted.is_set()
    gate.set()
    assert errands.stop(10)
