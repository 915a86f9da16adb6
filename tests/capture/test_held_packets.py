"""What is decoded can be decoded, and is never more than everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crowdmon.capture.live_packets import MOST_HELD, HeldPackets


def run(keys: list[bool], needed: list[bool], *, step: float = 0.04) -> list[list[int]]:
    """Feed numbered packets; gives what was decoded at each."""
    held: HeldPackets[int] = HeldPackets()
    decoded = [
        held.take(number, key=key, now=number * step, needed=need)
        for number, (key, need) in enumerate(zip(keys, needed, strict=True))
    ]
    assert held.passed + sum(map(len, decoded)) + len(held._waiting) == len(keys)
    return decoded


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_each_decoded_packet_follows_the_one_it_refers_to(packets: list[tuple[bool, bool]]) -> None:
    keys, needed = [key for key, _ in packets], [need for _, need in packets]
    order = [number for some in run(keys, needed) for number in some]
    for before, after in zip([-1, *order], order, strict=False):
        assert after == before + 1 or keys[after]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_what_is_needed_is_decoded_at_once(packets: list[tuple[bool, bool]]) -> None:
    decoded = run([key for key, _ in packets], [need for _, need in packets])
    for number, ((_, need), some) in enumerate(zip(packets, decoded, strict=True)):
        if need:
            assert some[-1] == number
        assert not some or some[-1] == number, "only what leads to the newest picture is decoded"


def test_pictures_that_refer_to_no_other_are_left_out_as_well() -> None:
    decoded = run([True] * 1000, [number % 50 == 7 for number in range(1000)])
    assert decoded[57] == [57]
    assert sum(map(len, decoded)) <= 1 + 20 + 40


@given(st.lists(st.booleans(), max_size=200))
def test_a_sound_stream_shows_itself_with_its_key_frames(needed: list[bool]) -> None:
    keys = [number % 30 == 0 for number in range(len(needed))]
    decoded = run(keys, needed)
    for number in range(0, len(needed), 30):
        assert any(decoded[max(0, number - 25) : number + 1])


def test_of_a_camera_counted_now_and_then_little_more_than_key_frames_is_decoded() -> None:
    keys = [number % 25 == 0 for number in range(1000)]
    decoded = run(keys, [number % 250 == 40 for number in range(1000)])
    total = sum(map(len, decoded))
    # Without knowing the distance of key frames the first group is decoded whole.
    assert total <= 25 + 40 + 4 * 16
    assert run(keys, [False] * 1000)[100] == [100]


def test_before_key_frames_are_known_to_come_nothing_waits() -> None:
    assert run([True] + [False] * 9, [False] * 10) == [[number] for number in range(10)]


def test_key_frames_that_stay_away_are_not_waited_for() -> None:
    keys = [number in (0, 10) for number in range(40)]
    decoded = run(keys, [False] * 40)
    assert decoded[29] == []
    assert decoded[31] == list(range(10, 32)), "twice the usual distance is too long"
    assert decoded[32] == [32]


def test_key_frames_that_are_far_apart_leave_nothing_to_gain() -> None:
    keys = [number % 150 == 0 for number in range(400)]
    assert all(run(keys, [False] * 400))


def test_not_more_waits_than_can_be_decoded_at_once() -> None:
    keys = [number in (0, 1000) for number in range(1000 + MOST_HELD + 1)]
    decoded = run(keys, [False] * len(keys), step=0.001)
    assert max(map(len, decoded)) == MOST_HELD
