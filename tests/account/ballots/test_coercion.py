"""The coercion game (胁迫游戏): a unit that holds the receipt, its own database rows and the public log does not guess
a requester's grade better than from what it may know: the resolved answer, second handlings, and its totals.

Grades are drawn given the answer and the unit alone, so that whatever else helps to guess them is a leak of the house.
The guesser learns from orders whose grades it is told, from every trace that the house leaves."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
import psycopg
import pytest
from scipy.sparse import csr_matrix, hstack
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder

from minsheng.account import ballots
from minsheng.account.ledger import number
from minsheng.core import commands as say
from minsheng.core.codes import Grade, Kind, Role, State, Told
from minsheng.core.order import Actor, ClockName
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.respond import intake
from minsheng.respond.bulk import Bulk, first_number, numbers_taken
from minsheng.respond.receipts import told
from support.script import ACCEPT, REPLY, Paper, leaf

pytestmark = [pytest.mark.db, pytest.mark.slow]

UNITS, MARGIN = 4, 0.02
GRADES = list(Grade)[:5]
GOOD, BAD = (0.35, 0.30, 0.15, 0.14, 0.06), (0.04, 0.08, 0.18, 0.40, 0.30)
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
AFTER = datetime(2027, 1, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Truth:
    """Of an order the unit, the last resolved answer and the second handlings, and the grade that counts."""

    unit: str
    resolved: bool
    reworks: int
    grade: Grade

    @property
    def known(self) -> tuple[str, bool, int]:
        return self.unit, self.resolved, self.reworks


def play(world: Paper, units: list[str], count: int, chance: Random) -> dict[int, Truth]:
    """Lives of `count` orders on paper; what is true of those that were closed with a grade."""
    truth = {}
    for n in range(count):
        name, unit = str(n), chance.choice(units)
        at = START + timedelta(minutes=chance.randrange(60 * 24 * 330))
        world.receive(name, intake.Request("路灯不亮", kind=Kind.COMPLAINT), at)
        desk = Actor("x", Role.UNIT_DESK, unit)
        for command, by in (
            (say.Submit(category=leaf()), Actor("a", Role.AGENT)),
            (say.Dispatch(lead=present.unit_ref(unit)), Actor("d", Role.DISPATCHER)),
        ):
            world.say(name, command, by, at)
        grade, resolved = None, True
        order = world.lives[name].order
        while order.state in (State.DISPATCHED, State.REWORKING):
            for command, by in ((say.Sign(), desk), (REPLY, desk), (ACCEPT, Actor("r", Role.REVIEWER))):
                at += timedelta(hours=chance.uniform(1, 40))
                world.say(name, command, replace(by, id=f"{by.id}{order.reworks}"), at)
            resolved = chance.random() < 0.8
            weights = [w * (1 + 0.3 * units.index(unit) * (g < 2)) for g, w in enumerate(GOOD if resolved else BAD)]
            grade = chance.choices(GRADES, weights)[0]
            at = answered(world, name, resolved, grade, (at, chance))
            order = world.lives[name].order
        if order.state is State.CLOSED and grade is not None:
            truth[world.lives[name].number] = Truth(unit, resolved, order.reworks, grade)
    return truth


def answered(world: Paper, name: str, resolved: bool, grade: Grade, now: tuple[datetime, Random]) -> datetime:
    """The call-back: on the telephone, or by a message that the requester answers alone; with words or without."""
    at, chance = now
    declined = "不用再办了" if grade.bad and resolved and chance.random() < 0.6 else ""
    opinion = "说两句" if chance.random() < 0.3 else ""
    drawn = chance.random() < 0.1
    at += timedelta(hours=chance.uniform(1, 30))
    caller, resident = Actor("b", Role.CALLER_BACK), intake.RESIDENT
    if chance.random() < 0.4:
        asked = say.CallBack(contacted=True, resolved=resolved, rating_by=Told.SMS, drawn=drawn)
        world.say(name, asked, caller, at)
        clock = world.lives[name].order.clock
        if clock is None or clock.name is not ClockName.RATING:
            return at
        at += timedelta(hours=chance.uniform(0.1, 40))
        world.say(name, say.CallBack(grade=grade, declined=declined, opinion=opinion), resident, at)
    else:
        said = say.CallBack(contacted=True, resolved=resolved, grade=grade, declined=declined, opinion=opinion)
        world.say(name, replace(said, drawn=drawn), caller, at)
    return at


def traces(orders: list[int], truth: dict[int, Truth]) -> list[list[str]]:
    """What the guesser has of each order, as words: every column that the unit's login can read, times as steps, the
    receipt's course in the log with its places, and the trackers published around it."""
    from django.db import connection

    found: dict[int, list[str]] = {order: [] for order in orders}
    for unit in sorted({t.unit for t in truth.values()}):
        mine = [o for o in orders if truth[o].unit == unit]
        with sight(Actor("spy", Role.UNIT_DESK, unit)), connection.cursor() as cursor:
            cursor.execute(
                "SELECT order_id, seq, name, at, by, role, unit, data::text, digests::text FROM respond_event "
                "WHERE order_id = ANY (%s) ORDER BY order_id, seq",
                [mine],
            )
            rows = cursor.fetchall()
            cursor.execute("SELECT id, value::text, no FROM respond_order WHERE id = ANY (%s)", [mine])
            values = cursor.fetchall()
        before = None
        for order, seq, name, at, by, role, _unit, data, digests in rows:
            step = int(np.log2(max((at - before[1]).total_seconds(), 1))) if before and before[0] == order else -1
            before = (order, at)
            said = json.loads(data)
            found[order] += [f"{name}", f"{name}/{seq}", f"{name}/{by}/{role}", f"{name}+{step}"]
            found[order] += [f"{name}.{k}={v}" for k, v in said.items() if not isinstance(v, str) or len(v) < 20]
            found[order] += [f"{name}.{k}!" for k in said]
            found[order] += [f"{name}#{k}" for k in json.loads(digests)]
        for order, value, _no in values:
            found[order] += [f"value.{k}={v}" for k, v in json.loads(value).items() if isinstance(v, bool | int | None)]
    return [found[order] for order in orders]


def course(house, orders: list[int]) -> list[list[str]]:
    """The receipt's course: kinds, opened groups, and where its leaves stand beside sealed answers."""
    with psycopg.connect(house.conninfo("loader")) as database:
        rows = database.execute("SELECT index, kind, order_id FROM account_leaf ORDER BY index").fetchall()
    kinds = [kind for _, kind, _ in rows]
    places: dict[int, list[int]] = {}
    for index, kind, order in rows:
        if order is not None and kind == 5:
            places.setdefault(order, []).append(index)
    words = []
    for order in orders:
        said = []
        for t in told(order)[1]:
            said += [f"leaf{t.kind}.{k}={v}" for group in t.groups[:4] for k, v in group.items()]
        for index in places.get(order, ()):
            around = kinds[max(index - 2, 0) : index + 3]
            said += [f"around{around.count(13)}", f"next{kinds[(index + 1) % len(kinds)]}"]
        words.append(said)
    return words


def table(words: list[list[str]], names: dict[str, int]) -> csr_matrix:
    rows, columns = [], []
    for n, said in enumerate(words):
        for word in set(said):
            if word in names:
                rows.append(n)
                columns.append(names[word])
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(words), len(names)))


def learnt(house, monkeypatch, trials: int, learnt: int) -> list[tuple[str, int, int, float]]:
    """The game, played by two guessers: name, right guesses, those from what may be known, and the upper bound (95 %)
    of the gain."""
    chance = Random(20261121)
    units = [u.code for u in present.city().units.values() if u.kind == "county"][:UNITS]
    with psycopg.connect(house.conninfo("loader")) as database:
        world = Paper(first_number(database))
    truth = play(world, units, trials + learnt, chance)
    with Bulk(house.conninfo("loader")) as bulk:
        for life in world.lives.values():
            bulk.add(life)
        bulk.commit(lambda database: numbers_taken(database, world.number - 1))
    monkeypatch.setattr(present, "clock", [lambda: AFTER])
    number()
    for month in range(1, 13):
        ballots.publish(date(2026, month, 1))
    orders = sorted(truth)
    chance.shuffle(orders)
    words = [a + b for a, b in zip(traces(orders, truth), course(house, orders), strict=True)]
    grades = np.array([GRADES.index(truth[o].grade) for o in orders])
    return guessed(words, [str(truth[o].known) for o in orders], grades, len(orders) - trials)


def guessed(
    words: list[list[str]], known: list[str], grades: np.ndarray, first: int
) -> list[tuple[str, int, int, float]]:
    """Guessers learn from the orders before `first` and are judged by the others, beside a guess from `known` alone."""
    best = {
        k: Counter(g for g, x in zip(grades[:first], known, strict=False) if x == k).most_common(1)[0][0]
        for k in set(known[:first])
    }
    fair = np.array([best.get(k, 0) for k in known[first:]]) == grades[first:]
    usual = Counter(word for said in words[:first] for word in set(said))
    names = {word: i for i, word in enumerate(sorted(word for word, n in usual.items() if n >= 20))}
    strata = OneHotEncoder(handle_unknown="ignore").fit([[k] for k in known[:first]])
    seen = hstack([table(words, names), strata.transform([[k] for k in known])]).tocsr()
    often = np.asarray((seen[:first] > 0).sum(axis=0)).ravel() >= 50
    found = []
    for guesser, matrix in (
        (LogisticRegression(C=0.05, max_iter=200), seen),
        (HistGradientBoostingClassifier(max_iter=40, random_state=1), seen[:, often].toarray()),
    ):
        right = guesser.fit(matrix[:first], grades[:first]).predict(matrix[first:]) == grades[first:]
        gain = right.astype(float) - fair
        upper = float(gain.mean() + 1.645 * gain.std() / np.sqrt(len(gain)))
        print(
            f"{type(guesser).__name__}: {right.sum()}/{len(right)} right, from what may be known {fair.sum()}/"
            f"{len(fair)}, upper bound of the gain {100 * upper:+.2f} points"
        )
        found.append((type(guesser).__name__, int(right.sum()), int(fair.sum()), upper))
    return found


def test_the_unit_guesses_no_better_than_from_what_it_may_know(house, monkeypatch) -> None:
    for name, _right, _fair, upper in learnt(house, monkeypatch, 10_000, 8_000):
        assert upper <= MARGIN, name


def test_the_guessers_find_a_planted_leak(house, monkeypatch) -> None:
    def without_empty_ones(command: say.CallBack) -> dict[str, str]:
        return {name: words for name, words in (("declined", command.declined), ("opinion", command.opinion)) if words}

    monkeypatch.setattr(say.CallBack, "spoken", without_empty_ones)
    for name, right, fair, _upper in learnt(house, monkeypatch, 2_000, 4_000):
        assert (right - fair) / 2_000 > MARGIN, name
