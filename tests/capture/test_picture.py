"""A frame that FFmpeg cannot convert is an error of the source; the next one is converted all the same."""

from __future__ import annotations

import numpy as np
import pytest
from av.video.frame import VideoFrame

from crowdmon.capture.picture import Scalers
from crowdmon.errors import SourceError


def test_a_picture_that_cannot_be_converted_is_named() -> None:
    scalers = Scalers()
    # Two pixels in a byte: FFmpeg writes such pictures and reads none.
    with pytest.raises(SourceError, match="a picture of 64x48 in bgr4 cannot be converted"):
        scalers.rgb(VideoFrame(64, 48, "bgr4"), (64, 48))
    good = VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
    assert scalers.rgb(good, (64, 48)).mean() == pytest.approx(90)
