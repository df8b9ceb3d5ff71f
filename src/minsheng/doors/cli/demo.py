"""The demo (演示): fourteen months of an invented city, its last day by hand, one account a role, knowledge.

The months come from the room `sim`, with a truth beside them; a start that was broken off goes on where it stopped,
and one that finds everything there does nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, connections, transaction
from pyarrow import parquet

from minsheng.account import ballots, monthly
from minsheng.account.ledger import number, publish
from minsheng.core.codes import UNIT_ROLES, Role
from minsheng.doors.cli.demo_orders import Day, Shown
from minsheng.doors.cli.demo_texts import KNOWLEDGE
from minsheng.doors.cli.main import Mistake
from minsheng.foresee.topics import look_now
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.city.rows import UnitKind
from minsheng.ground.jobs import app
from minsheng.ground.models import Account
from minsheng.respond.dispatch import propose_for
from minsheng.respond.effects import queue
from minsheng.respond.facts import lake_now
from minsheng.respond.intake import order_no
from minsheng.respond.supervision import sweep
from minsheng.sim.fast import Into, Progress, drive
from minsheng.sim.plan import BadPlan, Plan, gaming
from minsheng.sim.words import Words

PASSWORD = "demo"
GAMING = "early_close=0.5@0.1,press=0.4@0.1,copy=0.4@0.15,exclude=0.3@0.1,reclassify=0.3@0.1"
NOBODY = (Role.RESIDENT, Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Size:
    """How much a demo holds: months of simulated life, orders on an average day, and for how many of the newest orders
    proposals are made beside those of the open ones."""

    months: int = 14
    per_day: float = 40.0
    seed: int = 12
    interventions: int = 6
    newest: int = 200


def fill(loader: str, data: Path, size: Size = Size()) -> None:
    """Fill the city of `data`, whose database the login `loader` writes; done before, it changes nothing.

    Mistake when the database holds something else than a simulated city."""
    if Account.objects.filter(demo=True).exists():
        return
    _live(loader, data, size)
    now = present.now()
    sweep(now)
    shown = _fullest()
    Day(shown, now).tell()
    sweep(now)
    _knowledge()
    _propose(size.newest)
    _foresee(data)
    _ledger()
    _accounts(shown)
    _learn()


def _ledger() -> None:
    """The open ledger up to now: what was committed is numbered, ballots and the release of past months are out."""
    number()
    for closed in ballots.due():
        ballots.publish(closed)
    for over in monthly.due():
        monthly.release(over)
    publish()


def _foresee(data: Path) -> None:
    """The lake, what a look finds in it, and the switchboard's table of calls."""
    lake_now(fold_all=True)
    look_now(SYSTEM)
    calls = parquet.read_table(data / "truth" / "calls.parquet", columns=["at", "offered"])
    local = [at.astimezone(present.city().calendar.zone) for at in calls["at"].to_pylist()]
    lines = [f"{at:%Y-%m-%dT%H:%M:%S},{n}" for at, n in zip(local, calls["offered"].to_pylist(), strict=True)]
    (data / "calls.csv").write_text("\n".join(["t,count", *lines]) + "\n", "utf-8")


def _live(loader: str, data: Path, size: Size) -> None:
    """The months, up to yesterday; a finished run that is there already is taken as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (plan ->> 'first')::date, finished FROM ground_simulation")
        first, finished = cursor.fetchone() or (None, False)
    if finished:
        return
    connections.close_all()
    pack = present.city()
    plan = Plan(
        city=settings.CITY,
        months=size.months,
        per_day=size.per_day,
        seed=size.seed,
        first=first or months_before(pack.calendar.local_date(present.now()), size.months),
        gaming=gaming(GAMING) if pack.city.invented else {},
        interventions=size.interventions,
    )
    into = Into(loader, data / "sim", data / "truth", order_no)
    try:
        drive(plan, pack, into, _progress(f"{pack.city.name}（模拟数据）{plan.first} – {plan.last}"))
    except BadPlan as error:
        raise Mistake(
            f"{data} holds orders that are not of this demo: remove that directory, or give --data another one"
        ) from error


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of that month."""
    whole = day.year * 12 + day.month - 1 - months
    first = date(whole // 12, whole % 12 + 1, 1)
    last = date((whole + 1) // 12, (whole + 1) % 12 + 1, 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _progress(what: str) -> Progress:
    """One line on stderr: what is being made, and on a terminal how far it is."""
    terminal = sys.stderr.isatty()
    if not terminal:
        print(f"minsheng: {what}", file=sys.stderr, flush=True)

    def show(day: int, days: int, orders: int) -> None:
        if terminal:
            end = "\n" if day == days else ""
            print(f"\rminsheng: {what}: {day}/{days}, {orders} orders", end=end, file=sys.stderr, flush=True)

    return show


def _fullest() -> Shown:
    """The county with most work in hand, and of its townships the one with most."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.unit, count(*) FILTER (WHERE a.live AND a.state <> 'left'), count(*) "
            "FROM respond_assignment a GROUP BY a.unit"
        )
        work = {unit: (live, ever) for unit, live, ever in cursor.fetchall()}
    units = present.city().units.values()
    towns = [u for u in units if u.kind is UnitKind.TOWNSHIP]
    if not towns:
        raise Mistake(f"{settings.CITY} has no unit of the kind township, which a demo shows: add one to units.csv")
    parents = {t.parent for t in towns}
    county = max((u for u in units if u.code in parents), key=lambda u: work.get(u.code, (0, 0)))
    town = max((t for t in towns if t.parent == county.code), key=lambda t: work.get(t.code, (0, 0)))
    return Shown(county, town)


def _knowledge() -> None:
    """A few entries that answer inquiries."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM respond_knowledge WHERE by = 'demo')")
        if not cursor.fetchone()[0]:
            cursor.executemany(
                "INSERT INTO respond_knowledge (version, title, content, keywords, by) VALUES (1, %s, %s, %s, 'demo')",
                KNOWLEDGE,
            )


def _propose(newest: int) -> None:
    """Proposals beside the orders that are open and the newest ones, oldest first, so that each finds those like it."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT no FROM respond_order WHERE state NOT IN ('closed', 'archived') "
            "OR id > (SELECT max(id) FROM respond_order) - %s ORDER BY id",
            [newest],
        )
        numbers = [no for (no,) in cursor.fetchall()]
    for no in numbers:
        propose_for(no)


def _learn() -> None:
    """Let the worker train the city's model on what people decided in these months, as it does each night, and then
    propose again where somebody waits for it."""
    app.configure_task("respond.retrain").defer(timestamp=int(present.now().timestamp()))
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT no FROM respond_order WHERE state IN ('received', 'to_dispatch') ORDER BY id")
        for (no,) in cursor.fetchall():
            queue("respond.propose", no=no)


def _accounts(shown: Shown) -> None:
    """One account a role; of the unit roles, at the county and the township shown, with a second handler. They come
    last and at once: where they are, the demo is whole."""
    words, chance, password = Words(present.city()), Random(PASSWORD), make_password(PASSWORD)
    with transaction.atomic():
        for username, role, unit in _who(shown):
            account = Account.objects.make(username, role, unit, words.person(chance)[0])
            account.password, account.demo = password, True
            account.save()


def _who(shown: Shown) -> Iterable[tuple[str, Role, str | None]]:
    for role in Role:
        if role not in (*NOBODY, *UNIT_ROLES):
            yield shown.account(role).id, role, None
    for unit in (shown.county, shown.town):
        for role in sorted(UNIT_ROLES):
            yield shown.account(role, unit).id, role, unit.code
    yield shown.account(Role.HANDLER, shown.town, second=True).id, Role.HANDLER, shown.town.code
