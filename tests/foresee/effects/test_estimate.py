"""The estimate itself: bad months do not fool it, its interval holds what it promises."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson

from minsheng.foresee.effects import Panel, as_json, effect, interval, pooled
from minsheng.foresee.effects.course import common_course
from minsheng.foresee.effects.memory import memory

Places = Callable[..., Panel]


def test_places_chosen_because_last_month_was_bad_show_no_effect_where_there_is_none(places: Places) -> None:
    found = [effect(places(seed), companions=False, earlier=False) for seed in range(24)]
    ours = [each.found.ratio for each in found]
    back = [each.parts.back for each in found]
    assert np.mean(ours) == pytest.approx(1.0, abs=0.04)
    assert np.mean(back) < 0.88
    assert sum(each.found.low <= 1 <= each.found.high for each in found) >= 20


def test_a_true_fall_is_found_with_its_size(places: Places) -> None:
    found = [
        effect(places(seed, true=-0.4, worst=seed % 2 == 0), companions=False, earlier=False) for seed in range(16)
    ]
    assert np.mean([each.found.ratio for each in found]) == pytest.approx(0.6, abs=0.03)
    assert all(each.found.high < 1 for each in found)
    assert sum(each.found.low <= 0.6 <= each.found.high for each in found) >= 13
    assert max(each.space.p for each in found) <= 0.05


def test_nothing_after_the_beginning_changes_what_the_treated_were_expected_to_have(places: Places) -> None:
    panel = places(3)
    changed = panel.counts.copy()
    changed[panel.treated, panel.start :] *= 7
    first, second = (effect(each, companions=False, earlier=False) for each in (panel, replace(panel, counts=changed)))
    assert second.found.expected == pytest.approx(first.found.expected, rel=1e-9)
    assert second.found.ratio == pytest.approx(7 * first.found.ratio)


def test_what_hits_all_places_alike_is_no_effect(places: Places) -> None:
    panel = places(5)
    doubled = panel.counts.copy()
    doubled[:, panel.start :] *= 2
    first, second = (effect(each, companions=False, earlier=False) for each in (panel, replace(panel, counts=doubled)))
    assert second.found.ratio == pytest.approx(first.found.ratio, abs=0.03)
    assert second.parts.common == pytest.approx(2 * first.parts.common, rel=0.02)


def test_the_parts_multiply_to_the_naive_figure(places: Places) -> None:
    found = effect(places(1, true=-0.2), companions=False, earlier=False)
    assert found.parts.common * found.parts.back * found.found.ratio == pytest.approx(found.parts.naive)


def test_no_request_at_all_after_the_beginning_has_a_lower_limit_of_zero_and_an_upper_of_its_own() -> None:
    low, high = interval(0, 20, 1e-9, 1.0, 1e6)
    assert low == 0
    assert poisson.pmf(0, 20 * high) / 2 == pytest.approx(0.025, rel=0.01)


def test_with_certain_expectations_the_interval_is_the_mid_p_interval_of_a_poisson_count() -> None:
    low, high = interval(16, 10, 1e-12, 1.0, 1e6)
    assert (poisson.cdf(16, 10 * high) + poisson.cdf(15, 10 * high)) / 2 == pytest.approx(0.025, rel=0.01)
    assert (poisson.sf(16, 10 * low) + poisson.sf(15, 10 * low)) / 2 == pytest.approx(0.025, rel=0.01)


def test_doubt_about_what_was_due_widens_the_interval() -> None:
    sure, doubtful = interval(160, 100, 1e-9, 1.0, 50), interval(160, 100, 0.04, 1.0, 50)
    assert doubtful[0] < sure[0] < sure[1] < doubtful[1]


def test_the_memory_of_places_is_found(places: Places) -> None:
    close, far = [], []
    for seed in range(6):
        panel = places(seed, units=60, worst=False)
        course = common_course(panel.counts, panel.treated, panel.start)
        kept = memory(panel.counts, course.level, course.factor, panel.start, weeks=1.0, doubts=(0.5,))[0]
        close.append(kept.covariance[40, 41])
        far.append(kept.covariance[40, 60])
    assert np.mean(close) == pytest.approx(0.09 * 0.7, abs=0.015)
    assert np.mean(far) < 0.012


def test_level_and_course_are_exact_where_counts_are_a_product() -> None:
    level, factor = np.array([200.0, 300.0, 1000.0, 50.0]), np.array([0.5, 1.5, 1.0, 1.0, 3.0])
    course = common_course(np.outer(level, factor), np.array([True, False, False, False]), 4)
    assert course.factor == pytest.approx(factor, rel=0.01)
    assert course.level == pytest.approx(level, rel=0.01)


def test_one_topic_pools_to_itself_and_large_topics_weigh_more_only_in_the_pooled_effect(places: Places) -> None:
    small = effect(places(1, mean=4, true=-0.6), companions=False, earlier=False).found
    large = effect(places(2, mean=60), companions=False, earlier=False).found
    alone = pooled([small])
    assert (alone.mean_pct, alone.pooled_pct) == pytest.approx([100 * (small.ratio - 1)] * 2)
    both = pooled([small, large])
    assert both.mean_pct == pytest.approx(50 * (small.ratio + large.ratio) - 100)
    assert abs(both.pooled_pct - 100 * (large.ratio - 1)) < abs(both.mean_pct - 100 * (large.ratio - 1))
    assert both.pooled_pct == pytest.approx(100 * (both.happened / both.expected - 1))
    with pytest.raises(ValueError, match="no effect to pool"):
        pooled([])


def test_silence_before_the_action_leaves_no_plain_comparison(places: Places) -> None:
    panel = places(2)
    quiet = panel.counts.copy()
    quiet[panel.treated, panel.start - 8 : panel.start] = 0
    panel = replace(panel, counts=quiet)
    told = as_json(panel, effect(panel, companions=False, earlier=False))
    assert told["naive_pct"] is None
    assert told["why_naive_differs"]["en"] == [
        "No request came in the eight weeks before: there is nothing to compare plainly."
    ]
