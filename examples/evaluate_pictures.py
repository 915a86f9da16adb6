"""Evaluate weights on your own pictures: a folder, and a CSV with a row for every head (image,x,y).

python examples/evaluate_pictures.py FOLDER heads.csv [WEIGHTS]
"""

import csv
import sys
from collections import Counter as Tally
from pathlib import Path

from crowdmon import Counter, CrowdmonError, frame_from, open_source


def main(folder: str, heads: str, weights: str = "") -> None:
    truth: Tally[str] = Tally()
    with open(heads, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            truth[row["image"]] += bool(row["x"])  # a row without x and y: nobody is in that picture
    counter = Counter(Path(weights) if weights else None)
    errors = []
    for image, people in sorted(truth.items()):
        with open_source(str(Path(folder) / image)) as source:
            frame = frame_from(next(source.pictures()), camera=image)
        errors.append(counter.count(frame).count - people)
        print(f"{image}: {people} heads, {people + errors[-1]:.1f} counted")
    number = len(errors)
    mae = sum(map(abs, errors)) / number
    mse = (sum(error**2 for error in errors) / number) ** 0.5  # the field's MSE is a root
    print(f"{number} pictures: MAE {mae:.2f}, MSE {mse:.2f}, bias {sum(errors) / number:+.2f}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except CrowdmonError as error:
        sys.exit(f"{error}")
