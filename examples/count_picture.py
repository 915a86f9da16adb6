"""Count the people in a picture and save it with its heat map.

python examples/count_picture.py crowd.jpg heat.png
"""

import sys
from pathlib import Path

from crowdmon import Counter, CrowdmonError, frame_from, measure, open_source, paint, write_png


def main(source: str, target: str) -> None:
    with open_source(source) as opened:
        frame = frame_from(next(opened.pictures()), camera=opened.info.label)
    density = Counter().count(frame)  # people per cell; their sum is the head count
    write_png(paint(frame, density, measure(density)), Path(target))
    print(f"{density.count:.1f} people, {density.people.max():.2f} in the fullest cell; see {target}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except CrowdmonError as error:  # its text says what happened and what to do
        sys.exit(f"{error}")
