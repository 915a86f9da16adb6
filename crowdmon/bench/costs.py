"""CPU time of one camera by part, in a process of its own, off screen.

    python -m crowdmon.bench.costs '{"source": "clip.h264"}'

Prints one line of JSON: part -> milliseconds of CPU time a picture, of all threads together.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from statistics import median

from crowdmon.capture.source import open_source
from crowdmon.counting.counter import Counter
from crowdmon.values import CameraState, Frame

_SHOWN = (960, 540)
"""Pixels of the picture in a window of the usual size."""

_TIMES = 20
_WARM = 20


def costs(source: str) -> dict[str, float]:
    """Return what each part costs: all that is done to a picture on its way to the eye and to its count."""
    from crowdmon.ui.picture.notice import Notice
    from crowdmon.ui.picture.video_view import VideoView
    from crowdmon.ui.shell.app import application

    app = application()  # kept: without it there are no widgets
    view = VideoView()
    view.resize(*_SHOWN)
    # A camera that is well: any other is painted grey and hatched, which takes several times as long.
    view.set_notice(Notice(CameraState.LIVE))
    counter = Counter()
    frame = _frame(source, None)
    small = _frame(source, _SHOWN)
    density = counter.count(frame)
    view.set_picture(small)
    view.set_density(density)

    def paint() -> object:
        view.set_picture(small)
        return view.grab()

    def show_count() -> object:
        view.set_density(density)
        return view.grab()

    spent = {
        "decode": _decoding(source),
        "convert to count": _converting(source, None),
        "convert to show": _converting(source, _SHOWN),
        "count": _spent(lambda: counter.count(frame)),
        "paint": _spent(paint),
        "paint a new heatmap": _spent(show_count),
    }
    view.deleteLater()
    app.processEvents()
    return spent


def _frame(source: str, size: tuple[int, int] | None) -> Frame:
    with open_source(source) as opened:
        picture = next(iter(opened.pictures()))
        return Frame(picture.rgb(size), size=picture.size)


def _decoding(source: str) -> float:
    """Decoding, and the look at each picture by which a frozen camera is known."""
    began = time.process_time()
    with open_source(source) as opened:
        number = sum(1 for picture in opened.pictures() if picture.fingerprint() is not None)
    return 1000 * (time.process_time() - began) / number


def _converting(source: str, size: tuple[int, int] | None) -> float:
    taken = []
    with open_source(source) as opened:
        for _, picture in zip(range(_WARM + _TIMES), opened.pictures(), strict=False):
            began = time.thread_time()
            picture.rgb(size)
            taken.append(1000 * (time.thread_time() - began))
    return median(taken[_WARM:])


def _spent(run: Callable[[], object]) -> float:
    for _ in range(_WARM):
        run()
    began = time.process_time()
    for _ in range(_TIMES):
        run()
    return 1000 * (time.process_time() - began) / _TIMES


if __name__ == "__main__":
    sys.stdout.write(json.dumps(costs(**json.loads(sys.argv[1]))) + "\n")
