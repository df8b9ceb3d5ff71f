"""What events tell the public: moves that add up, on-time once an order, and no agency where none may be named."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from minsheng.core import commands as say
from minsheng.core import decide, evolve
from minsheng.core.codes import AssignmentState, ExclusionReason, Kind, Role
from minsheng.core.ledger import Facts, Group, LeafKind, Outcome, Standing, facts_of, standing
from minsheng.core.order import Order
from support.life import (
    ACCEPT,
    CALENDAR,
    CALLER,
    DESK,
    DISPATCHER,
    NO,
    POLICY,
    QUALITY,
    REPLY,
    RESIDENT,
    REVIEWER,
    Life,
    county,
    town,
    unit,
)

ASK_EXCLUSION = say.RequestExclusion(reason=ExclusionReason.UNREASONABLE, grounds="无理")


LEAVE_OUT = say.DecideExclusion(granted=True, grounds="无理")


def told(life: Life) -> list[Facts]:
    """What all events of a life tell."""
    before: Order | None = None
    found = []
    for seq, event in enumerate(life.events, 1):
        after = evolve(before, event)
        facts = facts_of(before, event, after, local=CALENDAR.local_date, street="s1", tag="t", seq=seq)
        found += [facts] if facts else []
        before = after
    return found


def moves(facts: list[Facts]) -> list[tuple[Standing | None, Standing]]:
    made = []
    for f in facts:
        move, left, right = (f.groups[g] for g in (Group.MOVE, Group.FROM, Group.TO))
        then = Standing(left["agency"], Outcome(move["from"])) if move["from"] else None
        made.append((then, Standing(right["agency"], Outcome(move["to"]))))
    return made


def test_a_solved_order_goes_from_nowhere_to_its_agency_to_resolved() -> None:
    facts = told(Life().closed())
    steps = [(a, b) for a, b in moves(facts) if a != b]
    centre, agency = Standing("12345", Outcome.OPEN), Standing("c1", Outcome.OPEN)
    assert steps == [(None, centre), (centre, agency), (agency, Standing("c1", Outcome.RESOLVED))]
    assert [f.kind for f in facts if f.kind is not LeafKind.CHANGE] == [
        LeafKind.INTAKE, LeafKind.DISPATCH, LeafKind.RETURN_VISIT, LeafKind.OUTCOME,
    ]  # fmt: skip


def lives() -> dict[str, Life]:
    return {
        "solved": Life().closed(),
        "handled again": Life().to_call_back().then((NO, CALLER)),
        "withdrawn": Life().dispatched().then((say.Withdraw(), RESIDENT)),
        "thought again": Life().dispatched().then((say.Withdraw(), RESIDENT), (say.Withdraw(cancel=True), RESIDENT)),
        "merged": Life().submitted().then((say.Merge(into="B1"), DISPATCHER)),
        "asked again": Life().closed().then((say.Reopen(grounds="又停了"), RESIDENT)),
        "left out": Life()
        .dispatched()
        .then((ASK_EXCLUSION, DESK), (say.DecideExclusion(granted=True, grounds="无理"), QUALITY)),
    }


@pytest.mark.parametrize("name", lives())
def test_what_is_told_of_an_order_ends_where_the_order_stands(name: str) -> None:
    life = lives()[name]
    counts: Counter[Standing] = Counter()
    for then, now in moves(told(life)):
        if then is not None:
            counts[then] -= 1
        counts[now] += 1
    assert {s: n for s, n in counts.items() if n} == {standing(life.o): 1}


def test_a_second_handling_is_told_and_the_order_is_open_again() -> None:
    life = Life().to_call_back().then((NO, CALLER))
    again = [f for f in told(life) if f.groups[Group.MOVE]["second"]]
    assert len(again) == 1
    assert standing(life.o).outcome is Outcome.OPEN


def test_only_the_first_reply_of_the_lead_says_whether_it_was_on_time() -> None:
    life = Life().replied().then((say.ReviewReply(accepted=False, grounds="空话"), REVIEWER), (REPLY, DESK))
    assert [f.groups[Group.MOVE]["on_time"] for f in told(life) if f.groups[Group.MOVE]["on_time"] is not None] == [
        True
    ]
    late = Life().dispatched().then((say.Sign(), DESK))
    late.at = late.o.lead.due + timedelta(minutes=1)
    late.say(REPLY, DESK)
    assert [f.groups[Group.MOVE]["on_time"] for f in told(late)][-1] is False


def judged(life: Life) -> list[bool]:
    return [x for f in told(life) if (x := f.groups[Group.MOVE]["on_time"]) is not None]


def below(*towns: str) -> Life:
    """The lead has passed it down to these, who have signed and replied."""
    life = Life().dispatched().then((say.Sign(), DESK))
    for code in towns:
        handler = unit(code, Role.HANDLER, f"at {code}")
        life = life.then((say.PassDown(to=town(code)), DESK), (say.Sign(), handler), (REPLY, handler))
    return life


def test_a_reply_from_below_counts_when_the_lead_makes_it_its_own() -> None:
    life = below("t1")
    assert judged(life) == []
    sent_back = say.ReviewReply(accepted=False, grounds="空话")
    life.then((sent_back, DESK), (REPLY, unit("t1", Role.HANDLER, "at t1")), (ACCEPT, DESK))
    assert judged(life) == [True]
    life.then((sent_back, REVIEWER), (REPLY, DESK))
    assert judged(life) == [True]
    late = below("t1")
    late.at = late.o.lead.due + timedelta(minutes=1)
    late.say(ACCEPT, DESK)
    assert judged(late) == [False]


def test_of_several_replies_from_below_none_counts_as_the_first() -> None:
    life = below("t1", "t2")
    for child in life.o.children(life.o.lead.id):
        life.say(say.ReviewReply(accepted=True, assignment=child.id), DESK)
    assert life.o.lead.state is AssignmentState.REPLIED
    assert judged(life) == []


@pytest.mark.parametrize("received", [{"secret": True}, {"kind": Kind.REPORT}, {"complained_of": ("c2",)}])
def test_reports_secrets_and_complaints_about_units_name_no_agency(received: dict) -> None:
    facts = told(Life(**received).dispatched(county("c1")))
    assert {f.groups[Group.TO]["agency"] for f in facts} == {"city"}


def test_what_is_told_has_no_number_no_word_and_no_account() -> None:
    life = Life(text="张三家停暖", title="停暖").closed()
    public = [value for f in told(life) for group in f.groups[: Group.NEVER] for value in group.values()]
    assert not any("A1" in str(v) or "停暖" in str(v) or v == "call" for v in public)
    assert not {DESK.id, CALLER.id} & set(public)


def test_an_order_counts_in_the_month_in_which_the_city_received_it() -> None:
    from datetime import UTC, datetime

    life = Life(at=datetime(2026, 11, 30, 16, 30, tzinfo=UTC))
    assert told(life)[0].groups[Group.MOVE]["cohort"] == "2026-12"


def test_events_that_move_nothing_and_say_nothing_make_no_leaf() -> None:
    life = Life().dispatched().then((say.Sign(), DESK))
    assert len(told(life)) == 2
    before = life.o
    (progress,) = decide(before, say.Progress(note="在路上", contacted=True), POLICY, life.at, DESK)
    assert facts_of(before, progress, evolve(before, progress), local=CALENDAR.local_date) is None
