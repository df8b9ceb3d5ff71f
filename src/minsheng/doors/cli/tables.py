"""`import` and `export`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake


def import_table(args: argparse.Namespace) -> int:
    """Load a spreadsheet; 0 when every row was accepted or a duplicate, 1 when some were refused."""
    try:
        given = dict(pair.split("=", 1) for pair in args.map)
    except ValueError as error:
        raise Mistake("--map takes FIELD=COLUMN, e.g. --map text=诉求内容") from error
    rejects: Path = args.rejects or args.file.with_suffix(".rejects.csv")
    with house(args.data):
        from minsheng.respond.dispatch import propose_for
        from minsheng.respond.learning.tables import TableError
        from minsheng.respond.loading import BadTable, load

        try:
            report = load(args.file, given, rejects=rejects, progress=_progress("导入"))
        except (BadTable, TableError) as error:
            raise Mistake(str(error)) from error
        step = _progress("建议")
        proposed = 0
        for done, no in enumerate(report.numbers, start=1):
            proposed += propose_for(no)
            step(done, len(report.numbers))
    print(f"列：{'，'.join(f'{k}={v}' for k, v in report.columns.items())}；未用：{'、'.join(report.ignored) or '无'}")
    print(
        f"{report.rows} 行 = {report.accepted} 接收 + {report.duplicate} 重复 + {len(report.refused)} 拒收；"
        f"类别建议 {proposed}，交人判断 {report.accepted - proposed}"
    )
    for number, problem, remedy in report.refused[:20]:
        print(f"  第 {number} 行：{problem}；{remedy}")
    if report.refused:
        print(f"拒收的行在 {rejects}，改正后可再次导入")
    return 1 if report.refused else 0


def _progress(what: str):  # type: ignore[no-untyped-def]
    def show(done: int, total: int) -> None:
        if sys.stderr.isatty() and (done % 50 == 0 or done == total):
            print(f"\r{what} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif done % 1000 == 0 or done == total:
            print(f"{what} {done}/{total}", file=sys.stderr, flush=True)

    return show


def export_table(args: argparse.Namespace) -> int:
    """Write every order, redacted texts, to a spreadsheet; simulated data are marked in it."""
    if args.file.suffix.lower() not in (".csv", ".xlsx"):
        raise Mistake("export writes .xlsx or .csv; give the file such a name")
    with house(args.data) as server:
        from minsheng.ground import present
        from minsheng.respond.loading import SIMULATED, save
        from minsheng.respond.reading import all_rows

        count = save(args.file, all_rows(server.conninfo("loader")))
        mark = f" · {SIMULATED}" if present.simulated() else ""
    print(f"{count} orders → {args.file}{mark}")
    return 0
