"""`ledger`: how the open ledger stands, and a head of now; `appraisal`: the units' month as a workbook."""

from __future__ import annotations

import argparse
from pathlib import Path

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake


def arguments(sub: argparse.ArgumentParser) -> None:
    """The words of `ledger`."""
    sub.add_argument("what", choices=["status", "sign"])


def ledger(args: argparse.Namespace) -> int:
    """`sign` numbers what was committed and publishes a head; both print how the ledger stands."""
    with house(args.data):
        from minsheng.account.ledger import Behind, folder, number, publish, status
        from minsheng.account.log.writer import LogBroken

        if args.what == "sign":
            try:
                print(f"{number()} commitments numbered")
                publish()
            except (Behind, LogBroken) as error:
                raise Mistake(str(error)) from error
        found = status()
        when = f", signed {found.at.isoformat(timespec='seconds')}" if found.at else ""
        print(f"{folder()}: {found.numbered} leaves, {found.published} of them under a head{when}")
    return 0


def appraisal(args: argparse.Namespace) -> int:
    """Write a month's appraisal of all units."""
    with house(args.data):
        from minsheng.account.appraisal import NoRules, appraisal_of_month
        from minsheng.ground import present
        from minsheng.ground.lake import Lake, NoLake

        out = args.out or Path(f"{args.period}.xlsx")
        try:
            facts = Lake(Path(args.data) / "lake")
            found = appraisal_of_month(facts, present.city(), args.period, out, asof=present.now())
        except (NoLake, NoRules, ValueError) as error:
            raise Mistake(str(error)) from error
        print(f"{len(found.units)} units → {out}")
    return 0
