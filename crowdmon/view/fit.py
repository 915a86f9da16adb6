"""The position of a picture inside a widget, and how points convert between the two. No Qt, no state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fit:
    """The rectangle a picture fills, in widget pixels; empty (0 x 0) without a picture."""

    left: float
    top: float
    width: float
    height: float

    def to_widget(self, x: float, y: float) -> tuple[float, float]:
        """Return widget pixels of a point given in fractions of the picture."""
        return self.left + x * self.width, self.top + y * self.height

    def to_fraction(self, x: float, y: float) -> tuple[float, float]:
        """Return fractions of the picture for a point in widget pixels; outside the picture, beyond 0..1."""
        if not (self.width and self.height):
            return 0.0, 0.0
        return (x - self.left) / self.width, (y - self.top) / self.height


def fit(picture: tuple[int, int], room: tuple[float, float]) -> Fit:
    """Return the largest rectangle of the picture's shape, centred in ``room``; both (width, height)."""
    width, height = picture
    if width <= 0 or height <= 0 or room[0] <= 0 or room[1] <= 0:
        return Fit(0.0, 0.0, 0.0, 0.0)
    scale = min(room[0] / width, room[1] / height)
    across, down = max(int(width * scale + 1e-6), 1), max(int(height * scale + 1e-6), 1)
    return Fit(max((room[0] - across) // 2, 0.0), max((room[1] - down) // 2, 0.0), across, down)
