"""`check` and `erase`."""

from __future__ import annotations

import argparse

from minsheng.doors.cli.house import house


def check(args: argparse.Namespace) -> int:
    """Rebuild every order from its events; 0 when nothing differs."""
    with house(args.data) as server:
        from minsheng.respond.checking import check_all

        found = check_all(server.conninfo("loader"))
    for difference in found.differences[:50]:
        print(difference)
    print(f"{found.orders} orders, {found.events} events: {len(found.differences)} differences")
    return 1 if found.differences else 0


def erase(args: argparse.Namespace) -> int:
    """Destroy one order's key, words, person, files and search copy."""
    with house(args.data):
        from minsheng.respond.erasure import erase as _erase

        gone = _erase(args.no)
    print(f"{args.no}: erased ({gone} sealed items); events and counts stay")
    return 0
