"""What a load will send: the city's own requests, at random moments of a given pace."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from minsheng.core.codes import Kind
from minsheng.core.events import Received
from minsheng.ground.city import CityPack
from minsheng.sim.plan import BadPlan
from minsheng.sim.script import Filing, arrivals, script
from minsheng.sim.world import World
from support.city import lived, number, small

STAFF = ("agent", "dispatcher")


def bodies(filings: list[Filing]) -> list[dict[str, Any]]:
    """What is sent."""
    return [json.loads(f.body) for f in filings]


@pytest.fixture(scope="module")
def filings(qinghe: CityPack) -> list[Filing]:
    """A load of some hundred requests with staff of two desks."""
    return script(small(per_day=60), qinghe, rate=50, seconds=8, run="r", tokens=STAFF)


def test_arrivals_keep_the_mean_rate_and_vary_as_a_poisson_process_does() -> None:
    moments = arrivals(20, 500, random.Random(1))
    assert moments == sorted(moments)
    assert moments[0] > 0
    assert moments[-1] < 500
    assert len(moments) == pytest.approx(10_000, abs=400)
    a_second = Counter(int(t) for t in moments)
    counts = [a_second[s] for s in range(500)]
    mean = sum(counts) / 500
    assert sum((n - mean) ** 2 for n in counts) / 500 == pytest.approx(mean, rel=0.3)


def test_the_same_seed_sends_the_same_at_the_same_moments_and_another_seed_does_not(
    qinghe: CityPack, filings: list[Filing]
) -> None:
    again = script(small(per_day=60), qinghe, rate=50, seconds=8, run="r", tokens=STAFF)
    other = script(small(2, per_day=60), qinghe, rate=50, seconds=8, run="r", tokens=STAFF)
    assert again == filings
    assert bodies(other)[0] != bodies(filings)[0]


def test_a_longer_load_goes_on_where_the_shorter_one_ends(qinghe: CityPack, filings: list[Filing]) -> None:
    longer = script(small(per_day=60), qinghe, rate=50, seconds=12, run="r")
    assert bodies(longer[: len(filings)]) == bodies(filings)
    assert len(longer) > len(filings)


def test_two_runs_differ_in_their_external_ids_alone(qinghe: CityPack, filings: list[Filing]) -> None:
    ours = bodies(filings)
    theirs = bodies(script(small(per_day=60), qinghe, rate=50, seconds=8, run="s", tokens=STAFF))
    ids = {b.pop("external_id") for b in ours} | {b.pop("external_id") for b in theirs}
    assert ours == theirs
    assert len(ids) == 2 * len(ours)


def test_what_is_sent_is_what_a_run_into_a_data_directory_registers(qinghe: CityPack, filings: list[Filing]) -> None:
    world = lived(World(small(per_day=60), qinghe, number), 12)
    lives = sorted((x for x in (*world.lives.values(), *world.finished) if not x.part), key=lambda x: x.number)
    assert len(lives) >= len(filings)
    for life, body in zip(lives, bodies(filings), strict=False):
        received = life.steps[0].events[0]
        assert isinstance(received, Received)
        assert (body["text"], body["title"], body["address"]) == (life.text, life.title, life.person.address)
        assert (body["name"], body["phone"]) == (life.person.name, life.person.phone)
        assert (body["channel"], body["kind"], body["secret"]) == (received.channel, received.kind, received.secret)


def test_requests_come_in_order_of_time_by_the_channels_of_the_city(qinghe: CityPack, filings: list[Filing]) -> None:
    assert all(a.due <= b.due for a, b in pairwise(filings))
    channels = Counter(b["channel"] for b in bodies(filings))
    assert set(channels) <= set(qinghe.channels)
    assert 0.7 < channels["phone"] / len(filings) < 0.9
    assert len(channels) > 5
    assert {b["kind"] for b in bodies(filings) if b["channel"] != "phone"} == {Kind.OTHER}


def test_residents_look_their_requests_up_and_a_few_nudge_or_withdraw(filings: list[Filing]) -> None:
    steps = Counter(s.command for f in filings for course in f.courses for s in course if not s.who)
    assert steps["track"] > 0.3 * len(filings)
    assert 0 < steps["give_card"] < 0.2 * len(filings)
    assert set(steps) <= {"track", "give_card", "withdraw"}


def test_staff_work_as_far_as_there_are_tokens(qinghe: CityPack, filings: list[Filing]) -> None:
    worked = [c for f in filings for c in f.courses if c[0].who]
    assert {s.who for c in worked for s in c} == set(STAFF)
    assert {tuple(s.command for s in c) for c in worked} == {("answer",), ("submit", "dispatch")}
    assert 0.2 < len(worked) / len(filings) < 0.4
    alone = script(small(per_day=60), qinghe, rate=50, seconds=8, run="r", tokens=["dispatcher"])
    assert not [s for f in alone for c in f.courses for s in c if s.who]


def test_a_load_that_the_plan_cannot_fill_is_refused(qinghe: CityPack) -> None:
    with pytest.raises(BadPlan, match="--orders-per-day"):
        script(small(months=1, per_day=1), qinghe, rate=1000, seconds=1, run="r")
