"""The false-discovery rule."""

from __future__ import annotations

import numpy as np

from minsheng.foresee.signals.discoveries import discoveries


def test_the_worked_example_of_benjamini_and_hochberg() -> None:
    p = np.array(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.324,
            0.4262,
            0.5719,
            0.6528,
            0.759,
            1,
        ]
    )
    assert discoveries(p, 0.05).tolist() == [True] * 4 + [False] * 11


def test_a_p_value_above_its_own_step_is_carried_by_a_smaller_one_after_it() -> None:
    assert discoveries(np.array([0.045, 0.04]), 0.05).tolist() == [True, True]


def test_shape_is_kept_and_nothing_is_found_among_large_ones() -> None:
    assert discoveries(np.full((3, 4), 0.6)).shape == (3, 4)
    assert not discoveries(np.full((3, 4), 0.6)).any()
