"""`session`: open a month's session, write its pack, close it; `look`: find in the lake what may become a topic."""

from __future__ import annotations

import argparse
from pathlib import Path

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake


def session(args: argparse.Namespace) -> int:
    """Carry out one of the three; a refusal is one sentence."""
    with house(args.data):
        from minsheng.core import Refused
        from minsheng.foresee.sessions import NotFound

        try:
            print({"open": _open, "pack": _pack, "close": _close}[args.what](args))
        except Refused as refused:
            raise Mistake(refused.message) from refused
        except NotFound as error:
            raise Mistake(
                f"there is no session {args.month}: run ./minsheng session open {args.month} first"
            ) from error
    return 0


def look(args: argparse.Namespace) -> int:
    """Look over the lake as of today and keep what was found."""
    with house(args.data):
        from minsheng.foresee.topics import look_now
        from minsheng.ground.access import SYSTEM
        from minsheng.ground.lake import NoLake

        try:
            found = look_now(SYSTEM)
        except NoLake as error:
            raise Mistake(str(error)) from error
        print("; ".join(f"{kind.value}: {n}" for kind, n in found.items()))
    return 0


def _open(args: argparse.Namespace) -> str:
    from minsheng.core import Actor
    from minsheng.core.codes import Role
    from minsheng.core.session import commands as say
    from minsheng.foresee import sessions

    held_on = args.held_on or _last_working_day(args.month)
    made = sessions.open_session(say.OpenSession(args.month, args.chair, held_on), Actor("cli", Role.SUPERVISOR))
    return f"{made.month}: open, chaired by {made.chair}, on {made.held_on}"


def _last_working_day(month: str) -> str:
    from calendar import monthrange
    from datetime import date, timedelta

    from minsheng.core.session.case import month_of
    from minsheng.ground import present

    year, number = (int(part) for part in month_of(month).split("-"))
    day = date(year, number, monthrange(year, number)[1])
    while not present.city().calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day.isoformat()


def _pack(args: argparse.Namespace) -> str:
    from minsheng.doors.reports.pack import agenda
    from minsheng.foresee.topics.facts import lake_or_none
    from minsheng.ground.access import SYSTEM

    out = args.out or Path(f"{args.month}.docx")
    out.write_bytes(agenda(args.month, SYSTEM, lake_or_none()))
    return f"{args.month}: {out}"


def _close(args: argparse.Namespace) -> str:
    from minsheng.core import Actor
    from minsheng.core.codes import Role
    from minsheng.core.session import Session, Topic
    from minsheng.core.session import commands as say
    from minsheng.core.session.codes import TopicState
    from minsheng.foresee import sessions

    by, carried = Actor("cli", Role.SUPERVISOR), 0
    if args.carry:
        for topic in sessions.session(args.month, by)[1]:
            if topic.state in (TopicState.CHOSEN, TopicState.DISPATCHED):
                sessions.handle(Topic, topic.no, say.CarryOver(_next_month(args.month), args.carry), by)
                carried += 1
    sessions.handle(Session, args.month, say.CloseSession(), by)
    return f"{args.month}: closed" + (
        f", {carried} topics carried over to {_next_month(args.month)}" if carried else ""
    )


def _next_month(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02d}"
