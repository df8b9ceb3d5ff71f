"""What people do with topics, sessions and mechanisms (月调度工作台), each in one transaction in their own sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, cast

from minsheng.core import Actor, Refused
from minsheng.core.codes import UNIT_ROLES, Card, Role
from minsheng.core.session import Item, Mechanism, Session, SessionEvent, Thing, Topic, decide
from minsheng.core.session import commands as say
from minsheng.core.session.case import guard_role
from minsheng.core.session.codes import TopicState
from minsheng.foresee.sessions import store
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

T = TypeVar("T", Topic, Session, Mechanism)


class NotFound(Exception):
    """No such topic, session or mechanism in the actor's sight."""


def handle(kind: type[T], no: str, command: say.AnyCommand, by: Actor, at: datetime | None = None) -> T:
    """Carry out `command` on the topic, session or mechanism `no`; returns it as it then stands.

    Raises NotFound outside the actor's sight, Forbidden and Refused with nothing changed."""
    guard_role(by.role, type(command))
    with sight(by):
        stood = store.load(kind, no, lock=True)
        if stood is None:
            raise NotFound(no)
        return cast(T, _carry_out(stood, _completed(command, stood), by, at or present.now()))


def propose(command: say.Propose, by: Actor, at: datetime | None = None) -> Topic:
    """A new candidate; numbered "?" it gets the month's next number."""
    moment = at or present.now()
    return cast(Topic, _begin(command, by, moment))


def open_session(command: say.OpenSession, by: Actor, at: datetime | None = None) -> Session:
    """A month's session; Refused when there is one already."""
    return cast(Session, _begin(command, by, at or present.now()))


def adopt(command: say.Adopt, by: Actor, at: datetime | None = None) -> Mechanism:
    """A new mechanism; numbered "?" it gets the year's next number."""
    return cast(Mechanism, _begin(command, by, at or present.now()))


_KINDS: dict[type, tuple[type, str]] = {
    say.Propose: (Topic, "no"),
    say.OpenSession: (Session, "month"),
    say.Adopt: (Mechanism, "no"),
}


def _begin(command: Any, by: Actor, at: datetime) -> Thing:
    guard_role(by.role, type(command))
    kind, key = _KINDS[type(command)]
    with sight(by):
        store.run("SELECT pg_advisory_xact_lock(hashtext('foresee_numbers'))", [])
        if getattr(command, key) == "?":
            number = next_topic_no(at) if kind is Topic else _next_mechanism_no(at)
            command = replace(command, **{key: number})
        stood = store.load(kind, getattr(command, key), lock=True)
        return _carry_out(stood, command, by, at)


def _carry_out(stood: Thing | None, command: say.AnyCommand, by: Actor, at: datetime) -> Thing:
    events: Sequence[SessionEvent] = decide(stood, command, present.policy(at), at, by)
    thing = stood
    for event in events:
        thing = event.on(thing)
    if events:
        assert thing is not None
        store.append(stood, thing, events, by)
    assert thing is not None
    return thing


def _completed(command: say.AnyCommand, thing: Thing) -> say.AnyCommand:
    """What only the store knows: the topics of a month that are still open."""
    if isinstance(command, say.CloseSession) and isinstance(thing, Session):
        found = store.rows(
            "SELECT no FROM foresee_topic WHERE month = %s AND state IN ('chosen', 'dispatched') ORDER BY no",
            [thing.month],
        )
        return replace(command, open_topics=tuple(no for (no,) in found))
    if isinstance(command, say.Choose):
        found_session = store.load(Session, command.month)
        if not isinstance(found_session, Session):
            raise Refused("no_session", f"{command.month} 的月调度还没有召开，请先开启。")
        if found_session.closed:
            raise Refused("session_closed", "该月月调度已经归档，请选入以后的月份。")
    return command


def next_topic_no(at: datetime) -> str:
    """The next topic number of the month of `at`: T2611-01, T2611-02 …"""
    month = present.policy(at).calendar.local_date(at).strftime("T%y%m-")
    return _next(month, "SELECT count(*) FROM foresee_topic WHERE starts_with(no, %s)")


def _next_mechanism_no(at: datetime) -> str:
    year = present.policy(at).calendar.local_date(at).strftime("M%y-")
    return _next(year, "SELECT count(*) FROM foresee_mechanism WHERE starts_with(no, %s)")


def _next(prefix: str, sql: str) -> str:
    return f"{prefix}{store.rows(sql, [prefix])[0][0] + 1:02d}"


def topic(no: str, by: Actor) -> tuple[Topic, list[store.Stored]]:
    """A topic and its events; NotFound outside the actor's sight. Inspection's looks are written down."""
    with sight(by):
        found = store.load(Topic, no)
        if not isinstance(found, Topic):
            raise NotFound(no)
        if by.role is Role.INSPECTOR:
            store.run("INSERT INTO foresee_looked (by, what) VALUES (%s, %s)", [by.id, no])
        return found, store.events_of(no)


def topics(by: Actor, *, month: str | None = None, states: Sequence[TopicState] = tuple(TopicState)) -> list[Topic]:
    """Topics in the actor's sight, newest first: of one month, or of all in these states."""
    with sight(by):
        found = store.rows(
            "SELECT value::text FROM foresee_topic WHERE (%(month)s::text IS NULL OR month = %(month)s) "
            "AND state = ANY (%(states)s) ORDER BY no DESC LIMIT 500",
            {"month": month, "states": [s.value for s in states]},
        )
    return [cast(Topic, store.thing_of(Topic, value)) for (value,) in found]


def session(month: str, by: Actor) -> tuple[Session, list[Topic]]:
    """A month's session and its topics; NotFound outside the actor's sight."""
    with sight(by):
        found = store.load(Session, month)
        if not isinstance(found, Session):
            raise NotFound(month)
    return found, topics(by, month=month)[::-1]


def sessions(by: Actor) -> list[Session]:
    """All sessions, newest first."""
    with sight(by):
        found = store.rows("SELECT value::text FROM foresee_session ORDER BY month DESC")
    return [cast(Session, store.thing_of(Session, value)) for (value,) in found]


def mechanism(no: str, by: Actor) -> tuple[Mechanism, list[store.Stored]]:
    """A mechanism and, for those who see the city, its events."""
    with sight(by):
        found = store.load(Mechanism, no)
        if not isinstance(found, Mechanism):
            raise NotFound(no)
        return found, store.events_of(no)


def mechanisms(by: Actor, words: str = "", categories: Sequence[str] = ()) -> list[Mechanism]:
    """The policy library and toolbox (政策库、工具箱): by words and by category, those that stand first."""
    with sight(by):
        found = store.rows(
            "SELECT value::text FROM foresee_mechanism WHERE (%(words)s = '' OR words ILIKE %(like)s) "
            "AND (%(categories)s::text[] = '{}' OR categories && %(categories)s) "
            "ORDER BY retired, no DESC LIMIT 200",
            {"words": words, "like": f"%{_plain(words)}%", "categories": list(categories)},
        )
    return [cast(Mechanism, store.thing_of(Mechanism, value)) for (value,) in found]


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def inbox(by: Actor) -> list[tuple[Topic, Item]]:
    """The items that wait for the actor's unit, to do or to verify, first due first; for others all open items."""
    with sight(by):
        found = store.rows(
            "SELECT i.topic, i.id, t.value::text FROM foresee_item i JOIN foresee_topic t ON t.no = i.topic "
            "WHERE i.state <> 'ticked' AND t.state = 'dispatched' "
            "AND (%(unit)s::text IS NULL OR (i.unit = %(unit)s AND i.state <> 'reported') "
            "OR (i.verifier = %(unit)s AND i.state = 'reported')) ORDER BY i.due, i.topic, i.id LIMIT 500",
            {"unit": by.unit if by.role in UNIT_ROLES else None},
        )
    told = []
    for _, number, value in found:
        one = cast(Topic, store.thing_of(Topic, value))
        item = one.item(number)
        assert item is not None
        told.append((one, item))
    return told


def give_cards(at: datetime | None = None) -> int:
    """Yellow and red cards for the items whose time is near or over (亮牌); how many were given."""
    moment = at or present.now()
    policy = present.policy(moment)
    soon = policy.calendar.due(moment, policy.yellow_card_before)
    with sight(SYSTEM):
        waiting = store.rows(
            "SELECT topic, id, due FROM foresee_item WHERE state IN ('given', 'doing') AND due <= %s "
            "AND card IS DISTINCT FROM 'red' ORDER BY due",
            [soon],
        )
    given = 0
    for no, number, due in waiting:
        card = Card.RED if moment >= due else Card.YELLOW
        before = topic(no, SYSTEM)[0].version
        given += handle(Topic, no, say.CardItem(number, card), SYSTEM, moment).version - before
    return given
