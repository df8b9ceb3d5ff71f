"""`sim`: a city that never was, into a data directory or through a running house."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake


def sim(args: argparse.Namespace) -> int:
    """Run a plan into DATA, or requests through URL; 0 when it is done."""
    if (args.into is None) == (args.through is None):
        raise Mistake("give either --into DATA (fast) or --through URL (as a load over HTTP)")
    return _through(args) if args.through else _into(args)


def _into(args: argparse.Namespace) -> int:
    from minsheng.ground.city import load_pack
    from minsheng.sim.plan import BadPlan, Plan, gaming

    pack = load_pack(args.city)
    try:
        plan = Plan(
            city=args.city,
            months=args.months,
            per_day=args.orders_per_day,
            seed=args.seed,
            first=args.first,
            gaming=gaming(args.gaming),
            interventions=args.interventions,
        )
    except BadPlan as error:
        raise Mistake(str(error)) from error
    data: Path = args.into
    data.mkdir(parents=True, exist_ok=True)
    _remember(data, args.city)
    with house(data, make=True) as server:
        from minsheng.respond.intake import order_no
        from minsheng.sim.fast import Into, drive

        into = Into(server.conninfo("loader"), data / "sim", args.truth or data / "truth", order_no)
        began = time.monotonic()
        try:
            report = drive(plan, pack, into, _progress(began))
        except BadPlan as error:
            raise Mistake(str(error)) from error
    if report.finished_before:
        print("this very run is in the data directory already; nothing was done")
        return 0
    seconds = time.monotonic() - began
    rows = sum(report.rows.values())
    print(f"模拟数据 simulated data: {plan.first} – {plan.last}, seed {plan.seed}, truth in {into.truth}")
    print(f"{report.orders} orders, {report.rows.get('respond_event', 0)} events, {rows} rows in {seconds:.1f} s")
    if report.resumed_at:
        print(f"resumed at day {report.resumed_at}")
    if report.refused:
        print("refused by the rules: " + ", ".join(f"{what} {n}" for what, n in report.refused.items()))
    return 0


def _remember(data: Path, city: Path) -> None:
    remembered = data / "city"
    if remembered.exists() and Path(remembered.read_text("utf-8")) != city.resolve():
        raise Mistake(f"{data} serves the city pack {remembered.read_text('utf-8')}; give --into a new data directory")
    remembered.write_text(str(city.resolve()), "utf-8")


def _progress(began: float):  # type: ignore[no-untyped-def]
    def show(day: int, days: int, orders: int) -> None:
        end = "\n" if day == days or not sys.stderr.isatty() else ""
        if sys.stderr.isatty() or day % 10 == 0 or day == days:
            speed = orders / max(time.monotonic() - began, 0.001)
            print(
                f"\r模拟 day {day}/{days}, {orders} orders, {speed:.0f} a second", end=end, file=sys.stderr, flush=True
            )

    return show


def _through(args: argparse.Namespace) -> int:
    """0 when something was acknowledged and nothing of it is lost."""
    from minsheng.sim.plan import BadPlan
    from minsheng.sim.through import load

    try:
        report = load(
            args.city,
            args.through,
            rate=args.rate,
            seconds=args.seconds,
            seed=args.seed,
            first=args.first,
            per_day=args.orders_per_day,
            connections=args.connections,
            tokens=_tokens(args.token),
            real=args.real,
            tell=lambda words: print(words, file=sys.stderr, flush=True),
        )
    except BadPlan as error:
        raise Mistake(str(error)) from error
    print(report.words())
    return 0 if report.sound else 1


def _tokens(given: list[str]) -> dict[str, str]:
    parts = [token.partition("=") for token in given]
    if not all(who and token for who, _, token in parts):
        raise Mistake("--token: write ROLE=TOKEN or ROLE@UNIT=TOKEN, the token as `minsheng user token` printed it")
    return {who: token for who, _, token in parts}
