"""Count a stream in two ROIs, write a CSV table, stop cleanly with Ctrl+C.

python examples/count_stream.py rtsp://camera.example/stream counts.csv [SECONDS]
"""

import sys

from crowdmon import CameraConfig, Counter, CrowdmonError, ReadingCsv, RoiConfig, iterate_live

ROIS = (  # polygons in fractions of the picture: (0, 0) is the top left corner, (1, 1) the bottom right one
    RoiConfig(name="left", polygon=((0.0, 0.3), (0.5, 0.3), (0.5, 1.0), (0.0, 1.0))),
    RoiConfig(name="right", polygon=((0.5, 0.3), (1.0, 0.3), (1.0, 1.0), (0.5, 1.0)), area_m2=250.0),
)


def main(source: str, target: str, seconds: str = "0") -> None:
    camera = CameraConfig(name="gate", source=source, rois=ROIS)
    duration = float(seconds) or None
    with ReadingCsv(target) as table:
        readings = iterate_live(
            [camera], counter_factory=Counter, every=1.0, duration=duration, sinks=[table]
        )
        try:
            for _frame, _density, reading in readings:
                left, right = reading.roi("left").count, reading.roi("right").count
                said = "-" if left is None else f"{left:.1f} left, {right:.1f} right"
                print(reading.state, said, flush=True)  # at once, also into a pipe
        except KeyboardInterrupt:
            print(f"stopped; every reading is in {target}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except CrowdmonError as error:
        sys.exit(f"{error}")
