"""What builds the counter in the thread that uses it, for the window and for ``crowdmon count`` alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crowdmon.counting.counter import Counter


@dataclass(frozen=True, slots=True)
class CounterMaker:
    """Builds the usual counter when it is called, and others with weights of single cameras.

    Attributes:
        weights: a weights file; the bundled default if None.
        backend: one of :data:`crowdmon.counting.backends.NAMES`.
        precision: one of :data:`crowdmon.counting.backends.PRECISIONS`.
    """

    weights: Path | None = None
    backend: str = "auto"
    precision: str = "auto"

    @property
    def file(self) -> Path:
        """The usual weights file."""
        from crowdmon import resources
        from crowdmon.counting.weights import DEFAULT

        return self.weights or resources.path(DEFAULT)

    def __call__(self) -> Counter:
        """Build the usual counter."""
        return self.with_weights(self.weights)

    def with_weights(self, path: Path | None) -> Counter:
        """Build a counter with another weights file; WeightsError if it cannot be used."""
        from crowdmon.counting.counter import Counter

        return Counter(path, backend=self.backend, precision=self.precision)


def make_counter_factory(
    weights: Path | None = None, backend: str = "auto", precision: str = "auto"
) -> CounterMaker:
    """Return a function that builds the counter.

    What can be checked without loading the network is checked here, so that a wrong option is refused
    before a window opens. The network and its library are loaded when the function is called.

    Args:
        weights: a weights file; the bundled default if None.
        backend: one of :data:`crowdmon.counting.backends.NAMES`.
        precision: one of :data:`crowdmon.counting.backends.PRECISIONS`.

    Raises:
        ConfigError: there is no back end of that name, it is not installed, or has no such precision.
        WeightsError: there is no such file.
    """
    if (backend, precision) != ("auto", "auto"):
        from crowdmon.counting.backends import check_name, check_precision

        check_name(backend)
        check_precision(backend, precision)
    if weights is not None:
        from crowdmon.counting.weights import check_file

        check_file(weights)

    return CounterMaker(weights, backend, precision)
