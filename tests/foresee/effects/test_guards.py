"""Guards against falls that are none."""

import pytest

from minsheng.foresee.effects import BeforeAfter, channel_change, displacement, exclusion_change, silence


def test_requests_that_came_back_under_a_sibling_category_are_counted() -> None:
    found = displacement(
        treated=BeforeAfter(1000, 400),
        siblings=BeforeAfter(300, 700),
        other=BeforeAfter(100, 110),
        controls=BeforeAfter(5000, 5000),
    )
    assert (found.numerator, found.denominator) == (410, 600)
    assert found.warns
    assert "810" in found.zh
    assert "810" in found.en


def test_siblings_that_rose_as_everywhere_are_no_displacement() -> None:
    found = displacement(BeforeAfter(1000, 800), BeforeAfter(300, 600), BeforeAfter(0, 0), BeforeAfter(5000, 10_000))
    assert found.denominator == 1200
    assert not found.warns
    with pytest.raises(ValueError, match="controls count nothing"):
        displacement(BeforeAfter(1, 1), BeforeAfter(1, 1), BeforeAfter(1, 1), BeforeAfter(0, 1))


def test_a_quiet_hotline_beside_a_busy_app_is_a_change_of_channel() -> None:
    found = channel_change({"phone": BeforeAfter(900, 300), "app": BeforeAfter(100, 300), "fax": BeforeAfter(0, 0)})
    assert found.warns
    assert found.denominator == 600
    assert not channel_change({"phone": BeforeAfter(900, 450), "app": BeforeAfter(100, 52)}).warns
    with pytest.raises(ValueError, match="two channels"):
        channel_change({"phone": BeforeAfter(900, 300)})


def test_more_orders_excluded_from_judgement_is_seen_with_both_sides() -> None:
    found = exclusion_change(BeforeAfter(10, 60), BeforeAfter(1000, 1000))
    assert (found.numerator, found.denominator, found.warns) == (60, 1000, True)
    assert not exclusion_change(BeforeAfter(60, 10), BeforeAfter(1000, 1000)).warns
    with pytest.raises(ValueError, match="larger than the whole"):
        exclusion_change(BeforeAfter(10, 60), BeforeAfter(1000, 50))


def test_silence_that_is_no_success_is_told_apart() -> None:
    found = silence(
        abandoned=BeforeAfter(50, 300),
        calls=BeforeAfter(1000, 1000),
        found_unreported=BeforeAfter(5, 6),
        visits=BeforeAfter(50, 60),
    )
    assert [(each.guard, each.warns) for each in found] == [("abandoned", True), ("unreported", False)]
    assert "30.0% (300/1000)" in found[0].en
    with pytest.raises(ValueError, match="both sides"):
        silence(refused=BeforeAfter(1, 2))


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers from 0"):
        BeforeAfter(-1, 2)
