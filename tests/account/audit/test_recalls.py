"""Independent re-calls: the list is fixed before anybody can know the draw, and the answers stand beside the record."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection

from minsheng.account.audit import NoCase, recalls
from minsheng.account.gaming import from_random
from minsheng.account.log.notes import split
from minsheng.core import Forbidden, Refused
from minsheng.respond import casework
from support.audit import (
    AFTER,
    AUDITOR,
    CLOSED,
    INSPECTOR,
    OCTOBER,
    SUPERVISOR,
    another_county,
    closed,
    county,
    lake_of_the_house,
    sign_a_head,
)  # fmt: skip

pytestmark = pytest.mark.db


@pytest.fixture
def framed(clock) -> recalls.Recalling:
    """Six orders, five recorded as resolved, one without a telephone number."""
    for n in range(6):
        closed(f"1380000000{n}" if n else "", resolved=n != 5)
    sign_a_head()
    clock(AFTER)
    return recalls.frame(lake_of_the_house(), OCTOBER, AUDITOR, suspected=0.3)


@pytest.fixture
def drawn(framed, clock) -> recalls.Recalling:
    clock(AFTER.replace(hour=1))
    closed("13900000000")
    sign_a_head()
    return recalls.draw(framed.no, AUDITOR)


def test_the_list_and_the_question_are_fixed_first(framed) -> None:
    assert len(framed.frame["recorded"]) == 6
    assert framed.frame["claimed"] == pytest.approx(5 / 6)
    numbers = "".join(f"{no}\n" for no in sorted(framed.frame["recorded"]))
    assert framed.frame["digest"] == hashlib.sha256(numbers.encode()).hexdigest()
    assert framed.frame["calls"] >= 20
    assert framed.draw is None


def test_no_head_that_was_signed_before_the_list_draws_from_it(framed) -> None:
    with pytest.raises(Refused, match="树头"):
        recalls.draw(framed.no, AUDITOR)


def test_anybody_draws_the_same_orders_from_the_text_of_the_head(drawn) -> None:
    assert drawn.draw is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT checkpoint FROM account_head WHERE size = %s", [drawn.draw["size"]])
        text = split(bytes(cursor.fetchone()[0])).text
    randomness = hashlib.sha256(text).digest()
    again = sorted(drawn.frame["recorded"], key=lambda no: hashlib.sha256(randomness + no.encode()).digest())
    assert sorted(again[: drawn.frame["places"]]) == list(drawn.draw["orders"])
    assert recalls.draw(drawn.no, AUDITOR).draw == drawn.draw


def test_a_look_at_a_number_is_written_down_before_it_is_shown(drawn) -> None:
    order = next(no for no, yes in drawn.frame["recorded"].items() if not yes)
    assert recalls.reveal(drawn.no, order, AUDITOR).phone == "13800000005"
    steps = recalls.recalling(drawn.no, AUDITOR).steps
    assert (steps[-1].name, steps[-1].data, steps[-1].by) == ("revealed", {"order": order}, "auditor")
    with pytest.raises(Refused, match="没有抽中"):
        recalls.reveal(drawn.no, "AY000", AUDITOR)
    for by in (SUPERVISOR, INSPECTOR):
        with pytest.raises(Forbidden):
            recalls.reveal(drawn.no, order, by)


def test_who_left_no_number_is_to_be_written_down_as_not_reached(drawn, house) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone_digest IS NULL, order_id FROM vault.person")
        reachable = {order for none, order in cursor.fetchall() if not none}
    by_number = {no: casework.view(no, SUPERVISOR)[0] for no in drawn.frame["recorded"]}
    (nobody,) = (no for no, order in by_number.items() if order not in reachable)
    with pytest.raises(Refused, match="记为未接通"):
        recalls.reveal(drawn.no, nobody, AUDITOR)


def test_answers_stand_beside_the_record_with_an_interval(drawn) -> None:
    orders = list(drawn.frame["recorded"])
    for order in orders[:5]:
        recalls.answer(drawn.no, order, AUDITOR, reached=True, resolved=False)
    found = recalls.answer(drawn.no, orders[5], AUDITOR, reached=False, resolved=None).compared()
    assert (found.drawn, found.reached, found.answered, found.yes) == (6, 5, 5, 0)
    assert found.bounds == from_random(0, 5, 6, 6)
    assert found.differs
    denied = [no for no in orders[:5] if drawn.frame["recorded"][no]]
    assert list(found.contradicted) == denied


def test_a_later_answer_counts_and_the_earlier_one_stays(drawn) -> None:
    order = next(iter(drawn.frame["recorded"]))
    recalls.answer(drawn.no, order, AUDITOR, reached=False, resolved=None)
    found = recalls.answer(drawn.no, order, AUDITOR, reached=True, resolved=True)
    assert found.compared().yes == 1
    assert sum(s.name == "answered" for s in found.steps) == 2
    with pytest.raises(Refused, match="没有接通"):
        recalls.answer(drawn.no, order, AUDITOR, reached=False, resolved=True)


def test_only_the_auditor_draws_and_nobody_from_the_centre_sees_the_list(drawn, clock) -> None:
    with pytest.raises(Forbidden):
        recalls.frame(lake_of_the_house(), OCTOBER, SUPERVISOR, suspected=0.3)
    with pytest.raises(NoCase):
        recalls.recalling(drawn.no, SUPERVISOR)
    assert recalls.recalling(drawn.no, INSPECTOR).draw == drawn.draw


def test_a_month_under_way_a_unit_without_orders_and_a_senseless_question_are_refused(clock) -> None:
    closed("13800000001")
    lake = lake_of_the_house()
    with pytest.raises(Refused, match="没有过完"):
        recalls.frame(lake, OCTOBER, AUDITOR, suspected=0.3)
    clock(AFTER)
    with pytest.raises(Refused, match="无从复访"):
        recalls.frame(lake, OCTOBER, AUDITOR, suspected=0.3, unit=another_county())
    with pytest.raises(Refused, match="应当比它低"):
        recalls.frame(lake, OCTOBER, AUDITOR, suspected=1.0, unit=county())
    assert CLOSED < AFTER


def test_answers_become_evidence_for_the_sign_of_contradicted_records(drawn) -> None:
    order = next(no for no, yes in drawn.frame["recorded"].items() if yes)
    found = recalls.answer(drawn.no, order, AUDITOR, reached=True, resolved=False)
    (row,) = recalls.as_evidence([found], {order: county()})
    assert (row.unit, row.order, row.recorded, row.said) == (county(), order, True, False)
