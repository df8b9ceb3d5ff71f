"""Ballots at work: sealed at once, changed in silence, published in one shuffled batch, found by their voters alone."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection, connections

from minsheng.account import ballots
from minsheng.account.ledger import number
from minsheng.core import Refused
from minsheng.core import commands as say
from minsheng.core.codes import Grade, Kind, Role
from minsheng.core.ledger import Answer, Leaf, LeafKind
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.respond import casework, intake, ratings
from minsheng.respond.erasure import erase

pytestmark = pytest.mark.db

OCTOBER = date(2026, 10, 1)
CLOSED = datetime(2026, 10, 20, 2, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """Sets the house's clock."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr(present, "clock", [lambda: moment])

    at(CLOSED)
    return at


def closed(grade: Grade, text: str = "路灯不亮") -> str:
    """An order that is handled, called back with `grade`, and closed."""
    county = next(u.code for u in present.city().units.values() if u.kind == "county")
    no = intake.receive(intake.Request(text, kind=Kind.COMPLAINT)).no
    declined = "不用再办" if grade.bad else ""
    for command, by in (
        (say.Submit(category=present.city().taxonomy.leaves[0].code), Actor("a", Role.AGENT)),
        (say.Dispatch(lead=present.unit_ref(county)), Actor("d", Role.DISPATCHER)),
        (say.Sign(), Actor("c", Role.UNIT_DESK, county)),
        (say.Reply(contacted=True, reply="已修好", public_reply="已修好"), Actor("c", Role.UNIT_DESK, county)),
        (say.ReviewReply(accepted=True), Actor("r", Role.REVIEWER)),
        (say.CallBack(contacted=True, resolved=True, grade=grade, declined=declined), Actor("b", Role.CALLER_BACK)),
    ):
        order, _ = casework.handle(no, command, by)
    assert order.closed_at is not None, order.state
    return no


@pytest.fixture
def voted(house, clock, monkeypatch) -> list[str]:
    """Twelve closed orders of one unit, two of them dissatisfied; no look-back falls on any."""
    monkeypatch.setattr(casework, "drawn", lambda _: False)
    return [closed(Grade.DISSATISFIED if n < 2 else Grade.SATISFIED) for n in range(12)]


def order_id(no: str) -> int:
    return casework.view(no, Actor("s", Role.SUPERVISOR))[0]


def published() -> list[dict]:
    from minsheng.ground.access import SYSTEM, sight

    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT told::text FROM account_leaf WHERE kind = 6 ORDER BY index")
        import json

        return [json.loads(told)[0] for (told,) in cursor.fetchall()]


def test_every_answer_is_committed_to_at_once_and_numbered_apart_from_its_order(voted, house) -> None:
    number()
    with psycopg.connect(house.conninfo("loader")) as database:
        query = "SELECT count(*), count(order_id), count(told) FROM account_leaf WHERE kind = 13"
        assert database.execute(query).fetchone() == (12, 0, 0)
        assert database.execute("SELECT count(*) FROM respond_sealed").fetchone() == (0,)


def test_ballots_are_published_when_the_last_has_closed_and_not_before(voted, clock) -> None:
    with pytest.raises(ballots.TooEarly, match="2026-11-08"):
        ballots.publish(OCTOBER)
    assert OCTOBER not in ballots.due()
    clock(datetime(2026, 11, 8, 1, tzinfo=UTC))
    assert OCTOBER in ballots.due()
    done = ballots.publish(OCTOBER)
    assert (done.published, done.waiting) == (12, 0)
    assert OCTOBER not in ballots.due()
    assert sorted(b["answer"] for b in published()) == ["dissatisfied"] * 2 + ["satisfied"] * 10
    assert {b["period"] for b in published()} == {"2026-10"}
    assert set(ballots.totals(OCTOBER).values()) == {(10, 12)}


def test_publishing_again_publishes_nothing_twice_wherever_it_was_cut_off(voted, clock, monkeypatch) -> None:
    clock(datetime(2026, 11, 9, tzinfo=UTC))
    from minsheng.account.ballots import publishing

    tell = publishing.tell_many

    def cut_off(*said) -> int:
        tell(*said)
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "tell_many", cut_off)
    with pytest.raises(KeyboardInterrupt):
        ballots.publish(OCTOBER)
    monkeypatch.setattr(publishing, "tell_many", tell)
    ballots.publish(OCTOBER)
    ballots.publish(OCTOBER)
    assert len(published()) == 12
    assert ballots.tracker_of(order_id(voted[0])) is not None


def test_a_change_within_seven_days_counts_and_leaves_no_trace_on_the_order(voted, clock) -> None:
    before = casework.view(voted[5], Actor("s", Role.SUPERVISOR))
    clock(CLOSED + timedelta(days=6))
    ratings.change(voted[5], Grade.VERY_DISSATISFIED, "7391")
    assert casework.view(voted[5], Actor("s", Role.SUPERVISOR)) == before
    clock(CLOSED + timedelta(days=8))
    with pytest.raises(Refused, match="七天"):
        ratings.change(voted[5], Grade.SATISFIED)
    clock(datetime(2026, 11, 9, tzinfo=UTC))
    ballots.publish(OCTOBER)
    own = ballots.tracker_of(order_id(voted[5]))
    assert own.answer is Grade.VERY_DISSATISFIED
    assert own.tracker.startswith("7391-")


def test_what_is_no_grade_or_no_four_digits_is_refused(voted) -> None:
    with pytest.raises(Refused, match="等次"):
        ratings.change(voted[0], Grade.UNRATED)
    with pytest.raises(Refused, match="四位"):
        ratings.change(voted[0], Grade.SATISFIED, "王小明")


def test_a_tracker_is_known_only_after_publication_and_a_decoy_has_any_answer(voted, clock) -> None:
    number_ = order_id(voted[0])
    assert ballots.tracker_of(number_) is None
    clock(datetime(2026, 11, 9, tzinfo=UTC))
    ballots.publish(OCTOBER)
    own = ballots.tracker_of(number_)
    assert own.answer is Grade.DISSATISFIED
    shown = ballots.decoy(own, Grade.SATISFIED, number_)
    assert shown.answer is Grade.SATISFIED
    assert shown == ballots.decoy(own, Grade.SATISFIED, number_)
    assert ballots.decoy(own, Grade.DISSATISFIED, number_) == own
    assert ballots.decoy(own, Grade.BASICALLY, number_) is None


def test_no_login_but_the_vaults_reads_an_answer(voted, house) -> None:
    for query in (b"SELECT grade FROM vault.rating", b"SELECT grade FROM account_ballot"):
        with (
            psycopg.connect(house.conninfo("app")) as database,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            database.execute(query)


def test_of_an_erased_order_nothing_leads_to_its_published_ballot(voted, clock, house) -> None:
    number_ = order_id(voted[3])
    clock(datetime(2026, 11, 9, tzinfo=UTC))
    erase(voted[3])
    ballots.publish(OCTOBER)
    number()
    assert len(published()) == 12
    assert ballots.tracker_of(number_) is None
    with psycopg.connect(house.conninfo("loader")) as database:
        left = database.execute("SELECT count(*) FROM vault.rating WHERE order_id = %s", [number_]).fetchone()
    assert left == (0,)
    with pytest.raises(ballots.AuditFailed, match="in no box"):
        ballots.audit(*box(), leaves(house), published())
    grave = Leaf(LeafKind.TOMBSTONE, OCTOBER, bytes(32))
    found = ballots.audit(*box(), [*leaves(house), grave], published())
    assert (found.unopened, found.unlinked, found.tombstones) == (1, 1, 1)


def box() -> tuple[list[Answer], list]:
    return list(ballots.answers()), ballots.cast()


def leaves(house) -> list[Leaf]:
    with psycopg.connect(house.conninfo("loader")) as database:
        rows = database.execute("SELECT kind, day, commitment FROM account_leaf ORDER BY index").fetchall()
    return [Leaf(LeafKind(kind), day, bytes(c)) for kind, day, c in rows]


def test_the_auditor_finds_answers_and_ballots_to_agree(voted, clock, house) -> None:
    ratings.change(voted[5], Grade.VERY_DISSATISFIED)
    clock(datetime(2026, 11, 9, tzinfo=UTC))
    ballots.publish(OCTOBER)
    number()
    private = X25519PrivateKey.generate()
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    shut = ballots.seal_for_auditor(public, *box())
    answers, cast = ballots.open_box(private.private_bytes_raw(), shut)
    found = ballots.audit(answers, cast, leaves(house), published())
    assert (found.answers, found.graded, found.waiting, found.ballots) == (13, 12, 0, 12)
    with pytest.raises(ballots.AuditFailed, match="another key"):
        ballots.open_box(X25519PrivateKey.generate().private_bytes_raw(), shut)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            "UPDATE account_ballot SET grade = 'basically' WHERE order_id = (SELECT min(order_id) FROM account_ballot)",
            "another",
        ),
        ("UPDATE vault.rating SET grade = 'satisfied' WHERE grade = 'dissatisfied'", "in no box"),
        ("DELETE FROM vault.rating WHERE grade = 'dissatisfied'", "in no box"),
        ("UPDATE account_ballot SET answer = (SELECT min(commitment) FROM vault.rating)", "to its order"),
        ("DELETE FROM account_ballot WHERE grade = 'dissatisfied'", None),
    ],
)
def test_the_auditor_finds_what_was_changed_before_publication(voted, clock, house, fault, sentence) -> None:
    clock(datetime(2026, 11, 9, tzinfo=UTC))
    number()
    from minsheng.account.ballots import publishing

    since, until = publishing._span(OCTOBER)
    with connections["vault"].cursor() as cursor:
        publishing._gather(cursor, OCTOBER, since, until)
    with psycopg.connect(house.conninfo("superuser")) as database:
        database.execute(fault.encode())
    if sentence is None:
        answers, cast = box()
        assert ballots.audit(answers, cast, leaves(house), published()).waiting == 12
        return
    with connections["vault"].cursor() as cursor:
        publishing._place(cursor, OCTOBER)
    publishing._tell()
    number()
    with pytest.raises(ballots.AuditFailed, match=sentence):
        ballots.audit(*box(), leaves(house), published())
