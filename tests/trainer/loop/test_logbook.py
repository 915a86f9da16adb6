"""The panels TensorBoard shows."""

import numpy as np

from crowdmon.values import DensityMap, Grid
from tests.trainer.data.test_crops import dotted
from trainer.loop.logbook import PANEL_WIDTH, panels


def test_truth_is_hot_at_the_heads_and_the_prediction_where_it_says() -> None:
    item = dotted(height=160, width=240, heads=1)
    people = np.zeros((20, 30), np.float32)
    people[2, 3] = 5.0
    made = panels(item, DensityMap(people, Grid(20, 30, 8.0, 8.0, 240, 160)))
    assert made.shape == (320, 3 * PANEL_WIDTH, 3)
    plain, true, predicted = np.split(made.astype(int), 3, axis=1)
    people_shown = np.abs(predicted - plain).sum(axis=2)
    assert people_shown[2 * 16 + 8, 3 * 16 + 8] > 100
    assert people_shown[300, 400] == 0
    x, y = item.points[0] * 2
    assert np.abs(true - plain)[int(y), int(x)].sum() > 20
