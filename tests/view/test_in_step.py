"""Which picture is shown with which count, and that heat stays on the people."""

from __future__ import annotations

import numpy as np
import pytest

from crowdmon import privacy
from crowdmon.motion import STAYS_S, Carrier, middles, peaks
from crowdmon.values import CameraState, DensityMap, Frame, Grid
from crowdmon.view.in_step import LONGEST_S, InStep, Pace, Showing, Sight
from tests.view.plaza_film import FPS, SCENE, count_of, film, heads_at, picture_at

HEADS = Showing(heads=True)
GRID = Grid(9, 16, 60.0, 60.0, 960.0, 540.0)


def sights(showing: Showing, *, state: CameraState = CameraState.LIVE, **film_of: float) -> list[Sight]:
    chosen = InStep()
    found = [
        chosen.see(look.pictures, look.density, look.counted, state=state, showing=showing)
        for look in film(**film_of)  # type: ignore[arg-type]
    ]
    return [one for one in found if one is not None]


def off(heat: DensityMap, index: int, *, uri: str = SCENE) -> np.ndarray:
    """How many head widths each dot is away from the next head."""
    found = peaks(heat)
    found = found[heat.people[found[:, 0], found[:, 1]] > 0.05]
    heads, sizes, _ = heads_at(uri, index)
    dots = middles(heat, found)
    apart = np.linalg.norm(dots[:, None] - heads[None], axis=2) / sizes[None]
    return apart.min(axis=1)


@pytest.mark.parametrize("uri", [SCENE, "synthetic:plaza-night?people=40&seed=3&width=960&height=540"])
def test_each_dot_lies_on_its_head_in_every_picture_at_two_counts_a_second(uri: str) -> None:
    shown = sights(HEADS, uri=uri, seconds=2.5, every=FPS // 2, late=6, drawn=True)
    in_step = [one for one in shown if one.pace is Pace.IN_STEP]
    with_heat = [one for one in in_step if one.heat is not None]
    assert len(with_heat) >= 0.9 * len(in_step)
    for one in with_heat:
        assert one.heat is not None
        assert one.heat.time == one.frame.time
        apart = off(one.heat, one.frame.index, uri=uri)
        assert apart.max() <= 1.0, f"{apart.max():.2f} head widths off, picture {one.frame.index}"
    # Heat that lies right because there is none would prove nothing.
    strength = [one.heat.count / one.counted.count for one in with_heat if one.heat and one.counted]
    assert min(strength) > 0.5
    assert np.mean(strength) > 0.7


def test_video_runs_at_its_full_rate_and_never_back() -> None:
    shown = sights(HEADS, seconds=3.0)
    indexes = [one.frame.index for one in shown]
    steps = np.diff(indexes[FPS // 2 :])
    assert set(steps) == {1}
    assert min(np.diff(indexes)) >= 0
    assert {one.delay for one in shown[FPS:]} == {0.2}


def test_what_stands_still_leaves_its_head_after_the_time_that_is_stated() -> None:
    """The measure behind the fading: a dot that nobody follows."""
    walked = []
    for start in (90, 240, 600, 900):
        before, _, seen = heads_at(SCENE, start)
        for later, worst in ((round(STAYS_S * FPS), 1.0), (FPS // 2, 9.0)):
            after, sizes, _ = heads_at(SCENE, start + later)
            if len(after) == len(before):  # nobody came or left: the same order
                away = (np.linalg.norm(after - before, axis=1) / sizes)[seen]
                walked.append((later, float(away.max())))
                assert away.max() <= worst
    assert max(away for later, away in walked if later == FPS // 2) > 2.0, "half a second is too long"


def test_a_lost_dot_fades_before_its_person_has_left_it() -> None:
    carrier = Carrier(count_of(SCENE, 90), picture_at(SCENE, 90))
    whole = carrier.density.count
    grey = np.full((540, 960, 3), 90, np.uint8)
    counts = [
        carrier.to(Frame(grey, index=91 + i, time=picture_at(SCENE, 90).time + (1 + i) / FPS)).count
        for i in range(6)
    ]
    assert counts[0] == pytest.approx(whole, rel=0.05)
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 0.0


def test_where_counting_lags_by_more_than_a_second_counted_pictures_are_shown_with_their_age() -> None:
    shown = sights(HEADS, seconds=8.0, every=2 * FPS, late=round(1.5 * FPS))
    last = shown[-1]
    assert last.pace is Pace.COUNTED
    assert last.counted is not None
    assert last.frame.time == last.counted.time
    assert last.heat is last.counted
    assert last.delay > LONGEST_S


def test_it_does_not_go_back_and_forth_between_the_two() -> None:
    chosen, paces = InStep(), []
    for round_ in range(30):
        late = 1.05 if round_ < 15 else 0.9
        picture = picture_at(SCENE, 90 + 60 * round_, drawn=False)
        newest = Frame(picture.rgb, index=picture.index + 1, time=picture.time + late)
        counted = DensityMap(np.zeros((9, 16), np.float32), GRID, time=picture.time)
        sight = chosen.see((picture, newest), counted, picture, state=CameraState.LIVE, showing=HEADS)
        assert sight is not None
        paces.append(sight.pace)
    assert set(paces[3:]) == {Pace.COUNTED}, "0.9 s is too late to begin again"


def test_instant_shows_the_newest_picture_and_hides_all_of_it() -> None:
    shown = sights(Showing(in_step=False, private=True), seconds=1.5)
    assert [one.frame.index for one in shown] == list(range(90, 90 + 45))
    assert all(one.known == () for one in shown)
    assert shown[-1].pace is Pace.INSTANT


def test_pixelation_knows_counts_on_both_sides_of_each_picture() -> None:
    shown = sights(Showing(private=True), seconds=3.5)[5 * FPS // 2 :]
    assert all(one.known for one in shown)
    assert shown[-1].delay == pytest.approx(0.7)
    for one in shown:
        times = [density.time for density, _ in one.known]
        assert min(times) <= one.frame.time <= max(times)


def test_every_head_that_was_counted_is_hidden_also_between_two_counts() -> None:
    shown = sights(Showing(private=True), seconds=3.4, drawn=True)[3 * FPS - 6 :: 4]
    assert len(shown) >= 4
    between = 0
    for one in shown:
        assert one.known
        between += all(density.time != one.frame.time for density, _ in one.known)
        hidden = (privacy.pixelate_between(one.frame.rgb, one.known) != one.frame.rgb).any(axis=2)
        heads, sizes, seen = heads_at(SCENE, one.frame.index)
        for (x, y), size in zip(heads[seen], sizes[seen], strict=True):
            reach = max(size / 4, 1.0)
            disc = hidden[
                max(int(y - reach), 0) : int(y + reach) + 1, max(int(x - reach), 0) : int(x + reach) + 1
            ]
            assert disc.mean() > 0.8, f"a head at {x:.0f}, {y:.0f} is seen in picture {one.frame.index}"
        assert not hidden.all(), "where nobody can be, the scene is seen"
    assert between >= 3


def test_a_picture_that_stands_still_has_its_own_count_or_none() -> None:
    chosen = InStep()
    picture, other = picture_at(SCENE, 120), count_of(SCENE, 110)
    first = chosen.see((picture,), other, None, state=CameraState.PAUSED, showing=Showing(private=True))
    assert first is not None
    assert (first.counted, first.heat, first.known) == (None, None, ())
    own = count_of(SCENE, 120)
    then = chosen.see((picture,), own, picture, state=CameraState.PAUSED, showing=Showing(private=True))
    assert then is not None
    assert then.frame is picture
    assert then.heat is own
    assert then.known == ((own, 0.0),)


def test_a_recording_that_is_paused_shows_the_picture_it_stands_at() -> None:
    chosen = InStep()
    for look in film(seconds=1.5):
        chosen.see(look.pictures, look.density, look.counted, state=CameraState.LIVE, showing=HEADS)
    newest = look.pictures[-1]
    paused = chosen.see(look.pictures, look.density, None, state=CameraState.PAUSED, showing=HEADS)
    assert paused is not None
    assert paused.frame is newest
    assert paused.heat is None, "it has not been counted yet"


def test_nothing_new_is_the_same_object() -> None:
    chosen = InStep()
    look = next(film(seconds=0.1))
    one = chosen.see(look.pictures, None, None, state=CameraState.LIVE, showing=HEADS)
    assert one is chosen.see(look.pictures, None, None, state=CameraState.LIVE, showing=HEADS)
    assert chosen.see((), None, None, state=CameraState.LIVE, showing=HEADS) is None


def test_when_counting_stops_the_newest_picture_is_shown_without_heat() -> None:
    chosen = InStep()
    for look in film(seconds=1.5):
        chosen.see(look.pictures, look.density, look.counted, state=CameraState.LIVE, showing=HEADS)
    later = tuple(picture_at(SCENE, 90 + 45 + i) for i in range(90, 120))
    shown = chosen.see(later, look.density, look.counted, state=CameraState.LIVE, showing=HEADS)
    assert shown is not None
    assert shown.frame is later[-1]
    assert (shown.heat, shown.pace) == (None, Pace.INSTANT)
