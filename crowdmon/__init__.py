"""crowdmon: a live video crowd monitor, and a library that counts people.

    from crowdmon import Counter, Roi, measure, open_source, Track

The names in ``__all__`` are public: they stay as they are. All others are free to change. Each is loaded when
it is first asked for: importing this package does not load Qt, torch or a video library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crowdmon.api import *  # noqa: F403 - so that type checkers and editors know the names

__version__ = "0.1.0"

__all__ = [
    "WHOLE_FRAME",
    "AppConfig",
    "CameraConfig",
    "ConfigError",
    "Counted",
    "Counter",
    "CountingError",
    "CrowdmonError",
    "DatasetError",
    "DensityMap",
    "Event",
    "Frame",
    "Grid",
    "Level",
    "Picture",
    "Reading",
    "ReadingCsv",
    "ReadingState",
    "Roi",
    "RoiConfig",
    "RoiReading",
    "Silence",
    "Sink",
    "SinkError",
    "Source",
    "SourceError",
    "SourceInfo",
    "Track",
    "WeightsError",
    "frame_from",
    "iterate",
    "iterate_live",
    "load_config",
    "measure",
    "open_source",
    "paint",
    "pixelate",
    "read_csv",
    "write_png",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:  # a room, such as crowdmon.engine: Python finds it itself
        raise AttributeError(f"module 'crowdmon' has no attribute '{name}'")
    return getattr(import_module("crowdmon.api"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
