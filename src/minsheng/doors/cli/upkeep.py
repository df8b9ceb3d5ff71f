"""`check` and `erase`."""

from __future__ import annotations

import argparse

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake


def check(args: argparse.Namespace) -> int:
    """Rebuild every order, topic, session and mechanism from its events; 0 when nothing differs."""
    with house(args.data) as server:
        from minsheng.foresee.sessions.checking import check_all as check_sessions
        from minsheng.respond.checking import check_all as check_orders

        orders = check_orders(server.conninfo("loader"))
        sessions = check_sessions(server.conninfo("loader"))
    for difference in (orders.differences + sessions.differences)[:50]:
        print(difference)
    print(f"{orders.orders} orders, {orders.events} events: {len(orders.differences)} differences")
    if sessions.streams:
        print(f"{sessions.streams} topics, sessions and mechanisms: {len(sessions.differences)} differences")
    return 1 if orders.differences or sessions.differences else 0


def erase(args: argparse.Namespace) -> int:
    """Destroy one order's key, words, person, files and search copy."""
    with house(args.data):
        from minsheng.doors.account.erasing import erase as _erase
        from minsheng.respond.casework import NotFound

        try:
            gone = _erase(args.no)
        except NotFound as error:
            raise Mistake(f"there is no order {args.no}; check its number") from error
    print(f"{args.no}: erased ({gone} sealed items); events and counts stay")
    return 0
