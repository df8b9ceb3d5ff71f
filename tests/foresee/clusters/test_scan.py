"""The scan against a plain one that looks at every cylinder by itself."""

import numpy as np
import pytest

from minsheng.foresee.clusters import scan
from minsheng.foresee.clusters.circles import circles
from minsheng.foresee.clusters.likelihood import log_likelihood_ratio
from minsheng.foresee.clusters.scan import Due, by_circle, highest

PLACES, WINDOWS, REPLICATES = 12, 5, 20


def _problem(mean, least_cases=2):
    generator = np.random.default_rng(7)
    points = generator.integers(0, 5, (PLACES, 2)).astype(float)
    base = np.cumsum(generator.uniform(0.1, 1.0, (PLACES, WINDOWS)), axis=1)
    counts = np.cumsum(generator.poisson(mean, (REPLICATES, PLACES, WINDOWS)), axis=2)
    total = int(counts[:, :, -1].sum(axis=1).max()) + 20
    due = Due(base * 0.3 * total / base[:, -1].sum(), 1.0, total, least_cases)
    return counts.astype(due.counts_as), circles(points, base[:, -1], 0.6, degrees=False), due


def _plainly(counts, around, due):
    """Ratios of every circle and window, one by one."""
    ratios = np.zeros((*around.near.shape, counts.shape[1]))
    for centre in range(len(counts)):
        for k in range(int(around.size[centre])):
            if around.ends[centre, k]:
                inside = around.near[centre, : k + 1]
                seen, expected = counts[inside].sum(axis=0), due.base[inside].sum(axis=0) / due.scale
                ratio = log_likelihood_ratio(seen, expected, due.total)
                ratios[centre, k] = np.where(seen >= due.least_cases, ratio, 0.0)
    return ratios


@pytest.mark.parametrize("mean", [0.05, 0.4, 3.0])
def test_the_highest_ratio_is_that_of_the_plain_scan(mean):
    counts, around, due = _problem(mean)
    assert highest(counts, around, due) == pytest.approx([_plainly(one, around, due).max() for one in counts])


def test_blocks_and_chunks_change_nothing(monkeypatch):
    counts, around, due = _problem(0.4)
    whole = highest(counts, around, due)
    monkeypatch.setattr(scan, "BLOCK_CELLS", 70)
    monkeypatch.setattr(scan, "CHUNK_CELLS", 33)
    assert highest(counts, around, due).tolist() == whole.tolist()


def test_every_circle_has_the_ratio_of_its_best_window():
    counts, around, due = _problem(0.4)
    plain = _plainly(counts[3], around, due)
    ratios, windows = by_circle(counts[3], around, due, 0.0)
    assert ratios == pytest.approx(plain.max(axis=2))
    assert (windows[ratios > 0] == plain.argmax(axis=2)[ratios > 0]).all()


def test_a_level_leaves_the_circles_that_reach_it():
    counts, around, due = _problem(0.4)
    free, _ = by_circle(counts[3], around, due, 0.0)
    held, _ = by_circle(counts[3], around, due, 1.5)
    assert 0 < (held > 0).sum() < (free > 0).sum()
    assert held == pytest.approx(np.where(free >= 1.5, free, 0.0))


def test_a_single_case_is_a_cluster_only_when_one_is_enough():
    base = np.full((3, 1), 0.01)
    around = circles(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]), np.ones(3), 0.5, degrees=False)
    counts = np.array([[[1], [0], [0]]], dtype=np.int16)
    assert highest(counts, around, Due(base, 1.0, 9, 2))[0] == 0.0
    assert highest(counts, around, Due(base, 1.0, 9, 1))[0] > 3.0


def test_totals_too_large_for_small_integers_are_counted_in_larger_ones():
    assert Due(np.ones((1, 1)), 1.0, 30_000, 2).counts_as.itemsize == 2
    assert Due(np.ones((1, 1)), 1.0, 40_000, 2).counts_as.itemsize > 2
