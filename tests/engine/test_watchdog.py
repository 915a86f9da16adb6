"""What the engine notices by itself: frozen encoders, silence, and cameras slower than it is patient."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine import capture_thread as capturing
from crowdmon.engine.capture_thread import AFTER, FEWEST, FrozenPicture
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.retry import (
    LONGEST,
    LONGEST_OPENING,
    LONGEST_PAUSE,
    MOST,
    SHORTEST,
    SLOWEST_OPENING,
    SOON,
    TRIAL,
    AnswerTimeout,
    Backoff,
    Patience,
    next_timeout,
)
from crowdmon.engine.source_status import SourceFigures, SourceState, status
from crowdmon.errors import SourceError
from crowdmon.values import CameraState, ReadingState
from tests.fakes import FakeCounter, FakePicture, FakeSource, FakeSources, ListSink, ManualClock, until


@pytest.mark.parametrize("fps", [0.1, 1.0, 12.5, 120.0])
def test_pictures_that_differ_never_look_frozen(fps: float) -> None:
    still = FrozenPicture()
    assert not any(still.saw(k, k / fps) for k in range(int(60 * max(fps, 1.0))))


@pytest.mark.parametrize(("fps", "after"), [(0.1, 50.0), (1.0, AFTER), (12.5, AFTER), (120.0, AFTER)])
def test_the_same_picture_over_and_over_is_noticed(fps: float, after: float) -> None:
    still = FrozenPicture()
    for k in range(10_000):
        if still.saw(7, k / fps) is not None:
            break
    assert after <= k / fps <= after + 2.0 / fps
    assert k >= FEWEST
    assert still.saw(8, 1e6) is None


def test_a_frozen_sensor_behind_an_encoder_with_key_frames_is_noticed() -> None:
    still, fps = FrozenPicture(), 12.5
    found = [still.saw(min(k % 25, 4), k / fps) for k in range(300)]
    assert found[-1] == pytest.approx(4 / fps)
    assert sum(one is not None for one in found) > 100


def test_a_clip_in_a_loop_is_not_frozen() -> None:
    still, fps = FrozenPicture(), 10.0
    assert not any(still.saw(k % 80, k / fps) for k in range(1000))


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.001, 8.0)), max_size=80))
def test_it_is_frozen_only_while_nothing_is_new(pictures: list[tuple[int, float]]) -> None:
    still, now, last_new = FrozenPicture(), 0.0, 0.0
    seen: set[int] = set()
    for fingerprint, passed in pictures:
        now += passed
        if fingerprint not in seen:
            last_new = now
        seen.add(fingerprint)
        since = still.saw(fingerprint, now)
        assert since is None or (now - since > AFTER and since >= last_new)


def test_the_status_counts_how_long() -> None:
    facts = SourceState(CameraState.LIVE, since=1000.0, attempt=0, usual=0.04, still=88.0)
    found = status(facts, SourceFigures(age=0.02), now=100.4, epoch=2000.4)
    assert (found.state, found.message) == (CameraState.STALE, "The picture has not changed for 12 s")
    assert found.since == pytest.approx(1988.0)
    silent = status(facts, SourceFigures(age=9.0), now=100.4, epoch=2000.4)
    assert silent.message == "", "no picture at all is something else"


class Freezing(FakeSource):
    """A live camera whose pictures look alike between two of them; time flies."""

    def __init__(self, clock: ManualClock, frozen: range) -> None:
        super().__init__(None, fps=25, live=True)
        self.clock, self.frozen = clock, frozen

    def pictures(self) -> Iterator[FakePicture]:
        for picture in super().pictures():
            self.clock.forward(1.0)
            picture.looks = self.frozen.start if picture.index in self.frozen else None
            yield picture


def test_a_frozen_camera_is_stale_and_not_counted_until_it_moves() -> None:
    clock, sink = ManualClock(), ListSink()
    source = Freezing(clock, range(20, 80))
    monitor = Monitor(
        AppConfig(cameras=(CameraConfig(name="hall", source="live hall", rate=1.0),)),
        counter_factory=FakeCounter,
        sinks=[sink],
        sources=FakeSources({"live hall": source}),
        clock=clock,
    )
    monitor.start()
    try:
        shown = monitor.snapshot
        until(lambda: "not changed for" in shown().cameras["hall"].status.message)
        assert shown().cameras["hall"].status.state is CameraState.STALE
        until(lambda: sink.readings and (sink.readings[-1].frame or 0) > 80)
        assert shown().cameras["hall"].status.state is CameraState.LIVE
    finally:
        assert monitor.stop()
    counted = [one.frame for one in sink.readings if one.frame is not None]
    assert not [frame for frame in counted if 33 < frame < 80]
    states = [one.state for one in sink.readings]
    assert ReadingState.STALE in states
    assert ReadingState.UNKNOWN in states


@given(st.floats(SHORTEST, LONGEST), st.integers(0, 100), st.floats(0, 1000), st.booleans())
def test_timeout_has_its_bounds(timeout: float, pictures: int, usual: float, silent: bool) -> None:
    assert SHORTEST <= next_timeout(timeout, pictures=pictures, usual=usual, silent=silent) <= LONGEST


def test_a_slow_camera_is_given_time() -> None:
    waits = [SHORTEST]
    for _ in range(4):
        waits.append(next_timeout(waits[-1], pictures=1, usual=0.0, silent=True))
    assert waits == [2.0, 4.0, 8.0, 16.0, 30.0]
    assert next_timeout(20.0, pictures=9, usual=10.0, silent=True) == 30.0
    assert next_timeout(30.0, pictures=9, usual=0.04, silent=True) == 2.0, "a stalled camera is not slow"
    assert next_timeout(5.0, pictures=1, usual=0.0, silent=False) == 5.0, "nor is one that was cut off"
    assert next_timeout(5.0, pictures=0, usual=0.0, silent=True) == 5.0


def burst(patience: Patience, *, pause: float, timeout: float, bursts: int = 5) -> tuple[int, float]:
    """Read a stream that sends for a second, then pauses; return its bursts and the time given next."""
    seen = 0
    while seen < bursts:
        for _ in range(25):
            patience.picture(after=0.04)
        seen += 1
        if timeout < pause:
            break
        patience.picture(after=pause)
    more = patience.lost(pictures=25 * seen, silent=True, lived=seen * (1.0 + pause) - pause)
    return seen, next_timeout(timeout, pictures=25 * seen, usual=0.04, silent=True, patience=more)


def test_a_stream_that_pauses_is_waited_for_as_soon_as_that_is_known() -> None:
    patience, timeout, seen = Patience(), SHORTEST, []
    for _ in range(5):
        found, timeout = burst(patience, pause=3.0, timeout=timeout)
        seen.append(found)
    assert seen == [1, 1, 5, 5, 5], "what two bursts bring is thrown away, and no more"
    assert timeout == pytest.approx(4.5)


def test_a_stream_that_stops_for_good_is_seldom_waited_for() -> None:
    patience, timeout, given = Patience(), SHORTEST, []
    for _ in range(14):
        _, timeout = burst(patience, pause=1000.0, timeout=timeout)
        given.append(timeout)
    assert given == [2.0, TRIAL, *[2.0] * 5, TRIAL, *[2.0] * 5, TRIAL]


def test_a_stream_that_lived_long_or_was_cut_is_not_waited_for() -> None:
    patience = Patience()
    for _ in range(9):
        assert patience.lost(pictures=900, silent=True, lived=SOON + 1.0) == 0.0
        assert patience.lost(pictures=25, silent=False, lived=1.0) == 0.0
        assert patience.lost(pictures=25, silent=True, lived=1.0) == 0.0
    patience.picture(after=60.0)
    assert patience.lost(pictures=25, silent=True, lived=70.0) == LONGEST_PAUSE


class Bursts(FakeSource):
    """Sends a burst, pauses for longer than it is waited for, unless it is waited for long enough."""

    def __init__(self, clock: ManualClock, timeout: float) -> None:
        super().__init__(None, fps=25, live=True)
        self.clock, self.timeout = clock, timeout

    def pictures(self) -> Iterator[FakePicture]:
        for picture in super().pictures():
            if picture.index and picture.index % 25 == 0:
                self.clock.forward(min(3.0, self.timeout))
                if self.timeout < 3.0:
                    raise SourceError("rtsp://hall: no picture for 2 s")
            self.clock.forward(0.04)
            yield picture


def test_the_engine_stays_with_a_stream_that_comes_in_bursts() -> None:
    clock, sources, lives = ManualClock(), FakeSources({}), []

    def opened() -> FakeSource:
        lives.append(Bursts(clock, sources.timeouts[-1]))
        return lives[-1]

    sources.answers = {"live hall": [opened]}
    config = AppConfig(cameras=(CameraConfig(name="hall", source="live hall"),))
    monitor = Monitor(config, counter_factory=FakeCounter, sources=sources, clock=clock)
    monitor.start()
    try:
        until(lambda: len(sources.timeouts) == 3 and clock.monotonic() > 100.0)
    finally:
        assert monitor.stop()
    assert sources.timeouts == [SHORTEST, SHORTEST, TRIAL]


def test_a_camera_that_answered_before_is_not_waited_for_long() -> None:
    opening = AnswerTimeout()
    assert opening.timeout == LONGEST_OPENING, "nobody knows it yet"
    opening.answered(0.1)
    assert opening.timeout == SHORTEST
    opening.answered(0.8)
    assert opening.timeout == pytest.approx(3.2)
    opening.answered(4.9)
    assert opening.timeout == SLOWEST_OPENING


def test_every_third_call_in_vain_gets_the_whole_time() -> None:
    opening = AnswerTimeout()
    opening.answered(0.1)
    given = []
    for _ in range(7):
        given.append(opening.timeout)
        opening.failed(took=given[-1])
    assert given == [2.0, 2.0, 5.0, 2.0, 2.0, 5.0, 2.0]
    opening.failed(took=0.01)
    opening.failed(took=0.01)
    assert opening.timeout == 2.0, "a refusal is an answer"


def test_a_camera_nobody_knows_may_be_one_that_sends_a_picture_every_ten_seconds() -> None:
    opening = AnswerTimeout()
    given = []
    for _ in range(6):
        given.append(opening.timeout)
        opening.failed(took=given[-1])
    assert given == [5.0, 5.0, 15.0, 5.0, 5.0, 15.0]
    assert next_timeout(2.0, pictures=1, usual=10.0, silent=True) == 30.0, "it said how often it sends one"


@given(st.integers(0, 50), st.floats(0, 10), st.floats(0, 1))
def test_a_camera_that_is_back_is_called_within_two_seconds(
    failures: int, took: float, chance: float
) -> None:
    """However long an attempt lasts: the next one begins two seconds after it began, or at its end."""
    backoff = Backoff(chance=lambda: chance)
    for _ in range(failures):
        backoff.failed()
    wait = backoff.failed(passed=took)
    assert 0.0 < wait <= MOST
    assert took + wait <= max(MOST, took + 0.1) + 1e-9


class Silent(FakeSource):
    """Gives one picture and then none, for as long as somebody waits."""

    def pictures(self) -> Iterator[FakePicture]:
        yield next(super().pictures())
        assert self.wait is not None
        self.wait(1)
        raise SourceError("rtsp://hall: no picture came")


def test_the_engine_waits_longer_for_a_camera_that_gives_one_picture_and_then_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(capturing, "SHORTEST", 0.05)
    monkeypatch.setattr(capturing, "next_timeout", lambda timeout, **facts: timeout * (1 + facts["silent"]))
    sources = FakeSources({})

    def slow() -> FakeSource:
        timeout = sources.timeouts[-1]
        source = Silent(2, fps=100, live=True)
        source.wait = lambda index: source.closed.wait(1.5 * timeout) if index == 1 else None
        return source

    sources.answers = {"live hall": [slow]}
    config = AppConfig(cameras=(CameraConfig(name="hall", source="live hall"),))
    monitor = Monitor(config, counter_factory=FakeCounter, sources=sources)
    monitor.start()
    try:
        until(lambda: len(sources.timeouts) == 3)
    finally:
        assert monitor.stop()
    assert sources.timeouts == [0.05, 0.1, 0.2]
