"""Readings as rows of text and back. Pure."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from crowdmon.sinks.bins import Bin
from crowdmon.track.levels import fruin
from crowdmon.values import Level, Reading, ReadingState

COLUMNS = (
    "time", "camera", "roi", "count", "count_smoothed", "density_per_m2", "level", "state", "frame",
    "media_time_s", "local_per_m2", "fruin", "weights",
)  # fmt: skip
"""Columns are added at the end only; :func:`header_of` gives the headers of older files."""

_OLDER = (10,)
"""How many columns files of older versions have."""


def header_of(columns: int = len(COLUMNS)) -> bytes:
    """Return the header of a file with so many columns."""
    return (",".join(COLUMNS[:columns]) + "\n").encode()


HEADER = header_of()

BIN_COLUMNS = ("time", "camera", "roi", "bin_s", "mean", "min", "max", "last", "counted", "not_counted")
"""Columns of binned counts: ``time`` is the bin's start, the two last are numbers of readings."""

BIN_HEADER = (",".join(BIN_COLUMNS) + "\n").encode()

_FORMULA = frozenset("=+-@\t\r\n")
"""What a spreadsheet takes for the start of a formula, or for the start of the next cell."""

_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800'")
"""Letters that show nothing, and the quote that keeps a name from being a formula."""

BOM = "\ufeff".encode()
"""The mark by which Excel knows UTF-8."""
_TO_QUOTE = frozenset(',"\r\n')


class CsvRow(TypedDict):
    """One row, typed back; None where the cell is empty."""

    time: float
    camera: str
    roi: str
    count: float | None
    count_smoothed: float | None
    density_per_m2: float | None
    level: Level | None
    state: ReadingState
    frame: int | None
    media_time_s: float | None
    local_per_m2: float | None
    fruin: str | None
    weights: str | None


def columns_in(header: bytes) -> int | None:
    """Return how many columns a file has that begins with this line; None if it is not one of readings.

    A line that was cut short has no line end: such a file gets a new header.
    """
    if header and not header.endswith(b"\n"):
        return len(COLUMNS) if HEADER.startswith(header) else None
    known = (len(COLUMNS), *_OLDER)
    return next((one for one in known if header_of(one) == header), None if header else len(COLUMNS))


def encode(reading: Reading, columns: int = len(COLUMNS)) -> bytes:
    """Return the rows of one reading, UTF-8, each with its line end; the first ``columns`` of them."""
    moment = local_time(reading.time)
    lines = [
        [
            moment,
            name_cell(reading.camera),
            name_cell(roi.roi),
            number_cell(roi.count, 2),
            number_cell(roi.count_smoothed, 2),
            number_cell(roi.density_per_m2, 4),
            roi.level.value if roi.level is not None else "",
            reading.state.value,
            "" if reading.frame is None else str(reading.frame),
            number_cell(reading.pts, 3),
            number_cell(roi.local_per_m2, 4),
            "" if roi.density_per_m2 is None else fruin(roi.density_per_m2),
            name_cell(reading.weights),
        ][:columns]
        for roi in reading.rois
    ]
    return text_of(lines)


def encode_bin(one: Bin, width: int) -> bytes:
    """Return the row of a bin of ``width`` seconds, UTF-8, with its line end; an unknown count is empty."""
    people = (number_cell(value, 2) for value in (one.mean, one.min, one.max, one.last))
    names = name_cell(one.camera), name_cell(one.roi)
    return text_of([[local_time(one.start), *names, str(width), *people, str(one.n), str(one.missed)]])


def read_csv(path: Path | str) -> list[CsvRow]:
    """Read a file that :class:`~crowdmon.sinks.csv_file.ReadingCsv` wrote.

    Raises:
        ValueError: another header, or a cell that does not hold what its column says.
    """
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        return decode(file)


def decode(lines: Iterable[str]) -> list[CsvRow]:
    """Type the rows of a CSV back; ``lines`` keep their line ends, the header comes first.

    A column that is not in a file of an older version is None.
    """
    reader = csv.reader(lines, strict=True)
    columns = len(header := tuple(next(reader, ())))
    if header != COLUMNS[:columns] or columns not in (len(COLUMNS), *_OLDER):
        raise ValueError(f"not a file of readings, its header is {','.join(header)!r}")
    return [_row(cells, columns) for cells in reader]


def local_time(epoch: float) -> str:
    """Return ISO 8601 in local time with its offset, to the millisecond."""
    return datetime.fromtimestamp(round(epoch, 3), UTC).astimezone().isoformat(timespec="milliseconds")


def text_of(lines: Iterable[Iterable[str]]) -> bytes:
    """Return lines of cells as CSV, UTF-8."""
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines).encode("utf-8", "replace")


def _row(cells: list[str], columns: int) -> CsvRow:
    if len(cells) != columns:
        raise ValueError(f"a row of {len(cells)} cells under {columns} columns")
    whole = cells + [""] * (len(COLUMNS) - columns)
    time, camera, roi, count, smoothed, per_m2, level, state, frame, media, local, letter, weights = whole
    return CsvRow(
        time=datetime.fromisoformat(time).timestamp(),
        camera=_plain(camera),
        roi=_plain(roi),
        count=float(count) if count else None,
        count_smoothed=float(smoothed) if smoothed else None,
        density_per_m2=float(per_m2) if per_m2 else None,
        level=Level(level) if level else None,
        state=ReadingState(state),
        frame=int(frame) if frame else None,
        media_time_s=float(media) if media else None,
        local_per_m2=float(local) if local else None,
        fruin=letter or None,
        weights=_plain(weights) or None,
    )


def name_cell(text: str | None) -> str:
    """Keep a spreadsheet from running a name as a formula; names that look so escaped gain one more."""
    return f"'{text}" if text and _is_formula(text) else text or ""


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Whether the first character that can be seen starts a formula, be it full-width or small."""
    for character in text:
        if character in _FORMULA:
            return True
        if character in _UNSEEN or unicodedata.category(character)[0] in "CMZ":
            continue
        return unicodedata.normalize("NFKC", character)[0] in _FORMULA
    return False


def number_cell(value: float | None, decimals: int) -> str:
    """Return a number with so many decimals; empty if it is not known."""
    return "" if value is None else f"{value:.{decimals}f}"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _TO_QUOTE.intersection(cell) else cell
