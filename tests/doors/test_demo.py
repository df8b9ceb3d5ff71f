"""The demo: months of an invented city, work at the desks shown, accounts to enter with; made once, and whole after a
start that was broken off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from psycopg import sql

from minsheng.core.codes import Role, State
from minsheng.core.order import Actor
from minsheng.doors.cli import serve
from minsheng.doors.cli.main import SIMULATED, Mistake
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.ground.city import load_pack
from minsheng.ground.loading import load
from minsheng.respond import desk_reads, reading
from minsheng.respond.checking import check_all
from support.city import CITY

WRITTEN = (
    *("respond_order", "respond_event", "respond_timer", "respond_knowledge", "respond_decision", "ground_account"),
    *("vault.words", "vault.rating", "procrastinate_jobs"),
)


class PowerCut(Exception):
    """The machine stood still."""


@pytest.fixture
def demo() -> ModuleType:
    """The module; it stands on Django's models."""
    from minsheng.ground.setup import configure

    configure()
    return import_module("minsheng.doors.cli.demo")


@pytest.fixture
def tiny(demo: ModuleType) -> object:
    """A demo that takes a second or two."""
    return demo.Size(months=1, per_day=3, interventions=0, newest=20)


@pytest.fixture
def qinghe(house, monkeypatch) -> Iterator[None]:
    """A house of the invented city, empty."""
    from minsheng.respond import dispatch

    pack = load_pack(CITY)
    load(house.conninfo("owner"), pack)
    monkeypatch.setattr(present, "city", lambda: pack)
    remembered = (present.unit_ref, present.gazetteer, dispatch._blend)
    for known in remembered:
        known.cache_clear()
    yield
    for known in remembered:
        known.cache_clear()


@pytest.fixture
def filled(house, qinghe, demo, tiny, tmp_path: Path) -> Path:
    """A tiny demo."""
    demo.fill(house.conninfo("loader"), tmp_path, tiny)
    return tmp_path


def rows(house) -> dict[str, int]:
    """How much stands in each table that the demo writes."""
    with psycopg.connect(house.conninfo("superuser")) as connection:
        counts = {t: sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*t.split("."))) for t in WRITTEN}
        return {t: connection.execute(count).fetchone()[0] for t, count in counts.items()}


def states(house) -> set[State]:
    with psycopg.connect(house.conninfo("superuser")) as connection:
        return {State(s) for (s,) in connection.execute("SELECT DISTINCT state FROM respond_order")}


def shown() -> tuple[str, str]:
    """The county and the township of the accounts."""
    from minsheng.ground.models import Account

    second = Account.objects.get(username__startswith="demo-handler2-")
    return present.city().units[second.unit].parent, second.unit


@pytest.mark.db
def test_every_state_can_be_seen_the_check_finds_nothing_and_filling_again_changes_nothing(
    house, filled: Path, demo, tiny
) -> None:
    assert states(house) == set(State)
    checked = check_all(house.conninfo("loader"))
    assert checked.differences == []
    assert checked.orders > 30 * 2
    assert (filled / "truth").is_dir()
    before = rows(house)
    demo.fill(house.conninfo("loader"), filled, tiny)
    assert rows(house) == before


@pytest.mark.db
def test_a_start_broken_off_in_its_last_day_is_told_to_its_end_once(house, qinghe, tiny, monkeypatch, tmp_path) -> None:
    from minsheng.doors.cli import demo, demo_orders

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    loader = house.conninfo("loader")
    with monkeypatch.context() as broken:
        broken.setattr(demo_orders.say, "Park", cut)
        with pytest.raises(PowerCut):
            demo.fill(loader, tmp_path, tiny)
    assert State.PARKED not in states(house)
    demo.fill(loader, tmp_path, tiny)
    assert states(house) == set(State)
    day = sum(way.count for way in demo_orders.WAYS)
    with psycopg.connect(house.conninfo("superuser")) as connection:
        by_hand = "SELECT count(*) FROM respond_order WHERE external_digest IS NOT NULL"
        assert connection.execute(by_hand).fetchone()[0] == day
    assert check_all(loader).differences == []


@pytest.mark.db
def test_each_role_has_an_account_that_its_password_opens_and_the_login_page_lists_under_the_banner(
    house, filled: Path, demo, monkeypatch
) -> None:
    from django.test import Client

    from minsheng.ground.models import Account

    accounts = list(Account.objects.filter(demo=True))
    assert {Role(a.role) for a in accounts} == set(Role) - {Role.RESIDENT, Role.SYSTEM}
    for account in accounts:
        client = Client()
        entered = client.post("/staff/login", {"username": account.username, "password": demo.PASSWORD})
        assert entered.status_code == 302, account.username
        assert client.get(entered.headers["Location"], follow=True).status_code == 200
    monkeypatch.setenv("MINSHENG_DEMO", "1")
    page = Client(headers={"accept-language": "zh-CN"}).get("/staff/login").content.decode()
    assert '<p class="simulated" role="note">' in page
    for unit in shown():
        assert present.city().units[unit].name in page


@pytest.mark.db
def test_the_desks_shown_have_work_of_each_sort_and_a_request_finds_those_like_it(house, filled: Path) -> None:
    county, town = shown()
    for unit in (county, town):
        with sight(Actor("x", Role.UNIT_DESK, unit)):
            mine = {task.state for task in reading.inbox(unit)}
        assert mine >= {"to_sign", "handling"}, unit
    with sight(Actor("d", Role.UNIT_DESK, county)):
        assert desk_reads.below(county)
        assert {ask["kind"] for a in desk_reads.asked() for ask in a.asks} == {"return", "extension", "exclusion"}
    with sight(Actor("s", Role.SUPERVISOR)):
        assert reading.carded("nudge")
        assert reading.carded("sheet")
    with sight(Actor("a", Role.AGENT)):
        alike = [row.proposals["similar"] for row in reading.pool("received") if row.proposals["similar"]]
        waiting = {row.no for row in reading.pool("to_dispatch")}
    assert alike
    assert waiting & {found["no"] for found in alike[0]}


@pytest.mark.db
def test_a_city_with_orders_of_its_own_is_refused_with_a_remedy(house, qinghe, demo, tiny, tmp_path: Path) -> None:
    from minsheng.respond import intake

    intake.receive(intake.Request(text="路灯不亮"))
    with pytest.raises(Mistake, match="--data"):
        demo.fill(house.conninfo("loader"), tmp_path, tiny)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 21), date(2025, 9, 21)),
        (date(2026, 4, 30), date(2025, 2, 28)),
        (date(2026, 3, 1), date(2025, 1, 1)),
        (date(2028, 2, 29), date(2026, 12, 29)),
    ],
)
def test_fourteen_months_earlier_is_the_same_day_or_the_last_of_its_month(demo, day: date, first: date) -> None:
    assert demo.months_before(day, 14) == first


def test_a_run_from_then_ends_yesterday_or_a_few_days_earlier_and_never_today(demo) -> None:
    from minsheng.sim.plan import Plan

    for n in range(1500):
        today = date(2024, 1, 1) + timedelta(days=n)
        last = Plan(CITY, 14, 40, 1, demo.months_before(today, 14)).last
        assert timedelta(days=1) <= today - last <= timedelta(days=4), today


def test_the_demo_serves_the_invented_city_and_says_so_where_another_stands(tmp_path: Path) -> None:
    assert serve._city_of_demo(tmp_path, None) == SIMULATED.resolve()
    (tmp_path / "pg").mkdir()
    with pytest.raises(Mistake, match="anyang: remove that directory, or give --data"):
        serve._city_of_demo(tmp_path, None)
    (tmp_path / "city").write_text(str(SIMULATED.resolve()), "utf-8")
    assert serve._city_of_demo(tmp_path, None) == SIMULATED.resolve()
    with pytest.raises(Mistake, match="remove that directory"):
        serve._city_of_demo(tmp_path, SIMULATED.parent / "anyang")
