"""`gaming`: a month's signs of gaming as CSV, with the leads that stand and how many re-calls answer the question."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake

if TYPE_CHECKING:
    from minsheng.account.gaming import Found

LOWER, SHOWN, ORDERS_SHOWN = 0.07, 20, 5


def arguments(sub: argparse.ArgumentParser) -> None:
    """The words of `gaming`."""
    sub.add_argument("--period", required=True, metavar="YYYY-MM", help="orders closed in this month")
    sub.add_argument(
        "--out", type=Path, metavar="FILE", help="CSV, one row a sign and unit; default gaming-YYYY-MM.csv"
    )
    sub.add_argument(
        "--beside", type=Path, metavar="DIR",
        help="folder of CSV files that the lake does not hold: views, calls_made, calls_received, recalls, replies, "
        "ballots, listed; those of months before in folders YYYY-MM inside",
    )  # fmt: skip
    sub.add_argument(
        "--claimed", type=float, metavar="RATE", help="re-calls: the rate to test; default the recorded one"
    )
    sub.add_argument("--suspected", type=float, metavar="RATE", help="re-calls: the rate feared; default 0.07 lower")


def gaming(args: argparse.Namespace) -> int:
    """Write a month's signs, and say which leads stand."""
    with house(args.data):
        from minsheng.account.gaming import gaming_of_period, told_of_period
        from minsheng.account.gaming.report import Days, Told
        from minsheng.account.gaming.tables import beside_of
        from minsheng.ground import present
        from minsheng.ground.lake import Lake, NoLake

        out = args.out or Path(f"gaming-{args.period}.csv")
        try:
            beside = beside_of(args.beside) if args.beside else None
            lake = Lake(Path(args.data) / "lake")

            def earlier(days: Days) -> Told:
                brought = args.beside / f"{days[0]:%Y-%m}" if args.beside else None
                known = beside_of(brought) if brought and brought.is_dir() else None
                return told_of_period(lake, present.city(), days, known)

            found = gaming_of_period(lake, present.city(), args.period, out, beside=beside, earlier=earlier)
            lake.close()
            for line in (*summary(found), *sample(found, args.claimed, args.suspected)):
                print(line)
        except (NoLake, ValueError) as error:
            raise Mistake(str(error)) from error
        print(f"→ {out}")
    return 0


def summary(found: Found) -> Iterator[str]:
    """How many leads stand after the false ones are held down, each with what speaks for it."""
    from minsheng.account.gaming.cases import FALSE_LEADS
    from minsheng.account.gaming.report import MEANINGS

    units = len({lead.unit for lead in found.leads})
    signs = len({lead.sign for lead in found.leads})
    standing = found.standing
    yield f"{found.words} · a sign opens an inquiry, never a verdict"
    yield (
        f"{signs} signs of {units} units: {len(standing)} leads stand "
        f"(of the leads of a sign no more than {FALSE_LEADS:.0%} are false on average)"
    )
    for lead in standing[:SHOWN]:
        words, meaning = MEANINGS[lead.sign]
        orders = ", ".join(lead.orders[:ORDERS_SHOWN]) + (" …" if len(lead.orders) > ORDERS_SHOWN else "")
        yield (
            f"  {lead.unit}  {lead.sign} ({words}: {meaning}): {lead.hits} of {lead.base} = {lead.value:.1%}, expected "
            f"{lead.expected_low:.1%} to {lead.expected_high:.1%}, p {lead.p:.2g}" + (f"; {orders}" if orders else "")
        )
    if len(standing) > SHOWN:
        yield f"  and {len(standing) - SHOWN} more in the file"
    if found.held:
        yield f"held against what was usual in the months before: {', '.join(s for s in MEANINGS if s in found.held)}"
    if found.silent:
        yield f"nothing to go on for: {', '.join(found.silent)}"


def sample(found: Found, claimed: float | None, suspected: float | None) -> Iterator[str]:
    """How many independent re-calls tell the claimed share of resolved from the suspected one."""
    from minsheng.account.gaming import resample

    if claimed is None:
        if not found.answered or not found.resolved:
            return
        claimed = found.resolved / found.answered
        yield f"call-backs recorded resolved: {found.resolved} of {found.answered} = {claimed:.1%}"
    feared = max(claimed - LOWER, 0.0) if suspected is None else suspected
    size = resample(claimed, feared)
    yield (
        f"re-call {size.calls} requesters drawn at random to tell {claimed:.1%} from {feared:.1%}: fewer than "
        f"{size.least_yes} yes speak against it (false alarm {size.false_alarm:.2%}, power {size.power:.1%})"
    )
