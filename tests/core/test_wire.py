"""The wire form of orders and events (事件的存储形式): always the same bytes, and nothing lost on the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from minsheng.core import commands as say
from minsheng.core.codes import Card, Role, State
from minsheng.core.order import Order
from minsheng.core.wire import from_json, plain, shaped, to_json
from support.life import ACCEPT, CALLER, DESK, FIRST, HEAD, MONDAY, NO, REPLY, REVIEWER, SYSTEM, Life, county, town

LIVES: tuple[Callable[[], Life], ...] = (
    Life,
    lambda: Life(complained_of=("c9", "c8"), secret=True, split_from="A0").dispatched(county(), county("c2")),
    lambda: (
        Life()
        .dispatched()
        .then((say.Sign(), DESK), (say.PassDown(to=town()), DESK), (say.Sign(), FIRST), (REPLY, FIRST))
    ),
    lambda: (
        Life()
        .dispatched()
        .then(
            (say.RequestExtension(grounds="缺配件"), DESK),
            (say.DecideExtension(granted=True), HEAD),
            (say.GiveCard(card=Card.YELLOW), SYSTEM),
        )
    ),
    lambda: Life().to_call_back().then((NO, CALLER)),
    lambda: Life().replied().then((say.Park(until=MONDAY + timedelta(days=9), promise="改造"), REVIEWER)),
    lambda: Life().replied().then((ACCEPT, REVIEWER), (say.CallBack(reached=False), CALLER)),
    lambda: Life().closed(),
)


def by_definition(value: Any) -> Any:
    """The wire form, said as slowly and plainly as can be."""
    if isinstance(value, StrEnum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, tuple):
        return [by_definition(v) for v in value]
    if isinstance(value, frozenset):
        return sorted(by_definition(v) for v in value)
    if is_dataclass(value):
        return {f.name: by_definition(getattr(value, f.name)) for f in fields(value)}
    return value


@pytest.mark.parametrize("life", LIVES)
def test_orders_and_events_are_written_as_defined_byte_for_byte(life: Callable[[], Life]) -> None:
    lived = life()
    assert json.dumps(plain(lived.o)) == json.dumps(by_definition(lived.o))
    for event in lived.events:
        whole = by_definition(event)
        assert json.dumps(plain(event)) == json.dumps(whole)
        own = {name: value for name, value in whole.items() if name not in ("at", "by")}
        assert json.dumps(to_json(event)) == json.dumps(own)


@pytest.mark.parametrize("life", LIVES)
def test_orders_and_events_come_back_as_they_were(life: Callable[[], Life]) -> None:
    lived = life()
    assert shaped(Order, json.loads(json.dumps(plain(lived.o)))) == lived.o
    for event in lived.events:
        assert from_json(event.NAME, event.at, event.by, json.loads(json.dumps(to_json(event)))) == event


def test_codes_are_written_as_bare_text() -> None:
    assert [type(plain(code)) for code in (State.CLOSED, Role.AGENT)] == [str, str]
    assert plain({"untouched": State.CLOSED}) == {"untouched": State.CLOSED}


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "2026-03-02T01:00:00.000000Z"),
        (datetime(2026, 3, 2, 9, 0, 0, 7, ZoneInfo("Asia/Shanghai")), "2026-03-02T01:00:00.000007Z"),
        (datetime(2026, 3, 2, 1, 0, tzinfo=timezone(timedelta(hours=-3))), "2026-03-02T04:00:00.000000Z"),
    ],
)
def test_times_are_written_in_utc_to_the_microsecond(moment: datetime, written: str) -> None:
    assert plain(moment) == written


def test_the_two_hours_of_one_name_in_autumn_stay_apart() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    second = first.replace(fold=1)
    assert first == second, "Python takes both for the same time"
    assert (plain(first), plain(second)) == ("2026-10-25T00:30:00.000000Z", "2026-10-25T01:30:00.000000Z")
