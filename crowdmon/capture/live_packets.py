"""Which packets of a live stream are decoded: those that are needed and are not too late. Pure, no clock."""

from __future__ import annotations

from typing import Generic, TypeVar

P = TypeVar("P")

LONGEST_WAIT = 4.0
"""Seconds from one key frame to the next up to which packets wait: what waits has to be decoded at once."""

KEY_FRAME_EVERY = 0.9
"""Seconds after which a key frame is decoded although it is not needed: it shows that the stream is sound."""

MOST_HELD = 250
"""Packets that wait."""

BOUND = 1.0
"""Seconds that packets may be late: more than a network's usual hiccups, and what people still call live."""

HOLD = 1.0
"""Seconds for which they are late without a break before any is dropped: a burst is over by then."""

AGAIN = 0.5
"""Seconds late at which decoding goes on."""

LEAK = 0.005
"""Share of the time by which the least delay seen may be exceeded lately: no two clocks run alike, and of a
camera that takes 29.97 pictures a second for 30 they differ by 0.001."""

USUAL = 0.1
"""Seconds that a picture may be late without being dated back: a network's jitter, and its decoding."""

_WAITED = 0.05
"""Share of the time between two packets: who waits as long for the second has nothing left to read."""

_BACK = 1.0
"""Seconds; a larger step back is a stream that started again."""

_CHECK = 1.0
"""Seconds after which dropping has to have helped."""

_GAIN = 0.25
"""Seconds less late for each second of dropping, or it does not help."""


class HeldPackets(Generic[P]):
    """Holds back the packets of a live stream until a picture is needed.

    A picture can be decoded only after those it refers to, back to the last key frame. So packets wait until
    a picture is needed, and are forgotten when the next key frame comes before that: never is more decoded
    than without waiting, and of a camera that is counted now and then little more than its key frames.

    Attributes:
        passed: packets that were forgotten, since this was last set to 0.
    """

    def __init__(self) -> None:
        self.passed = 0
        self._waiting: list[P] = []
        self._key_at: float | None = None
        self._between: float | None = None
        self._taken = 0.0

    def take(self, packet: P, *, key: bool, now: float, needed: bool) -> list[P]:
        """Return the packets to decode now, in order; only the last one's picture is of use.

        Args:
            packet: the next one of the stream.
            key: whether it is a key frame.
            now: seconds.
            needed: whether its picture would be used.
        """
        if key:
            self._between = None if self._key_at is None else now - self._key_at
            self._key_at = now
            self.passed += len(self._waiting)
            self._waiting.clear()
        self._waiting.append(packet)
        if not needed and not (key and now - self._taken >= KEY_FRAME_EVERY) and self._may_wait(now):
            return []
        self._taken = now
        ready, self._waiting = self._waiting, []
        return ready

    def _may_wait(self, now: float) -> bool:
        """Whether the next key frame can be expected soon enough."""
        if self._key_at is None or self._between is None or len(self._waiting) >= MOST_HELD:
            return False
        return self._between <= LONGEST_WAIT and now - self._key_at <= 2.0 * self._between


class Lateness:
    """Measures how late the packets of one connection come, and says which to drop to catch up.

    A stream says when each picture was taken, on a clock of its own: what passes between that and its being
    read is the delay, except for an unknown constant. The least seen lately counts as on time. A machine that
    is too slow reads later and later, because what it does not read waits in buffers of its own, of the
    network and of the camera; then packets are dropped undecoded, which is quick, until they are on time
    again and a key frame comes, because a stream cannot be decoded from its middle.

    Attributes:
        behind: seconds by which the newest packet is late.
        stuck: seconds of these that dropping did not lessen: they are not in any buffer, but on the
            way or in the camera's clock. 0 if there are none.
        skipping: packets are dropped now.
        caught_up: while they are, whether nothing but a key frame is waited for.
    """

    def __init__(self) -> None:
        self.behind = self.stuck = 0.0
        self.skipping = self.caught_up = False
        self._least: float | None = None
        self._media = self._read = 0.0
        self._late_since: float | None = None
        self._checked = (0.0, 0.0)

    def take(self, media: float | None, *, key: bool, now: float, waited: float) -> bool:
        """Return whether to decode the next packet.

        Args:
            media: seconds on the stream's clock, rising from packet to packet; None if it has none.
            key: whether it is a key frame.
            now: seconds at which it was read.
            waited: seconds that reading it took.
        """
        before = self.behind
        head = media is None or self._note(media, now=now, waited=waited)
        if self.skipping:
            self._check(now)
            # In a burst only the last packet is on time, and whether it is the last shows with the next one.
            self.caught_up |= head and min(before, self.behind) <= self.stuck + AGAIN
            self.skipping = not (key and self.caught_up)
        elif self._too_late(now):
            self.skipping, self.caught_up, self._checked = True, False, (now, self.behind)
        return not self.skipping

    def age(self, media: float | None, now: float) -> float:
        """Return the seconds since a picture should have been here, :data:`USUAL` allowed; 0 if unknown.

        It was taken so much before ``now``, apart from that and from the shortest way from the camera.

        Args:
            media: seconds on the stream's clock; None if it has none.
            now: seconds.
        """
        if media is None or self._least is None:
            return 0.0
        return max(0.0, now - media - self._least - USUAL)

    def _note(self, media: float, *, now: float, waited: float) -> bool:
        """Measure how late a packet is; return whether nothing was left to read when it was asked for."""
        step, passed = media - self._media, now - self._read
        if self._least is None or step < -_BACK:
            self._least, self._media, self._read = now - media, media, now
            self.behind = self.stuck = 0.0
            return True
        if step <= 0.0:  # out of order, or a clock that stands still: it says nothing
            return True
        if head := waited >= _WAITED * step:
            # Whatever lateness grows here does not come from reading too slowly.
            self._least += LEAK * passed
        self._least = min(self._least, now - media)
        self.behind = now - media - self._least
        self.stuck = min(self.stuck, self.behind)
        self._media, self._read = media, now
        return head

    def _too_late(self, now: float) -> bool:
        """Whether packets have been late for long; ever more than what dropping did not lessen before."""
        if self.behind <= BOUND + 2.0 * self.stuck:
            self._late_since = None
            return False
        if self._late_since is None:
            self._late_since = now
        if now - self._late_since < HOLD:
            return False
        self._late_since = None
        return True

    def _check(self, now: float) -> None:
        """See whether dropping helps."""
        since, behind = self._checked
        if now - since >= _CHECK:
            if behind - self.behind < _GAIN * (now - since):
                self.stuck = self.behind
            self._checked = (now, self.behind)
