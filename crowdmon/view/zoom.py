"""Looking closer at a picture: how far, and at which part. Pure; no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crowdmon.view.fit import Fit, fit

MOST = 16.0
"""How many times a picture may be enlarged beyond the size at which all of it is seen."""

STEP = 1.25
"""By how much one step of the wheel, or one key, enlarges."""

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Zoom:
    """How a picture is enlarged.

    Attributes:
        factor: 1 shows all of the picture, :data:`MOST` is the largest.
        centre: the point (x, y) in the middle of the widget, in fractions of the picture.
    """

    factor: float = 1.0
    centre: tuple[float, float] = (0.5, 0.5)

    def place(self, picture: tuple[int, int], room: Size) -> Fit:
        """Return the rectangle of the whole picture; ``picture`` and ``room`` are (width, height)."""
        whole = fit(picture, room)
        width, height = whole.width * self.factor, whole.height * self.factor
        left = _edge(width, room[0], self.centre[0])
        return Fit(left, _edge(height, room[1], self.centre[1]), width, height)

    def by(self, factor: float, at: tuple[float, float], picture: tuple[int, int], room: Size) -> Zoom:
        """Enlarge ``factor`` times more; the point of the picture at ``at`` (widget pixels) stays there."""
        x, y = self.place(picture, room).to_fraction(*at)
        larger = replace(self, factor=min(max(self.factor * factor, 1.0), MOST))
        place = larger.place(picture, room)
        if not place.width or not place.height:
            return self
        middle = room[0] / 2 - at[0], room[1] / 2 - at[1]
        return replace(larger, centre=(x + middle[0] / place.width, y + middle[1] / place.height))._held(
            picture, room
        )

    def moved(self, dx: float, dy: float, picture: tuple[int, int], room: Size) -> Zoom:
        """Move the picture by widget pixels, as far as there is more of it to see."""
        place = self.place(picture, room)
        if not place.width or not place.height:
            return self
        x, y = self.centre
        return replace(self, centre=(x - dx / place.width, y - dy / place.height))._held(picture, room)

    def showing(
        self, x: float, y: float, picture: tuple[int, int], room: Size, *, margin: float = 32.0
    ) -> Zoom:
        """Move just as far as it takes to see a point (fractions) ``margin`` pixels inside the widget."""
        at = self.place(picture, room).to_widget(x, y)
        dx, dy = (_into(value, size, margin) for value, size in zip(at, room, strict=True))
        return self.moved(dx, dy, picture, room)

    def _held(self, picture: tuple[int, int], room: Size) -> Zoom:
        """Keep the centre where the picture fills the room, as :meth:`place` does."""
        place = self.place(picture, room)
        x, y = place.to_fraction(room[0] / 2, room[1] / 2)
        return replace(self, centre=(x, y))


def _edge(length: float, room: float, centre: float) -> float:
    """Return where the picture begins: in the middle if it is smaller than the room, else without a gap."""
    if length <= room:
        return (room - length) // 2
    return min(max(room / 2 - centre * length, room - length), 0.0)


def _into(value: float, size: float, margin: float) -> float:
    margin = min(margin, size / 4)
    return max(margin - value, 0.0) + min(size - margin - value, 0.0)
