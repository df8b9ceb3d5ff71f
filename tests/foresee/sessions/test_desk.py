"""Topics and sessions in the database: who sees and who may change them, and that the past cannot be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection

from minsheng.core import Actor, Refused
from minsheng.core.codes import Card, Role
from minsheng.core.order import UnitRef
from minsheng.core.session import Attendee, Mechanism, Session, Topic
from minsheng.core.session import commands as say
from minsheng.core.session.codes import ItemState, MechanismKind, Presence, TopicState
from minsheng.foresee import sessions
from minsheng.foresee.sessions.checking import check_all
from minsheng.foresee.sessions.desk import give_cards
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from support.agenda import ADOPT, Agenda
from support.life import SUPERVISOR
from support.month import ANALYST, CHOOSE, LEADER, PROPOSE

pytestmark = pytest.mark.db
INSPECTOR = Actor("jiwei", Role.INSPECTOR)


@pytest.fixture
def town(house) -> Agenda:
    return Agenda()


def test_a_unit_works_on_its_item_another_ticks_it_off_and_the_check_finds_nothing(house, town: Agenda) -> None:
    town.say(say.SignItem(1), town.desk(town.lead))
    town.say(say.ReportItem(1, "换完", done=True), town.desk(town.lead))
    topic = town.say(say.VerifyItem(1, True, "现场看过"), town.desk(town.verifier))
    assert topic.items[0].state is ItemState.TICKED
    town.say(say.End("办成"), LEADER)
    sessions.handle(Session, town.month, say.Attend((Attendee(town.lead.code, Presence.VIDEO),)), ANALYST)
    assert sessions.handle(Session, town.month, say.CloseSession(), LEADER).closed
    found = check_all(house.conninfo("loader"))
    assert (found.streams, found.events, found.differences) == (3, 15, [])


def test_an_item_stands_in_the_inbox_of_who_must_act(town: Agenda) -> None:
    def waiting(unit: UnitRef) -> list[int]:
        return [item.id for _, item in sessions.inbox(town.desk(unit))]

    assert (waiting(town.lead), waiting(town.verifier), waiting(town.other)) == ([1], [], [])
    town.say(say.SignItem(1), town.desk(town.lead))
    town.say(say.ReportItem(1, "换完", done=True), town.desk(town.lead))
    assert (waiting(town.lead), waiting(town.verifier)) == ([], [1])
    assert [item.id for _, item in sessions.inbox(SUPERVISOR)] == [1]


def test_a_unit_that_has_nothing_to_do_with_a_topic_does_not_see_it(town: Agenda) -> None:
    stranger = town.desk(town.other)
    with pytest.raises(sessions.NotFound):
        sessions.topic(town.topic, stranger)
    assert sessions.topics(stranger) == []
    assert [t.no for t in sessions.topics(town.desk(town.verifier))] == [town.topic]
    with pytest.raises(sessions.NotFound):
        town.say(say.SignItem(1), stranger)


def test_a_candidate_is_seen_by_no_unit_before_it_is_chosen(town: Agenda) -> None:
    no = sessions.propose(replace(PROPOSE, no="?", areas=(town.lead.code,)), ANALYST).no
    assert no != town.topic
    assert no not in [t.no for t in sessions.topics(town.desk(town.lead))]
    assert no in [t.no for t in sessions.topics(LEADER)]


def test_inspection_reads_what_was_chosen_and_every_look_is_written_down(town: Agenda) -> None:
    sessions.propose(replace(PROPOSE, no="?"), ANALYST)
    assert [t.no for t in sessions.topics(INSPECTOR)] == [town.topic]
    sessions.topic(town.topic, INSPECTOR)
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT by, what FROM foresee_looked")
        assert cursor.fetchall() == [("jiwei", town.topic)]


def test_inspection_changes_nothing_even_past_the_rules(town: Agenda) -> None:
    with sight(INSPECTOR), connection.cursor() as cursor:
        cursor.execute("UPDATE foresee_item SET state = 'ticked'")
        assert cursor.rowcount == 0
    with pytest.raises(DatabaseError), sight(INSPECTOR), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO foresee_event (stream, seq, name, at, by, role, data, hash) "
            "VALUES (%s, 99, 'ended', now(), 'x', 'leader', '{}', '')",
            [town.topic],
        )


def test_what_happened_cannot_be_changed_and_a_changed_past_is_found(house, town: Agenda) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("UPDATE foresee_event SET by = 'other'")
    with psycopg.connect(house.conninfo("owner"), autocommit=True) as owner:
        with pytest.raises(psycopg.Error, match="append-only"):
            owner.execute("UPDATE foresee_event SET by = 'other'")
        owner.execute("ALTER TABLE foresee_event DISABLE TRIGGER append_only")
        owner.execute(
            "UPDATE foresee_event SET data = jsonb_set(data, '{registration,after}', '52') WHERE name = 'registered'"
        )
    assert any("digest" in d for d in check_all(house.conninfo("loader")).differences)


def test_a_topic_changed_behind_its_events_is_found(house, town: Agenda) -> None:
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("""UPDATE foresee_topic SET value = jsonb_set(value, '{reasons}', '"other"')""")
        cursor.execute("UPDATE foresee_item SET title = 'other'")
    found = check_all(house.conninfo("loader"))
    assert [d.split(": ")[1] for d in found.differences] == [
        "the stored value is not what the events make",
        "the items are not what the events make",
    ]


def test_a_topic_can_be_chosen_only_into_an_open_session(town: Agenda) -> None:
    no = sessions.propose(replace(PROPOSE, no="?"), ANALYST).no
    with pytest.raises(Refused) as error:
        sessions.handle(Topic, no, replace(CHOOSE, month="2031-01"), LEADER)
    assert error.value.code == "no_session"
    town.say(say.CarryOver("2031-02", "材料未到"), SUPERVISOR)
    sessions.handle(Session, town.month, say.CloseSession(), SUPERVISOR)
    with pytest.raises(Refused) as error:
        sessions.handle(Topic, no, replace(CHOOSE, month=town.month), LEADER)
    assert error.value.code == "session_closed"


def test_a_session_with_open_topics_is_not_closed(town: Agenda) -> None:
    with pytest.raises(Refused) as error:
        sessions.handle(Session, town.month, say.CloseSession(), SUPERVISOR)
    assert error.value.code == "topics_open"
    assert [t.state for t in sessions.session(town.month, LEADER)[1]] == [TopicState.DISPATCHED]


def test_timers_give_cards_and_a_second_run_gives_none(town: Agenda) -> None:
    due = sessions.topic(town.topic, SYSTEM)[0].items[0].due
    assert give_cards(present.now()) == 0
    assert give_cards(due - timedelta(hours=1)) == 1
    assert (give_cards(due), give_cards(due)) == (1, 0)
    assert sessions.topic(town.topic, SYSTEM)[0].items[0].card is Card.RED


def test_mechanisms_are_found_by_words_and_category_and_retired_ones_come_last(town: Agenda) -> None:
    first = sessions.adopt(replace(ADOPT, categories=("SHI-GR",)), ANALYST).no
    second = sessions.adopt(replace(ADOPT, title="夜间抢修工具包", kind=MechanismKind.TOOL), ANALYST).no
    sessions.handle(Mechanism, second, say.Retire("已代替"), ANALYST)
    anyone = town.desk(town.other)
    assert [m.no for m in sessions.mechanisms(anyone)] == [first, town.mechanism, second]
    assert [m.no for m in sessions.mechanisms(anyone, "抢修")] == [second]
    assert [m.no for m in sessions.mechanisms(anyone, "%")] == []
    assert [m.no for m in sessions.mechanisms(anyone, categories=("SHI-GR",))] == [first]
    assert sessions.mechanism(town.mechanism, anyone)[0].topic == town.topic
