"""`foresee`: the analyst's tools on plain tables, of any city's requests, with no server."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path


def arguments(sub: argparse.ArgumentParser) -> None:
    """The tools and what each takes."""
    tools = sub.add_subparsers(dest="tool", required=True, metavar="TOOL")

    def tool(name: str, words: str, run: Callable[[argparse.Namespace], str]) -> argparse.ArgumentParser:
        found = tools.add_parser(name, help=words, description=words)
        found.add_argument("--out", type=Path, required=True, metavar="FILE", help="table to write (CSV)")
        found.set_defaults(use=run)
        return found

    found = tool("signals", "what rises now: alarms with a false-alarm rate that is chosen and kept", _signals)
    found.add_argument("--counts", type=Path, required=True, metavar="FILE", help="series,t,count")
    found.add_argument("--alpha", type=float, default=0.01, help="false alarms a series and period (0.01)")
    found.add_argument("--period", choices=["week", "day"], default="week")
    found.add_argument("--last", type=int, default=49, help="how many of the last periods are judged (49)")

    found = tool("seasons", "what comes back each year: where, from which week, how sure, 60 days ahead", _seasons)
    found.add_argument("--counts", type=Path, required=True, metavar="FILE", help="series,t,count")
    found.add_argument("--asof", type=date.fromisoformat, required=True, metavar="DATE", help="the day of asking")
    found.add_argument("--period", choices=["week", "day"], default="week")
    words = "first day of period 0, if t is a number; else the last period ends on --asof"
    found.add_argument("--first", type=date.fromisoformat, metavar="DATE", help=words)
    found.add_argument("--least", type=float, default=0.05, help="least probability that is listed (0.05)")

    found = tool("clusters", "where requests gather: a space-time scan up to a day", _clusters)
    found.add_argument("--cases", type=Path, required=True, metavar="FILE", help="place,t[,count]")
    found.add_argument("--places", type=Path, required=True, metavar="FILE", help="place,lon,lat or place,x,y")
    found.add_argument("--asof", type=date.fromisoformat, required=True, metavar="DATE", help="the last day looked at")
    found.add_argument("--replicates", type=int, default=499, help="random cities to compare with (499)")
    found.add_argument("--longest", type=int, default=30, metavar="DAYS", help="longest window (30)")
    found.add_argument("--share", type=float, default=0.5, help="largest share of the cases in a circle (0.5)")

    found = tool("effect", "what an action did: against what would have happened, with interval and placebo", _effect)
    found.add_argument("--panel", type=Path, required=True, metavar="FILE", help="unit,t,count")
    found.add_argument("--units-treated", type=Path, required=True, metavar="FILE", help="one unit a line")
    found.add_argument(
        "--from", dest="start", required=True, metavar="DATE", help="first day (or period) of the action"
    )

    found = tool("events", "the same event in many words: grouped as they come, hot issues ranked", _events)
    found.add_argument("--data", type=Path, required=True, metavar="FILE", help="requests, CSV or Parquet")
    found.add_argument("--text", required=True, metavar="COL[,COL]", help="columns of words")
    found.add_argument("--time", required=True, metavar="COL", help="column of times")
    found.add_argument("--id", metavar="COL", help="column that names a request; default its row")
    found.add_argument("--report", type=Path, metavar="FILE", help="table of hot issues to write (CSV)")
    for name in ("place", "category", "person", "solved"):
        found.add_argument(f"--{name}", metavar="COL", help=f"column of {name}, if there is one")

    found = tool("forecast", "calls by the half-hour ahead, with intervals", _forecast)
    found.add_argument("--calls", type=Path, required=True, metavar="FILE", help="t,count, or t alone, a row a call")
    found.add_argument("--horizon", default="14d", metavar="DAYS", help="how far ahead: 14d")


def foresee(args: argparse.Namespace) -> int:
    """Run one tool; a table that cannot be used is one sentence."""
    from minsheng.doors.cli.main import Mistake

    use: Callable[[argparse.Namespace], str] = args.use
    try:
        print(use(args))
    except ValueError as error:
        raise Mistake(str(error)) from error
    return 0


def _signals(args: argparse.Namespace) -> str:
    from minsheng.foresee.signals import screen

    found = screen(args.counts, args.out, alpha=args.alpha, period=args.period, last=args.last)
    alarms = int(found.alarm.sum())
    return f"{alarms} alarms of {found.alarm.size} judged (alpha {args.alpha:g}) → {args.out}"


def _seasons(args: argparse.Namespace) -> str:
    from minsheng.foresee.seasons import seasons_of_table

    found = seasons_of_table(args.counts, args.asof, args.out, period=args.period, first=args.first, least=args.least)
    likely = sum(each.probability >= 0.5 for each in found)
    return f"{len(found)} seasons listed, {likely} of them likelier than not → {args.out}"


def _forecast(args: argparse.Namespace) -> str:
    from minsheng.foresee.calls.forecast import forecast
    from minsheng.foresee.calls.table import horizon_days, read_calls

    days = horizon_days(args.horizon)
    found = forecast(read_calls(args.calls), days)
    found.write(args.out)
    return f"{len(found.times)} half-hours of {days} days → {args.out}"


def _events(args: argparse.Namespace) -> str:
    from minsheng.foresee.events import events_of_table

    words = [column.strip() for column in args.text.split(",") if column.strip()]
    known = {name: getattr(args, name) for name in ("place", "category", "person", "solved")}
    found = events_of_table(args.data, words, args.time, args.id, args.out, args.report, **known)
    used = f"; read besides: {', '.join(found.requests.used)}" if found.requests.used else ""
    return f"{len(found.event)} requests, {len(set(found.event))} events{used} → {args.out}"


def _effect(args: argparse.Namespace) -> str:
    from minsheng.foresee.effects import effect_of_tables

    found = effect_of_tables(args.panel, args.units_treated, args.start, args.out).found
    low, high, at = (100 * (r - 1) for r in (found.low, found.high, found.ratio))
    return f"{at:+.1f} % ({low:+.1f} to {high:+.1f}), {found.happened:.0f} of {found.expected:.0f} → {args.out}"


def _clusters(args: argparse.Namespace) -> str:
    from minsheng.foresee.clusters import Settings, clusters_of_tables

    settings = Settings(longest=args.longest, largest_share=args.share, replicates=args.replicates)
    found = clusters_of_tables(args.cases, args.places, args.asof, args.out, settings)
    if not found:
        return f"no cluster → {args.out}"
    return f"{len(found)} clusters, the best with p = {found[0].p:.3g} → {args.out}"
