"""Where the public names of ``crowdmon`` come from; scripts import them from ``crowdmon`` itself."""

from __future__ import annotations

from crowdmon.capture.source import (
    Picture as Picture,
    Source as Source,
    SourceInfo as SourceInfo,
    open_source as open_source,
)
from crowdmon.capture.taps import frame_from as frame_from
from crowdmon.config import (
    AppConfig as AppConfig,
    CameraConfig as CameraConfig,
    RoiConfig as RoiConfig,
    load,
)
from crowdmon.counting.counter import Counter as Counter
from crowdmon.engine.live import iterate_live as iterate_live
from crowdmon.engine.offline import iterate as iterate
from crowdmon.errors import (
    ConfigError as ConfigError,
    CountingError as CountingError,
    CrowdmonError as CrowdmonError,
    DatasetError as DatasetError,
    SinkError as SinkError,
    SourceError as SourceError,
    WeightsError as WeightsError,
)
from crowdmon.facts import Event as Event
from crowdmon.picture import paint as paint, write_png as write_png
from crowdmon.privacy import pixelate as pixelate
from crowdmon.sinks.base import Sink as Sink
from crowdmon.sinks.csv_file import ReadingCsv as ReadingCsv, read_csv as read_csv
from crowdmon.track.measure import measure as measure
from crowdmon.track.track import Counted as Counted, Silence as Silence, Track as Track
from crowdmon.values import (
    WHOLE_FRAME as WHOLE_FRAME,
    DensityMap as DensityMap,
    Frame as Frame,
    Grid as Grid,
    Level as Level,
    Reading as Reading,
    ReadingState as ReadingState,
    Roi as Roi,
    RoiReading as RoiReading,
)

load_config = load
"""Read a YAML configuration; :class:`ConfigError` names the file, the key and what is allowed."""
