"""The scheduler in simulation: nobody starves, nothing grows old, rates are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.engine.scheduler import Scheduler


@dataclass
class Camera:
    """A camera in the simulation: pictures at ``fps`` during [since, until)."""

    fps: float
    rate: float = 5.0
    cost: float = 0.02
    since: float = 0.0
    until: float = 1e9
    counted: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    seen: int = -1

    def newest(self, now: float) -> int:
        """Number of the newest picture at ``now``; -1 before the first."""
        if now < self.since:
            return -1
        return int((min(now, self.until - 1e-6) - self.since) * self.fps + 1e-9)

    def taken(self, now: float) -> float:
        return self.since + self.newest(now) / self.fps


def simulate(cameras: dict[str, Camera], *, seconds: float) -> Scheduler:
    """Run the counting thread's loop on a clock that jumps."""
    scheduler, now = Scheduler(), 0.0
    scheduler.keep(((name, camera.rate) for name, camera in cameras.items()), now)
    while now < seconds:
        waiting = [name for name, camera in cameras.items() if camera.newest(now) > camera.seen]
        name = scheduler.next(waiting, now)
        if name is None:
            wait = scheduler.wait(waiting, now)
            now += 0.002 if wait is None else max(0.0005, min(wait, 0.002))
            continue
        camera = cameras[name]
        camera.seen = camera.newest(now)
        camera.ages.append(now - camera.taken(now))
        camera.counted.append(now)
        scheduler.begin(name, now)
        now += camera.cost
        scheduler.end(name, cost=camera.cost, now=now)
    return scheduler


def gaps(camera: Camera) -> list[float]:
    return [b - a for a, b in zip(camera.counted, camera.counted[1:], strict=False)]


def sixteen(cost: float) -> dict[str, Camera]:
    """One slow, one dead after a second, one at 60 fps with a wish for all of them, thirteen ordinary."""
    cameras = {f"camera {k}": Camera(fps=25, cost=cost) for k in range(13)}
    cameras["slow"] = Camera(fps=0.5, cost=cost)
    cameras["dead"] = Camera(fps=25, cost=cost, until=1.0)
    cameras["fast"] = Camera(fps=60, rate=60, cost=cost)
    return cameras


def test_sixteen_cameras_on_a_machine_that_is_too_slow() -> None:
    cost = 0.05
    cameras = sixteen(cost)
    scheduler = simulate(cameras, seconds=60)
    round_time = 15 * cost
    for name, camera in cameras.items():
        if name in ("slow", "dead"):
            continue
        assert max(gaps(camera)) <= round_time + 2 * cost, f"{name} starves"
        assert max(camera.ages) <= 1 / camera.fps + 1e-6, f"{name} is counted late"
    ordinary = [len(camera.counted) for name, camera in cameras.items() if name.startswith("camera")]
    assert max(ordinary) - min(ordinary) <= 2
    assert len(cameras["fast"].counted) <= max(ordinary) + 2, "a fast camera takes nobody's turn"
    # Each picture of the slow camera is counted, within a round of its arrival.
    assert len(cameras["slow"].counted) >= 29
    assert max(cameras["slow"].ages) <= round_time + 2 * cost
    assert cameras["dead"].counted[-1] <= 1.0 + round_time
    assert scheduler.pace(60.0) == pytest.approx(15 * cost, rel=0.1)


def test_sixteen_cameras_on_a_machine_that_is_fast_enough() -> None:
    cameras = sixteen(0.004)
    simulate(cameras, seconds=60)
    for name, camera in cameras.items():
        rate = len(camera.counted) / 60
        if name == "slow":
            assert rate == pytest.approx(0.5, abs=0.02)
        elif name == "fast":
            assert rate >= 50, "others are served in bursts, and a picture not taken in time is skipped"
        elif name != "dead":
            assert rate == pytest.approx(5, rel=0.02), name


def test_rates_are_shared_by_wish_when_the_machine_allows() -> None:
    cameras = {"often": Camera(25, rate=10), "seldom": Camera(25, rate=0.5), "some": Camera(25, rate=3)}
    simulate(cameras, seconds=60)
    assert [len(camera.counted) / 60 for camera in cameras.values()] == pytest.approx([10, 0.5, 3], rel=0.05)


def test_a_camera_that_comes_back_is_served_at_once() -> None:
    cameras = {f"camera {k}": Camera(25, cost=0.05) for k in range(7)}
    cameras["back"] = Camera(25, cost=0.05, since=30.0)
    simulate(cameras, seconds=40)
    assert cameras["back"].counted[0] - 30.0 <= 2 * 0.05
    burst = [time for time in cameras["back"].counted if time < 31.0]
    assert len(burst) <= 7, "what was missed is not caught up"


def test_a_picture_is_not_counted_twice_and_none_before_it_is_due() -> None:
    scheduler = Scheduler()
    scheduler.keep([("a", 2.0)], 0.0)
    assert scheduler.next([], 0.0) is None
    assert scheduler.next(["a"], 0.0) == "a"
    scheduler.begin("a", 0.0)
    assert scheduler.next(["a"], 0.4) is None
    assert scheduler.wait(["a"], 0.4) == pytest.approx(0.05)
    assert scheduler.next(["a"], 0.46) == "a"


def test_cameras_come_and_go_and_change_their_rate() -> None:
    scheduler = Scheduler()
    scheduler.keep([("a", 0.01), ("b", 1.0)], 0.0)
    scheduler.begin("a", 0.0)
    scheduler.keep([("a", 10.0)], 1.0)
    assert scheduler.next(["b"], 1.0) is None
    assert scheduler.next(["a"], 1.1) == "a", "a shorter interval holds at once"
    scheduler.end("b", cost=1.0, now=1.0)
    assert scheduler.pace(1.0) == 0.0


def test_a_new_camera_under_an_old_name_has_no_past() -> None:
    scheduler = Scheduler()
    scheduler.keep([("a", 0.1)], 0.0)
    scheduler.begin("a", 0.0)
    assert scheduler.next(["a"], 1.0) is None
    scheduler.anew("a", 1.0)
    assert scheduler.next(["a"], 1.0) == "a"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(
            Camera,
            fps=st.floats(1, 60),
            rate=st.floats(0.2, 60),
            cost=st.floats(0.005, 0.08),
            since=st.floats(0, 5),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_nobody_starves_whatever_they_wish(cameras: list[Camera]) -> None:
    named = {str(k): camera for k, camera in enumerate(cameras)}
    simulate(named, seconds=20)
    once_each = sum(camera.cost for camera in cameras)
    for camera in cameras:
        bound = max(1.0 / camera.rate, 1.0 / camera.fps) * 2 + once_each + 0.1
        assert max(gaps(camera), default=0.0) <= bound
        assert camera.counted, "somebody was never counted"
        assert len(camera.counted) <= 20 * camera.rate * 1.02 + 2


def test_a_camera_that_comes_back_is_not_counted_twice_at_once() -> None:
    scheduler = Scheduler()
    scheduler.keep([("hall", 2.0)], 0.0)
    assert scheduler.next(["hall"], 60.0) == "hall"
    scheduler.begin("hall", 60.0)
    assert scheduler.next(["hall"], 60.1) is None
    assert scheduler.next(["hall"], 60.5) == "hall"


def test_turns_are_in_the_order_of_waiting_and_hold_only_who_is_due() -> None:
    scheduler = Scheduler()
    scheduler.keep([("a", 1.0), ("b", 1.0), ("c", 0.5), ("d", 1.0)], 0.0)
    for name, time in (("b", 0.0), ("a", 1.5), ("c", 0.2), ("d", 5.0)):
        scheduler.begin(name, time)
    assert scheduler.turns("abcd", 3.0) == ["b", "a", "c"]
    assert scheduler.turns("ac", 3.0) == ["a", "c"]
    assert scheduler.next("ac", 3.0) == "a"
    assert scheduler.turns([], 3.0) == []
