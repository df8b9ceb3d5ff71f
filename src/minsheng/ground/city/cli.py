"""`minsheng city check DIR` and `minsheng city new NAME`: what a deployer does with a city pack at a prompt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from minsheng.ground.city.new import new_pack
from minsheng.ground.city.pack import check_pack, load_pack
from minsheng.ground.city.rows import CalendarDay, Channel, Hotline, Unit


def cli_check(path: Path | str, out: TextIO | None = None) -> int:
    """Prints every error of the pack in a folder, or what it holds; the exit status is 0 for a good pack."""
    out = out or sys.stdout
    if errors := check_pack(path):
        for error in errors:
            print(error, file=out)
        print(f"{len(errors)} error(s); nothing was changed.", file=out)
        return 1
    pack = load_pack(path)
    rows: list[Unit | Hotline | Channel | CalendarDay] = [*pack.units.values(), *pack.hotlines.values()]
    rows += [*pack.channels.values(), *pack.calendar_days]
    unsure = sum(row.provisional for row in rows)
    handling = sum(unit.level > 1 for unit in pack.units.values())
    print(
        f"{pack.city.name} {pack.city.name_en}: good. {len(pack.areas)} areas, {handling} handling units, "
        f"{len(pack.hotlines)} hotlines, {len(pack.channels)} channels, {len(pack.taxonomy.leaves)} leaves, "
        f"{len(pack.catalogue.rows)} catalogue rows, calendar {pack.calendar.first} to {pack.calendar.last}; "
        f"{unsure} provisional rows." + (" An invented place 模拟数据." if pack.city.invented else ""),
        file=out,
    )
    return 0


def cli_new(name: str, path: Path | str | None = None, out: TextIO | None = None) -> int:
    """Writes an empty pack into a new folder (cities/NAME unless a path is given) and says what to do next."""
    out = out or sys.stdout
    folder = Path(path) if path is not None else Path("cities") / name
    try:
        new_pack(folder, name)
    except (FileExistsError, ValueError) as fault:
        print(fault, file=out)
        return 1
    print(f"Wrote {folder}. Fill in the tables, then run: minsheng city check {folder}", file=out)
    return 0
