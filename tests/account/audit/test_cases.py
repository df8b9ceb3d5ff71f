"""Appeals, tolerance and inquiries: who may do what, what is never changed, and who must stand aside."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection

from minsheng.account.audit import About, CaseKind, CaseState, Conclusion, Ground, NoCase, StepName, cases, store
from minsheng.account.audit.cases import Claim
from minsheng.core import Actor, Forbidden, Refused
from minsheng.core.codes import Role
from minsheng.ground.access import sight
from support.audit import (
    AFTER,
    AUDITOR,
    INSPECTOR,
    LEADER,
    OCTOBER,
    QUALITY,
    SUPERVISOR,
    another_county,
    closed,
    county,
    head_of,
)  # fmt: skip

pytestmark = pytest.mark.db

LEAD = {"sign": "hollow", "value": 0.4, "hits": 8, "base": 20, "p": 1e-7, "orders": []}


@pytest.fixture
def appeal(clock) -> cases.Case:
    order = closed()
    clock(AFTER)
    claim = Claim(CaseKind.APPEAL, OCTOBER, About.RESOLUTION, "这一件的回访打错了人", (order,))
    return cases.lodge(claim, head_of(county()))


def decided(no: str, granted: bool = True, by: Actor = SUPERVISOR) -> cases.Case:
    return cases.step(no, StepName.DECIDED, {"granted": granted, "reasons": "录音核实"}, by)


def test_an_appeal_is_decided_with_reasons_and_holds_only_when_a_second_person_confirms_it(appeal) -> None:
    assert decided(appeal.no).state is CaseState.DECIDED
    with pytest.raises(Forbidden, match="第二人"):
        cases.step(appeal.no, StepName.CONFIRMED, {}, SUPERVISOR)
    assert cases.step(appeal.no, StepName.CONFIRMED, {}, QUALITY).state is CaseState.GRANTED


def test_what_the_second_person_sends_back_is_decided_anew(appeal) -> None:
    decided(appeal.no)
    sent_back = cases.step(appeal.no, StepName.SENT_BACK, {"reasons": "没有听录音"}, LEADER)
    assert sent_back.state is CaseState.LODGED
    decided(appeal.no, granted=False, by=QUALITY)
    assert cases.step(appeal.no, StepName.CONFIRMED, {}, SUPERVISOR).state is CaseState.DECLINED


def test_a_unit_sees_its_own_appeals_and_no_other_units(appeal) -> None:
    assert cases.case(appeal.no, head_of(county())).no == appeal.no
    stranger = head_of(another_county())
    assert cases.cases(stranger, CaseKind.APPEAL) == []
    with pytest.raises(NoCase):
        cases.case(appeal.no, stranger)
    with pytest.raises(NoCase):
        cases.step(appeal.no, StepName.ADDED, {"text": "x"}, stranger)


def test_the_evidence_of_an_appeal_are_the_units_own_orders(appeal, clock) -> None:
    order = appeal.first.data["orders"][0]
    with pytest.raises(Refused, match=order):
        cases.lodge(Claim(CaseKind.APPEAL, OCTOBER, About.REPEAT, "不是我们的", (order,)), head_of(another_county()))


def test_tolerance_names_one_of_the_grounds_and_an_appeal_none(clock) -> None:
    head = head_of(county())
    with pytest.raises(Refused, match="容错情形"):
        cases.lodge(Claim(CaseKind.TOLERANCE, OCTOBER, About.RESPONSE, "先行先试"), head)
    with pytest.raises(Refused, match="容错情形"):
        cases.lodge(Claim(CaseKind.APPEAL, OCTOBER, About.RESPONSE, "申诉", ground=Ground.EMERGENCY), head)
    made = cases.lodge(Claim(CaseKind.TOLERANCE, OCTOBER, About.RESPONSE, "抢险", ground=Ground.EMERGENCY), head)
    assert (made.no[:2], made.state) == ("RC", CaseState.LODGED)


def test_a_month_that_has_not_come_cannot_be_appealed_against(clock) -> None:
    for month in ("2026-12", "十月"):
        with pytest.raises(Refused):
            cases.lodge(Claim(CaseKind.APPEAL, month, About.RESPONSE, "x"), head_of(county()))


def test_no_step_is_ever_changed_and_the_digests_tell_if_one_was(appeal, house) -> None:
    decided(appeal.no)
    with psycopg.connect(house.conninfo("app")) as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute("UPDATE account_step SET name = 'confirmed'")
    with psycopg.connect(house.conninfo("superuser")) as database:
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            database.execute("DELETE FROM account_step")
        database.rollback()
        assert store.intact(cases.case(appeal.no, SUPERVISOR).steps)
        database.execute("ALTER TABLE account_step DISABLE TRIGGER append_only")
        database.execute("UPDATE account_step SET data = data || '{\"granted\": false}' WHERE name = 'decided'")
    assert not store.intact(cases.case(appeal.no, SUPERVISOR).steps)


def test_a_sign_opens_one_inquiry_at_a_time_which_no_unit_sees(clock) -> None:
    unit = county()
    inquiry = cases.open_inquiry(unit, OCTOBER, LEAD, "先听录音", AUDITOR)
    with pytest.raises(Refused, match=inquiry.no):
        cases.open_inquiry(unit, OCTOBER, LEAD, "又来", INSPECTOR)
    assert cases.cases(head_of(unit), CaseKind.INQUIRY) == []
    with pytest.raises(NoCase):
        cases.case(inquiry.no, head_of(unit))
    with pytest.raises(Forbidden):
        cases.open_inquiry(unit, OCTOBER, LEAD, "", head_of(unit))


def test_whoever_acted_on_the_units_orders_cannot_conclude_an_inquiry(clock) -> None:
    closed()
    clock(AFTER)
    reviewer = Actor("r", Role.SUPERVISOR)
    inquiry = cases.open_inquiry(county(), OCTOBER, LEAD, "", AUDITOR)
    said = {"conclusion": Conclusion.EXPLAINED.value, "reasons": "系统故障，有记录"}
    with pytest.raises(Forbidden, match="回避"):
        cases.step(inquiry.no, StepName.CONCLUDED, said, reviewer)
    elsewhere = cases.open_inquiry(another_county(), OCTOBER, LEAD, "", AUDITOR)
    assert cases.step(elsewhere.no, StepName.CONCLUDED, said, reviewer).state is CaseState.CONCLUDED
    cases.step(inquiry.no, StepName.HEARD, {"text": "单位说明了原因"}, INSPECTOR)
    assert cases.step(inquiry.no, StepName.CONCLUDED, said, INSPECTOR).conclusion is Conclusion.EXPLAINED
    with pytest.raises(Refused, match="不能做"):
        cases.step(inquiry.no, StepName.NOTED, {"text": "再记"}, AUDITOR)


@pytest.mark.parametrize(
    ("kind", "name", "by"),
    [
        (CaseKind.APPEAL, "decided", AUDITOR),
        (CaseKind.RECALL, "drawn", SUPERVISOR),
        (CaseKind.APPEAL, "lodged", SUPERVISOR),
        (CaseKind.APPEAL, "lodged", INSPECTOR),
    ],
)
def test_the_database_itself_refuses_steps_that_are_not_the_actors_to_take(clock, kind, name, by) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), sight(by):
        store.append(store.Begun(kind, "XX-1", county(), OCTOBER), name, {}, by, AFTER)


def test_a_unit_can_lodge_for_itself_alone_whatever_the_code_forgets(clock) -> None:
    head = head_of(another_county())
    for unit, name in ((county(), "lodged"), (another_county(), "decided")):
        with pytest.raises(DatabaseError, match="row-level security"), sight(head):
            store.append(store.Begun(CaseKind.APPEAL, "XX-1", unit, OCTOBER), name, {}, head, AFTER)


def test_the_auditors_own_work_is_seen_by_nobody_who_handles_orders(clock) -> None:
    with sight(AUDITOR):
        store.append(store.Begun(CaseKind.RECALL, "FF-1"), "framed", {"recorded": {}}, AUDITOR, AFTER)
    for by in (SUPERVISOR, LEADER, head_of(county())):
        with sight(by):
            assert store.steps(no="FF-1") == []
    with sight(INSPECTOR):
        assert len(store.steps(no="FF-1")) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM account_step")
        assert cursor.fetchone() == (0,)


def test_numbers_are_not_given_twice_though_their_holder_cannot_be_seen(clock) -> None:
    first = cases.lodge(Claim(CaseKind.APPEAL, OCTOBER, About.SIGN, "一"), head_of(county()))
    second = cases.lodge(Claim(CaseKind.APPEAL, OCTOBER, About.SIGN, "二"), head_of(another_county()))
    assert (first.no, second.no) == ("SS2610-01", "SS2610-02")


def test_the_newest_case_stands_first_with_all_its_steps(clock) -> None:
    made = []
    for n in range(11):
        clock(AFTER.replace(hour=n))
        made.append(cases.lodge(Claim(CaseKind.APPEAL, OCTOBER, About.SIGN, str(n)), head_of(county())).no)
    for n in range(3):
        cases.step(made[0], StepName.ADDED, {"text": str(n)}, head_of(county()))
    listed = cases.cases(SUPERVISOR, CaseKind.APPEAL)
    assert [c.no for c in listed] == made[::-1]
    assert len(listed[-1].steps) == 4
    assert cases.cases(SUPERVISOR, CaseKind.APPEAL, unit=another_county()) == []
