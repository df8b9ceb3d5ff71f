"""A small city lives two months: its orders follow the rules, its truth stands beside, and the same seed tells the
same story however often it is interrupted."""

from __future__ import annotations

import pickle
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from minsheng.core.codes import UNIT_ROLES, Closing, Role, State
from minsheng.core.events import Archived, CalledBack, Dispatched, Merged, Replied, rebuild
from minsheng.ground.city import CityPack
from minsheng.sim.causes import CauseKind
from minsheng.sim.plan import Switch
from minsheng.sim.words import Words
from minsheng.sim.world import World
from support.city import lived, number, small, story


def test_the_same_seed_tells_the_same_story_and_another_seed_another(qinghe: CityPack) -> None:
    first, again, other = (lived(World(small(seed), qinghe, number), 12) for seed in (5, 5, 6))
    assert story(first) == story(again)
    assert first.truths == again.truths
    assert story(first) != story(other)


def test_a_world_put_away_and_taken_up_again_goes_on_as_if_it_had_not_been(qinghe: CityPack) -> None:
    plan = small(7, "all=0.5", interventions=2)
    whole = lived(World(plan, qinghe, number), 24)
    half = lived(World(plan, qinghe, number), 11)
    taken_up = pickle.loads(pickle.dumps(half)).resumed(qinghe, number, Words(qinghe))
    assert story(lived(taken_up, 13)) == story(whole)
    assert taken_up.truths == whole.truths
    assert taken_up.calls == whole.calls


def test_every_order_is_what_its_events_make_in_order_of_time(two_months: World) -> None:
    for life in two_months.finished:
        events = [event for step in life.steps for event in step.events]
        assert rebuild(events) == life.o
        assert all(a.at <= b.at for a, b in pairwise(events))


def test_volume_is_about_what_was_asked_for(two_months: World) -> None:
    orders = len(two_months.finished)
    assert 0.75 < orders / two_months.plan.days / two_months.plan.per_day < 1.35


def test_orders_go_every_way_that_the_rules_know(two_months: World) -> None:
    seen = Counter(event.NAME for life in two_months.finished for step in life.steps for event in step.events)
    ways = "answered explained transferred merged split submitted dispatched passed_down signed replied reply_reviewed"
    ways += " review_done called_back closed rework_ordered card_given extension_asked meeting_opened"
    assert not set(ways.split()) - set(seen)
    assert {State.CLOSED, State.DISPATCHED} <= {life.o.state for life in two_months.finished}


def test_nobody_who_handled_an_order_calls_back_and_another_hand_does_the_second_handling(two_months: World) -> None:
    for life in two_months.finished:
        handlers, rounds = set(), []
        for step in life.steps:
            for event in step.events:
                if step.by.role in UNIT_ROLES:
                    handlers.add(event.by)
                if isinstance(event, CalledBack) and step.by.role is not Role.RESIDENT:
                    assert event.by not in handlers
                if isinstance(event, Replied) and life.o.assignments[event.assignment - 1].part == "lead":
                    rounds.append(event.by)
        assert life.o.reworks == 0 or len(set(rounds)) > 1 or len(rounds) < 2


def test_a_closed_order_waits_ninety_days_for_the_archive(qinghe: CityPack) -> None:
    plan = small(3, months=4, per_day=5)
    world = lived(World(plan, qinghe, number), plan.days)
    world.close()
    archived = 0
    for life in world.finished:
        last = life.steps[-1].events[-1]
        if isinstance(last, Archived):
            archived += 1
            assert last.at - life.o.closed_at >= timedelta(days=89)
        elif life.o.state is State.CLOSED:
            assert life.o.clock.due > last.at
    assert archived > 50


def test_with_every_switch_off_nobody_cheats_and_every_request_heard_is_registered(two_months: World) -> None:
    assert not any(truth.cheats for truth in two_months.truths)
    fates = Counter(truth.fate for truth in two_months.truths)
    assert set(fates) <= {"registered", "abandoned"}
    assert fates["registered"] == len(two_months.finished)


@pytest.mark.slow
@pytest.mark.parametrize("switch", list(Switch))
def test_every_switch_is_used_by_the_units_that_have_it_and_by_no_others(qinghe: CityPack, switch: Switch) -> None:
    world = lived(World(small(2, f"{switch}=1@0.5", per_day=60), qinghe, number), 45)
    world.close()
    used = [truth for truth in world.truths if switch in truth.cheats]
    assert used, f"{switch} was never used"
    assert all(truth.cheats <= {switch} for truth in world.truths)
    hands = {life.o.no: {a.unit for a in life.o.assignments} for life in world.finished}
    for truth in used:
        if switch not in (Switch.NEVER_ENTER, Switch.MERGE, Switch.SPLIT, Switch.RECLASSIFY):
            assert any(switch in world.agencies[unit].switches for unit in hands[truth.no])


def test_what_residents_say_follows_from_what_was_done(two_months: World) -> None:
    handled = [t for t in two_months.truths if t.did and not t.unreasonable]
    share = {did: [t.solved for t in handled if t.did == did] for did in ("solved", "nothing", "relieved")}
    assert all(share["solved"])
    assert not any(share["nothing"])
    assert 0 < sum(share["relieved"]) < len(share["relieved"])
    good = [not t.grade.bad for t in handled if t.solved]
    bad = [not t.grade.bad for t in handled if not t.solved]
    assert sum(good) / len(good) > sum(bad) / len(bad) + 0.4


def test_a_cause_makes_no_requests_once_somebody_has_removed_it(two_months: World) -> None:
    removed = {c.id: c.removed_at for c in two_months.causes.all if c.removed_at is not None}
    assert removed
    late = [t for t in two_months.truths if t.cause in removed and t.at > removed[t.cause] + 86_400]
    assert not late


def test_several_residents_speak_of_one_cause_and_some_of_them_again(two_months: World) -> None:
    by_cause: dict[int, set[int]] = {}
    for truth in two_months.truths:
        if truth.cause is not None:
            by_cause.setdefault(truth.cause, set()).add(truth.person)
    assert max(map(len, by_cause.values())) > 5
    assert any(truth.again for truth in two_months.truths)
    private = {c.id for c in two_months.causes.all if c.kind is CauseKind.PRIVATE}
    assert all(len(people) <= 3 for cause, people in by_cause.items() if cause in private)


def test_a_merged_order_is_about_the_same_matter_and_is_called_back_itself(two_months: World) -> None:
    mains = {life.o.no: life for life in two_months.finished}
    merged = [life for life in two_months.finished if any(isinstance(e, Merged) for s in life.steps for e in s.events)]
    assert merged
    for life in merged:
        event = next(e for s in life.steps for e in s.events if isinstance(e, Merged))
        assert mains[event.into].truth.cause == life.truth.cause is not None
        if life.o.closing is Closing.CALLED_BACK:
            assert any(isinstance(e, CalledBack) for s in life.steps for e in s.events)


def test_orders_are_dispatched_by_the_catalogue_to_units_that_are_not_complained_of(two_months: World) -> None:
    dispatched = [
        (life, event)
        for life in two_months.finished
        for step in life.steps
        for event in step.events
        if isinstance(event, Dispatched)
    ]
    units = {unit.code for unit in two_months.pack.units.values() if unit.level > 1}
    assert all(given.unit in units for _, event in dispatched for given in event.given)
    assert all(given.unit not in life.o.complained_of for life, event in dispatched for given in event.given)
