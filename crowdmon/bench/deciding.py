"""What ``crowdmon bench`` measures of the decisions: from density maps to readings, levels and alarms."""

from __future__ import annotations

import time

import numpy as np

from crowdmon.bench.harness import Bench, Figures, goal
from crowdmon.track.alarms import Rule, Stage, Target
from crowdmon.track.ground_fit import fit
from crowdmon.track.levels import GENERAL, TABLES, Limits
from crowdmon.track.site import Site
from crowdmon.track.track import Counted, Track
from crowdmon.values import DensityMap, Grid, Level, Roi

CAMERAS, ROIS, RULES, RATE = 16, 5, 10, 2.0
"""A large site: cameras, ROIs of each, rules in all, counts a second of each camera."""

MOST = 1.0
"""Percent of a core at most: it is done beside the network, by the same processors."""

_SECONDS = 60
_GRID = Grid(90, 160, 8.0, 8.0, 1280.0, 720.0)
_FLOOR = (
    ((0.058, 0.969), (-5.0, 8.0)),
    ((0.942, 0.969), (5.0, 8.0)),
    ((0.698, 0.342), (6.0, 25.0)),
    ((0.302, 0.342), (-6.0, 25.0)),
)
_STAGES = (Stage(Level.AMBER, 20.0, 10.0, 16.0), Stage(Level.RED, 40.0, 5.0, 34.0))


def deciding(bench: Bench) -> Figures:
    """CPU time of all that is done with density maps but drawing and storing them."""
    plane = fit(_FLOOR)
    rois = [
        Roi(f"roi {n}", ((n / 5, 0.4), (n / 5 + 0.15, 0.45), (n / 5 + 0.1, 0.95)), plane=plane)
        for n in range(ROIS)
    ]
    limits = {roi.name: Limits(TABLES[GENERAL]) for roi in rois}
    tracks = [Track(f"camera {n}", rois, interval=1.0 / RATE, limits=limits) for n in range(CAMERAS)]
    everywhere = tuple(Target(f"camera {n}") for n in range(CAMERAS))
    rules = [
        Rule(name=f"rule {n}", members=(Target(f"camera {n}", "roi 1"),), stages=_STAGES)
        for n in range(RULES - 1)
    ]
    site = Site([*rules, Rule(name="all", group="all", members=everywhere, stages=_STAGES)])
    people = np.random.default_rng(1).random((8, _GRID.rows, _GRID.columns), dtype=np.float32) / 200
    bench.say(f"{CAMERAS} cameras")
    spent = 0.0
    for step in range(int(_SECONDS * RATE)):
        moment = step / RATE
        for number, track in enumerate(tracks):
            density = DensityMap(people[(step + number) % 8], _GRID, f"camera {number}", step, moment, moment)
            began = time.thread_time()
            site.step(track.step(Counted(density, moment), moment), moment)
            spent += time.thread_time() - began
    percent = 100 * spent / _SECONDS
    row = {
        "what": "levels and alarms",
        "part": f"{ROIS} ROIs each on a known floor, {RULES} rules",
        "cameras": CAMERAS,
        "size": "720p",
        "percent_of_core": percent,
    }
    of = f"{CAMERAS} cameras, {ROIS} ROIs each, {RULES} rules, {RATE:g} counts/s"
    return [row], [goal("levels and alarms", of, limit=MOST, measured=percent, unit="% of a core")]
