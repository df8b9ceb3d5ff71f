"""Verbs and their arguments. Each verb is a function `(args) -> exit code`, imported only when it is called."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

DATA = Path("data")
SIMULATED = Path(__file__).resolve().parents[4] / "cities" / "qinghe"
Verb = Callable[[argparse.Namespace], int]


def _later(module: str, name: str) -> Verb:
    def run(args: argparse.Namespace) -> int:
        verb: Verb = getattr(import_module(f"minsheng.doors.cli.{module}"), name)
        return verb(args)

    return run


def _on(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--data", type=Path, default=DATA)


def _serving(sub: argparse.ArgumentParser, port: int) -> None:
    sub.add_argument("--data", type=Path, default=DATA, help="data directory (made when absent)")
    sub.add_argument("--port", type=int, default=port)
    sub.add_argument("--city", type=Path, help="city pack; default cities/anyang, for demo cities/qinghe")


def _simulating(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--city", type=Path, default=SIMULATED, help="city pack; default the invented cities/qinghe")
    sub.add_argument("--seed", type=int, default=1, help="the same seed, the same city")
    sub.add_argument(
        "--into", type=Path, metavar="DATA", help="data directory of a new city; an interrupted run goes on"
    )
    sub.add_argument("--months", type=int, default=12)
    sub.add_argument("--orders-per-day", type=float, default=700.0, metavar="R")
    sub.add_argument("--first", type=date.fromisoformat, default=date(2025, 1, 1), metavar="DATE", help="first day")
    sub.add_argument("--truth", type=Path, metavar="DIR", help="where the truth is written; default DATA/truth")
    sub.add_argument("--gaming", default="none", metavar="SPEC", help="none, all, or SWITCH=STRENGTH[@SHARE],…")
    sub.add_argument("--interventions", type=int, default=0, metavar="N", help="governance actions with a known effect")
    sub.add_argument("--through", metavar="URL", help="send requests to a running house instead")
    sub.add_argument("--rate", type=float, default=5.0, help="requests a second, with --through")
    sub.add_argument("--seconds", type=float, default=60.0, help="for how long, with --through")
    sub.add_argument("--connections", type=int, default=32, metavar="N", help="kept connections, with --through")
    sub.add_argument(
        "--token", action="append", default=[], metavar="WHO=TOKEN", help="ROLE or ROLE@UNIT that works too, repeatable"
    )
    sub.add_argument("--real", action="store_true", help="fill a house whose data are not simulated, with --through")


def _foreseeing(sub: argparse.ArgumentParser) -> None:
    from minsheng.doors.cli.foresee import arguments

    arguments(sub)


Adder = Callable[[str, str, str, str], argparse.ArgumentParser]
"""Adds a verb: its name, its words, and the module and function that carry it out."""


def _house(verb: Adder) -> None:
    """Verbs that serve a city and keep it."""
    sub = verb("up", "serve a city until SIGTERM", "serve", "up")
    _serving(sub, 8012)
    sub.add_argument("--paused", action="store_true", help="do not start the worker")
    sub = verb("demo", "serve an invented city with staff and fourteen months of simulated orders", "serve", "demo")
    _serving(sub, 8012)
    sub.set_defaults(data=Path("data/demo"))
    sub = verb("worker", "run jobs only", "serve", "worker")
    _on(sub)
    sub = verb("user", "accounts and tokens", "users", "user")
    sub.add_argument("what", choices=["token", "add"])
    sub.add_argument("--role", required=True)
    sub.add_argument("--unit")
    sub.add_argument("--name", help="account name; default role or role@unit")
    sub.add_argument("--password", help="for add; asked for when left out")
    _on(sub)
    sub = verb("city", "city packs", "packs", "city")
    sub.add_argument("what", choices=["check", "new"])
    sub.add_argument("target", help="DIR to check, or NAME of the new pack")
    _on(verb("check", "rebuild every order from its events and compare", "upkeep", "check"))
    sub = verb("erase", "destroy an order's key and everything it sealed", "upkeep", "erase")
    sub.add_argument("no")
    _on(sub)


def _tables(verb: Adder) -> None:
    """Verbs on spreadsheets."""
    sub = verb("import", "load requests from a spreadsheet", "tables", "import_table")
    sub.add_argument("file", type=Path)
    sub.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN")
    sub.add_argument("--rejects", type=Path, help="where refused rows go; default FILE.rejects.csv")
    _on(sub)
    sub = verb("export", "write orders to xlsx or CSV", "tables", "export_table")
    sub.add_argument("file", type=Path)
    _on(sub)
    sub = verb("learn", "train a classifier on a labelled table", "learning", "learn")
    sub.add_argument("--data", type=Path, required=True, metavar="TABLE")
    sub.add_argument("--text", required=True, metavar="COL[,COL]")
    sub.add_argument("--label", required=True, metavar="COL")
    sub.add_argument("--out", type=Path, required=True, metavar="MODEL")
    sub = verb("classify", "classify a table with a trained model", "learning", "classify")
    sub.add_argument("--model", type=Path, required=True)
    sub.add_argument("--data", type=Path, required=True, metavar="TABLE")
    sub.add_argument("--text", required=True, metavar="COL[,COL]")
    sub.add_argument("--out", type=Path, required=True)
    _foreseeing(verb("foresee", "the analyst's tools on tables: signals, clusters, forecast", "foresee", "foresee"))


def _months(verb: Adder) -> None:
    """Verbs of foresight on the city's own data."""
    sub = verb("session", "the monthly session: open it, write its pack, close it", "session", "session")
    sub.add_argument("what", choices=["open", "pack", "close"])
    sub.add_argument("month", metavar="YYYY-MM")
    sub.add_argument("--chair", default="市委书记", help="open: who chairs")
    sub.add_argument("--held-on", metavar="DATE", help="open: day of the meeting; default the month's last working day")
    sub.add_argument("--out", type=Path, metavar="FILE", help="pack: Word file; default YYYY-MM.docx")
    sub.add_argument("--carry", metavar="REASONS", help="close: carry what is open over to the next month")
    _on(sub)
    from minsheng.doors.cli.lake import arguments

    sub = verb("lake", "facts for analysis: catch up, fold, make anew, say how it stands", "lake", "lake")
    arguments(sub)
    _on(sub)
    _on(verb("look", "look over the lake for what rises, gathers or is hard, and keep it", "session", "look"))


def _verifying(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--log", required=True, metavar="URL|DIR", help="the log's files: its address, or a folder")
    sub.add_argument("--release", type=Path, required=True, metavar="FILE", help="YYYY-MM.jsonl.gz")
    sub.add_argument("--receipt", metavar="R", help="a receipt's whole address, or a file with it: is it kept?")
    sub.add_argument("--seen", type=Path, metavar="CHECKPOINT", help="a checkpoint kept from before: is it continued?")
    sub.add_argument("--policy", type=Path, metavar="FILE", help="whose signatures count (C2SP tlog-policy)")
    sub.add_argument("--previous", type=Path, metavar="FILE", help="the release before: does this one follow it?")


def _accounts(verb: Adder) -> None:
    """Verbs of what the city gives account of."""
    from minsheng.doors.cli.account import arguments

    sub = verb("ledger", "the open ledger: how it stands, a head of now", "account", "ledger")
    arguments(sub)
    _on(sub)
    _verifying(verb("verify", "recompute a month's release from public files alone", "releases", "verify"))
    sub = verb("release", "make a month's release of the open ledger", "releases", "release")
    sub.add_argument("month", metavar="YYYY-MM")
    _on(sub)
    sub = verb("appraisal", "a month's appraisal of all units, as a workbook", "account", "appraisal")
    sub.add_argument("--period", required=True, metavar="YYYY-MM")
    sub.add_argument("--out", type=Path, metavar="FILE", help="default YYYY-MM.xlsx")
    _on(sub)
    from minsheng.doors.cli.audit import arguments as auditing

    sub = verb("audit", "the auditor's keys, the box of sealed ballots, and their check", "audit", "audit")
    auditing(sub)
    _on(sub)
    from minsheng.doors.cli.gaming import arguments as signs

    sub = verb("gaming", "a month's signs of gaming, each a lead and no verdict", "gaming", "gaming")
    signs(sub)
    _on(sub)


def _trials(verb: Adder) -> None:
    """Verbs that try the house out."""
    _simulating(verb("sim", "a simulated city: into a data directory, or through a running house", "simulate", "sim"))
    sub = verb("test", "run the checks: all, quick, journeys or slow", "trial", "test")
    sub.add_argument("rest", nargs=argparse.REMAINDER)
    sub = verb("bench", "run a benchmark of bench/", "trial", "bench")
    sub.add_argument("name")
    sub.add_argument("rest", nargs=argparse.REMAINDER)
    sub = verb("pictures", "photograph every page, in both languages and two widths", "trial", "pictures")
    sub.add_argument("--out", type=Path, default=Path("pictures"))
    sub.add_argument("--docs", action="store_true", help="and renew those that the guides show")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="minsheng", description="民声：城市 12345 热线平台。")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, words: str, module: str, function: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=words, description=words)
        sub.set_defaults(run=_later(module, function))
        return sub

    for group in (_house, _tables, _months, _accounts, _trials):
        group(verb)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns its exit code. A mistake of the user is one sentence on stderr and code 2."""
    args = parser().parse_args(argv)
    run: Verb = args.run
    try:
        return run(args)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        print(f"minsheng: {error.strerror}: {error.filename}", file=sys.stderr)
        return 2
    except Mistake as mistake:
        print(f"minsheng: {mistake}", file=sys.stderr)
        return 2


class Mistake(Exception):
    """Something the person at the command line can put right; the message says how."""
