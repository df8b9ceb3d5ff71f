"""`lake`: the lake of facts, brought up to date, folded, filled again, and how it stands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake

if TYPE_CHECKING:
    from minsheng.respond.facts import Caught, Status


def arguments(sub: argparse.ArgumentParser) -> None:
    """The words of the verb."""
    sub.add_argument("what", choices=["catch-up", "compact", "rebuild", "status"])


def lake(args: argparse.Namespace) -> int:
    """Do `what`; print what was done and how the lake stands."""
    with house(args.data):
        from minsheng.ground.lake import LakeBusy
        from minsheng.respond import facts

        verbs = {"catch-up": facts.lake_now, "compact": facts.compact, "rebuild": facts.rebuild}
        try:
            if args.what in verbs:
                _did(verbs[args.what]())
            _stands(facts.status())
        except (LakeBusy, facts.AnotherLake) as error:
            raise Mistake(str(error)) from error
    return 0


def _did(caught: Caught) -> None:
    rows = ", ".join(f"{count} {table}" for table, count in caught.rows.items())
    print(f"{'filled anew' if caught.anew else 'came in'}: {rows}{'; folded' if caught.folded else ''}")
    if caught.forgotten.texts or caught.forgotten.places:
        print(f"forgotten: {caught.forgotten.texts} texts, {caught.forgotten.places} places")


def _stands(found: Status) -> None:
    rows = ", ".join(f"{count} {table}" for table, count in found.rows.items())
    print(f"{found.folder}: {rows} in {found.files} files and {found.parts} parts; {found.waiting} events wait")
