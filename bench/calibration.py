"""The calibration page docs/sim.md (校准页): a year of the invented city without gaming and with all of it, each way of
cheating alone, beside the figures that real lines report.

    ./minsheng bench calibration [--docs] [--orders-per-day 300] [--switch-orders-per-day 200]"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.sim import CITY, run

from minsheng.ground.city import load_pack
from minsheng.ground.embedded import PostgreSQL
from minsheng.sim.calibration import DAYS, Measured, bar, compared, lies, measure
from minsheng.sim.plan import Switch
from minsheng.sim.rates import Pair, pairs

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sim.md"
ALL = "all=0.5@0.3"
HEAD = """# 模拟城市与真实数字 The simulated city beside real figures

This page is written by `./minsheng bench calibration --docs`; do not edit it by hand. 本页由命令生成，请勿手改。

The city of Qinghe does not exist; all its data are simulated (模拟数据). Nothing is fitted while a run goes: residents
answer by what was done, units work by their capacity and character. Where Qinghe differs from the cities that publish
figures, the last column says by how much. Sources are those of the domain reference (S numbers); most of them are
single reports of single cities, and they differ among themselves more than the simulated city does from their middle.
"""


def at(data: Path, look: Callable[[str], Any]) -> Any:
    """`look` at the database of a finished run by its loader's login."""
    server = PostgreSQL(data, join=True)
    server.start()
    try:
        return look(server.conninfo("loader"))
    finally:
        server.stop()


def simulated(folder: Path, months: int, per_day: float, spec: str) -> Path:
    """A run in a data directory of its own."""
    plan = ["--months", str(months), "--orders-per-day", str(per_day), "--seed", "1", "--gaming", spec]
    _, said = run("sim", "--city", str(CITY), *plan, "--into", str(folder))
    print(f"{spec}: {said.splitlines()[1]}", file=sys.stderr)
    return folder


def year(folder: Path, per_day: float, spec: str) -> Measured:
    """The figures of a year."""
    data = simulated(folder, 12, per_day, spec)
    pack = load_pack(CITY)
    found: Measured = at(data, lambda conninfo: measure(conninfo, data / "truth", pack))
    shutil.rmtree(data)
    return found


def alone(folder: Path, per_day: float, spec: str) -> list[Pair]:
    """The rates of three months."""
    data = simulated(folder, 3, per_day, spec)
    found: list[Pair] = at(data, lambda conninfo: pairs(conninfo, data / "truth"))
    shutil.rmtree(data)
    return found


def _lie(pair: Pair) -> str:
    return f"{pair.naive} | {pair.true} | {100 * pair.lie:+.2f} pp"


def page(honest: Measured, gamed: Measured, off: list[Pair], by_switch: dict[Switch, list[Pair]]) -> str:
    """The page as Markdown."""
    beside = "| figure 指标 | simulated 模拟 | real 真实 | source | off by |\n|---|---|---|---|---|"
    rates = "| rate 指标 | no gaming: naive 账面 | true 真实 | lie | gaming: naive | true | lie |\n" + "|---" * 7 + "|"
    both = [f"| {a.zh} {a.en} | {_lie(a)} | {_lie(b)} |" for a, b in zip(honest.rates, gamed.rates, strict=True)]
    switches = "| switch 手法 | rate 指标 | naive 账面 | true 真实 | lie 虚高 | the same, off |\n" + "|---" * 6 + "|"
    week = [f"| {name} | {x:.2f} | {bar(x, 1.5)} |" for name, x in zip(DAYS, honest.by_weekday, strict=True)]
    most = max(honest.by_month.values())
    months = [f"| {month} | {x:,.0f} | {bar(x, most)} |" for month, x in honest.by_month.items()]
    parts = [
        HEAD,
        "## 与真实数字对照 Beside real figures (no gaming)\n",
        beside,
        *compared(honest.figures, honest.top),
        "\n## 指标与真相 Rates and the truth\n",
        f"Naive: counted from events and answers, as a report would. True: from the run's truth. Gaming: `{ALL}`.\n",
        rates,
        *both,
        "\n## 每种手法各说多少谎 By how much each way of cheating lies\n",
        "Three months each, `SWITCH=0.8@0.5` (how often, share of units). Last column: the same rate, all off.\n",
        switches,
        *lies(by_switch, off),
        "\n## 一周 The week (orders by weekday, times the mean)\n",
        "| day | times | |\n|---|---|---|",
        *week,
        "\n## 一年 The year (orders a day, by month)\n",
        "| month | orders a day | |\n|---|---|---|",
        *months,
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Run, and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", action="store_true", help="write docs/sim.md")
    parser.add_argument("--orders-per-day", type=float, default=300)
    parser.add_argument("--switch-orders-per-day", type=float, default=200)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ms-calibration-"))
    try:
        honest = year(folder / "honest", args.orders_per_day, "none")
        gamed = year(folder / "gamed", args.orders_per_day, ALL)
        off = alone(folder / "off", args.switch_orders_per_day, "none")
        by_switch = {s: alone(folder / s, args.switch_orders_per_day, f"{s}=0.8@0.5") for s in Switch}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = page(honest, gamed, off, by_switch)
    if args.docs:
        PAGE.write_text(text, "utf-8")
        print(f"written: {PAGE.name}")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
