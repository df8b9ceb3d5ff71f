"""The auditor: calls against receipts, and how many mystery requests tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import binom

from minsheng.account.gaming import Heard, Receipt, left_out, mystery_requests, reconciled

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def call(mark: str, number: str, minute: float, minutes: float = 3) -> Heard:
    """A call answered so many minutes after noon."""
    return Heard(mark, number, NOON + timedelta(minutes=minute), NOON + timedelta(minutes=minute + minutes))


def receipt(order: str, number: str, minute: float) -> Receipt:
    """A receipt issued so many minutes after noon."""
    return Receipt(order, number, NOON + timedelta(minutes=minute))


def test_a_call_that_was_never_entered_is_left_without_a_receipt_and_a_web_order_without_a_call() -> None:
    found = reconciled([call("c1", "x", 0), call("c2", "y", 5)], [receipt("1", "x", 2), receipt("2", "z", 7)])
    assert found.matched == (("c1", "1"),)
    assert found.without_receipt == ("c2",)
    assert found.without_call == ("2",)


def test_one_receipt_answers_one_call_only() -> None:
    found = reconciled([call("c1", "x", 0), call("c2", "x", 6)], [receipt("1", "x", 8)])
    assert len(found.matched) == len(found.without_receipt) == 1


@pytest.mark.parametrize(("minute", "matches"), [(-0.1, 0), (0, 1), (13, 1), (13.1, 0)])
def test_a_receipt_belongs_to_a_call_from_its_answer_to_ten_minutes_after_its_end(minute: float, matches: int) -> None:
    assert len(reconciled([call("c", "x", 0)], [receipt("1", "x", minute)]).matched) == matches


def test_calls_close_together_take_receipts_so_that_none_is_wasted() -> None:
    calls = [call("long", "x", 0, 30), call("short", "x", 5, 1)]
    found = reconciled(calls, [receipt("1", "x", 6), receipt("2", "x", 35)])
    assert found.matched == (("long", "2"), ("short", "1"))


@pytest.mark.parametrize(("share", "placed"), [(0.01, 299), (0.005, 598), (0.02, 149)])
def test_so_many_mystery_requests_notice_what_is_left_out(share: float, placed: int) -> None:
    assert mystery_requests(share) == placed
    assert 1 - (1 - share) ** placed >= 0.95 > 1 - (1 - share) ** (placed - 1)


def test_the_interval_of_what_is_left_out_holds_the_truth_as_often_as_it_says() -> None:
    for truth in (0.005, 0.02, 0.1):
        chance = sum(binom.pmf(k, 300, truth) for k in range(301) if (b := left_out(k, 300)).low <= truth <= b.high)
        assert chance >= 0.95
    assert left_out(0, 300).low == 0
    assert left_out(300, 300).high == 1
    assert np.isclose(left_out(0, 300).high, 1 - 0.025 ** (1 / 300))


def test_counts_and_shares_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        mystery_requests(0)
    with pytest.raises(ValueError, match="some or none"):
        left_out(3, 2)
