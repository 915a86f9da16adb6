"""How late the packets of a live stream come, and which are left out to catch up. Pure, no clock.

A stream says when each picture was taken, on a clock of its own: what passes between that and its being read
is the delay, but for a constant that nobody knows. The least seen lately counts as on time. A machine that is
too slow reads later and later, for what it does not read waits in buffers of its own, of the network and of
the camera; then packets are dropped undecoded, which is quick, until they are on time again and a key frame
comes, for a stream cannot be decoded from its middle.
"""

from __future__ import annotations

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
"""Seconds; a larger step back is a stream that started anew."""

_CHECK = 1.0
"""Seconds after which dropping has to have helped."""

_GAIN = 0.25
"""Seconds less late for each second of dropping, or it does not help."""


class Lateness:
    """Watches the packets of one connection.

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

        So much before ``now`` it was taken, but for that and for the shortest way from the camera to here.

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
