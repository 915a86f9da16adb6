"""Notices an encoder that sends the same pictures over and over. No clock, no thread."""

from __future__ import annotations

AFTER = 10.0
"""Seconds without a new picture after which a camera counts as frozen."""

FEWEST = 5
"""Repeated pictures that it takes at least, for cameras that send one every few seconds."""

_MEMORY = 5.0
"""Seconds a picture is remembered: longer than most groups of pictures, shorter than most clips that a
demonstration plays in a loop."""


class Stillness:
    """Compares pictures by their fingerprints.

    A sensor's noise makes every picture of a working camera differ from those before. Behind a frozen one
    an encoder may still write a key frame now and then, which looks a little different from the pictures
    that follow; so a picture counts as new only if it was not seen in the last seconds either.
    """

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}
        self._changed = 0.0
        self._repeats = 0

    def saw(self, fingerprint: int, now: float) -> float | None:
        """Note a picture.

        Args:
            fingerprint: equal for equal pictures.
            now: seconds.

        Returns:
            When the last new picture came, if that is too long ago; None while pictures change.
        """
        if self._seen.pop(fingerprint, None) is None:
            self._changed, self._repeats = now, 0
        else:
            self._repeats += 1
        self._forget(now)
        self._seen[fingerprint] = now
        frozen = self._repeats >= FEWEST and now - self._changed > AFTER
        return self._changed if frozen else None

    def _forget(self, now: float) -> None:
        """Forget what was seen too long ago, but not the picture before."""
        for one, seen in list(self._seen.items())[:-1]:
            if now - seen <= _MEMORY:
                return
            del self._seen[one]
