"""Distances and circles."""

import numpy as np
import pytest

from minsheng.foresee.clusters.circles import circles, distances

LINE = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0], [7.0, 0.0]])


def test_degrees_are_measured_along_great_circles():
    apart = distances(np.array([[0.0, 0.0], [0.0, 60.0]]), np.array([[1.0, 0.0], [1.0, 60.0]]), degrees=True)
    assert apart[0, 0] == pytest.approx(111.195, abs=0.001)
    assert apart[1, 1] == pytest.approx(55.5961, abs=0.01)


def test_plain_coordinates_are_measured_as_the_crow_flies():
    assert distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]), degrees=False)[0, 0] == 5.0


def test_a_circle_grows_from_its_centre_to_the_share_allowed():
    around = circles(LINE, np.array([1.0, 1.0, 1.0, 1.0]), 0.5, degrees=False)
    assert around.near[:, 0].tolist() == [0, 1, 2, 3]
    assert around.near[3, :2].tolist() == [3, 2]
    assert around.size.tolist() == [2, 2, 2, 2]
    assert around.radius[3, 1] == 4.0


def test_a_place_alone_is_looked_at_even_above_the_share_allowed():
    around = circles(LINE, np.array([9.0, 1.0, 1.0, 1.0]), 0.25, degrees=False)
    assert around.size.tolist() == [1, 1, 2, 3]
    assert around.ends[0, 0]


def test_no_circle_ends_between_places_equally_far_away():
    cross = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [5.0, 5.0]])
    around = circles(cross, np.ones(5), 1.0, degrees=False)
    assert around.ends[0].tolist() == [True, False, False, True, True]


def test_places_at_one_point_are_told_apart_only_as_centres():
    twins = np.array([[2.0, 2.0], [2.0, 2.0], [8.0, 2.0]])
    around = circles(twins, np.ones(3), 1.0, degrees=False)
    assert around.near[1].tolist() == [1, 0, 2]
    assert around.ends[2].tolist() == [True, False, True]


def test_more_places_than_one_slice_give_the_same_circles():
    generator = np.random.default_rng(3)
    points, weights = generator.uniform(size=(300, 2)), generator.integers(0, 5, 300).astype(float)
    around = circles(points, weights, 0.1, degrees=False)
    for centre in (0, 255, 256, 299):
        apart = np.hypot(*(points - points[centre]).T)
        order = np.argsort(apart)
        size = max(int((np.cumsum(weights[order]) <= 0.1 * weights.sum() + 1e-9).sum()), 1)
        assert around.size[centre] == size
        assert around.near[centre, :size].tolist() == order[:size].tolist()
        assert around.radius[centre, :size] == pytest.approx(apart[order[:size]])
