"""Claims: a question asked through the lake costs at most 1.3 times the same SQL written by hand on the same Parquet,
and 100,000 weekly series of three years go from the lake through the detector in 20 s and 4 GiB.

Orders are made up straight in the lake's own layout, so many a day, with skewed categories and townships; with --spark
the same questions are asked of Spark in several worker processes and compared number by number."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from minsheng.foresee.signals import panel_of, signals
from minsheng.ground.lake import Lake, questions, weekly
from minsheng.ground.lake.manifest import Manifest, read
from minsheng.ground.lake.schema import ORDERS, SCHEMAS
from minsheng.ground.lake.writing import add_part, fold

FIRST, WEEKS = date(2023, 1, 2), 156
DAYS = 7 * WEEKS
ASOF = datetime(2026, 1, 1, tzinfo=UTC)
CATEGORIES, TOWNSHIPS, UNITS = 400, 250, 600
"""400 × 250 are the 100,000 series."""
RATIO, SECONDS, GIB = 1.3, 20.0, 4.0
CUBE = """
SELECT year(day) * 100 + month(day) AS month, category, unit, count(*) AS n,
    count(*) FILTER (excluded) AS excluded,
    count(*) FILTER (due IS NOT NULL AND (first_replied_at IS NOT NULL OR closed_at IS NOT NULL
        OR due < TIMESTAMPTZ '2026-01-01 00:00:00+00')) AS due_n,
    count(*) FILTER (coalesce(first_replied_at, closed_at, TIMESTAMPTZ '2026-01-01 00:00:00+00') > due) AS overdue,
    count(*) FILTER (resolved <> '') AS asked, count(*) FILTER (resolved = 'yes') AS resolved,
    count(*) FILTER (reworks > 0) AS reworked, count(*) FILTER (closed_at IS NULL) AS open
FROM read_parquet($files) WHERE day >= DATE '2023-01-02' AND day < DATE '2025-12-29' GROUP BY ALL
"""


def made_up(folder: Path, orders: int) -> Manifest:
    """A lake of so many orders over DAYS days, folded."""
    rng = np.random.default_rng(1)
    category = [f"{i // 64 + 1:02d}{i // 8 % 8 + 1:02d}{i % 8 + 1:02d}" for i in range(CATEGORIES)]
    township = [f"4105{i // 25 + 1:02d}{i % 25 + 1:03d}" for i in range(TOWNSHIPS)]
    weight = rng.gamma(2.0, size=CATEGORIES)
    weight /= weight.sum()
    where = rng.gamma(3.0, size=TOWNSHIPS)
    where /= where.sum()
    number, state = 1, Manifest("bench")
    for month, days in groupby(enumerate(rng.multinomial(orders, np.full(DAYS, 1 / DAYS))), key=lambda d: _month(d[0])):
        pieces = []
        for d, n in days:
            pieces.append(_day(rng, (FIRST + timedelta(days=d), int(n), number), (category, weight), (township, where)))
            number += int(n)
        state = fold(folder, add_part(folder, state, month, {ORDERS: pieces}, {}), {})
    return state


def _month(d: int) -> int:
    day = FIRST + timedelta(days=d)
    return day.year * 12 + day.month


def _day(rng: Any, which: tuple[date, int, int], category: Any, township: Any) -> pa.Table:
    (day, n, first), (names, weight), (towns, where) = which, category, township
    c = np.sort(rng.choice(len(names), n, p=weight))
    t = rng.choice(len(towns), n, p=where)
    unit = (c * 7 + t) % UNITS
    order = np.lexsort((unit, c))
    c, t, unit = c[order], t[order], unit[order]
    start = (datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1e6) + rng.integers(0, 86_400, n) * 1e6
    took = rng.gamma(2.0, 40 * 3.6e9, n)
    due = start + 5 * 86_400e6
    open_ = rng.random(n) < 0.02

    def coded(values: list[str], index: Any) -> pa.Array:
        return pa.array(values).take(pa.array(index))

    def when(values: Any, mask: Any = None) -> pa.Array:
        return pa.array(values.astype(np.int64), pa.timestamp("us", "UTC"), mask=mask)

    known = {
        "order_id": pa.array(np.arange(first, first + n)),
        "no": pa.array([f"AY{day:%Y%m%d}{i:06d}" for i in range(n)]),
        "day": pa.array([day] * n, pa.date32()),
        "received_at": when(start),
        "category": coded(names, c),
        "category2": coded([x[:4] + "00" for x in names], c),
        "category1": coded([x[:2] + "0000" for x in names], c),
        "area": coded([x + "001" for x in towns], t),
        "township": coded(towns, t),
        "county": coded([x[:6] for x in towns], t),
        "place": coded([f"{i:016x}" for i in range(50_000)], rng.integers(0, 50_000, n)),
        "unit": coded([f"ay-{i:03d}" for i in range(UNITS)], unit),
        "unit2": coded([f"ay-{i // 10:03d}" for i in range(UNITS)], unit),
        "channel": coded(["phone", "web", "app", "upper"], rng.integers(0, 4, n)),
        "resolved": coded(["", "yes", "no"], rng.integers(0, 3, n)),
        "on_time": coded(["yes", "no"], (start + took > due).astype(int)),
        "due": when(due),
        "first_replied_at": when(start + took, open_),
        "closed_at": when(start + 2 * took, open_),
        "excluded": pa.array(rng.random(n) < 0.01),
        "reworks": pa.array((rng.random(n) < 0.1).astype(np.int16)),
    }
    return pa.table({f.name: known.get(f.name, _blank(f, n)) for f in SCHEMAS[ORDERS]})


def _blank(field: pa.Field, n: int) -> pa.Array:
    if pa.types.is_list(field.type):
        return pa.array([[]] * n, field.type)
    if field.nullable:
        return pa.nulls(n, field.type)
    blank: Any = {"string": "", "bool": False}.get(str(field.type), 0)
    return pa.array([blank] * n, field.type)


def in_turn(*works: Callable[[], Any], times: int = 5) -> list[tuple[float, Any]]:
    """For each work the shortest wall time of `times` runs, taken in turn, and its last answer."""
    seconds: list[list[float]] = [[] for _ in works]
    answers: list[Any] = [None] * len(works)
    for _ in range(times):
        for i, work in enumerate(works):
            began = time.perf_counter()
            answers[i] = work()
            seconds[i].append(time.perf_counter() - began)
    return [(min(s), answer) for s, answer in zip(seconds, answers, strict=True)]


def cube_beside_raw(folder: Path, made: Manifest) -> tuple[bool, pa.Table]:
    """The cube through the lake and by hand: times, ratio, and whether they are the same."""
    lake = Lake(folder)
    connection = duckdb.connect()
    files = [str(folder / f) for f in made.base(ORDERS)]
    question = questions.cube(FIRST, FIRST + timedelta(days=DAYS), ASOF)
    (raw_s, raw), (ours_s, ours) = in_turn(
        lambda: connection.sql(CUBE, params={"files": files}).to_arrow_table(), lambda: lake.ask(question)
    )
    same = _same(raw, ours)
    ratio = ours_s / raw_s
    print(f"cube month × category × unit: {len(ours):,} rows; raw DuckDB {raw_s:.2f} s, lake {ours_s:.2f} s, ", end="")
    print(f"ratio {ratio:.2f} (at most {RATIO}); same numbers: {same}")
    return same and ratio <= RATIO, ours


def _same(one: pa.Table, other: pa.Table) -> bool:
    keys = [(name, "ascending") for name in ("month", "category", "unit")]
    return bool(one.select(other.column_names).cast(other.schema).sort_by(keys).equals(other.sort_by(keys)))


def series_end_to_end(folder: Path) -> bool:
    """Weekly counts of every category × township through the detector."""
    began, cpu = time.perf_counter(), time.process_time()
    found = weekly(Lake(folder), ("category", "township"), FIRST, WEEKS)
    read = time.perf_counter() - began
    alarms = signals(panel_of(found.names, found.counts))
    total, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(found.names):,} weekly series of {WEEKS} weeks: {read:.1f} s from the lake, {total:.1f} s with the ",
        end="",
    )
    print(f"detector (at most {SECONDS:.0f}), {alarms.alarm.sum():,} alarms, peak {peak:.2f} GiB (at most {GIB:.0f})")
    return total <= SECONDS and peak <= GIB


def main() -> int:
    """Print the figures; 1 when a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--keep", type=Path, help="make the lake here, or use the one that is here")
    parser.add_argument("--spark", action="store_true", help="ask Spark too (needs pyspark and Java)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or Path(temporary)
        began = time.perf_counter()
        made = read(folder) or made_up(folder, args.orders)
        size = sum((folder / f).stat().st_size for f in made.base(ORDERS)) / 2**20
        rows = sum(f.rows for f in made.folded[ORDERS].values())
        print(
            f"{rows:,} orders in {len(made.base(ORDERS))} files, {size:.0f} MiB ({time.perf_counter() - began:.0f} s)"
        )
        series = series_end_to_end(folder)
        cube, answer = cube_beside_raw(folder, made)
        return 0 if cube and series and (not args.spark or spark_says(folder, answer)) else 1


def spark_says(folder: Path, expected: pa.Table) -> bool:
    """The cube by Spark in two worker processes, compared."""
    from minsheng.ground.lake.cluster import Spark, local_cluster

    with local_cluster(driver_megabytes=4096) as session:
        spark = Spark(session, folder)
        question = questions.cube(FIRST, FIRST + timedelta(days=DAYS), ASOF)
        ((seconds, answer),) = in_turn(lambda: spark.ask(question), times=1)
    same = _same(answer, expected)
    print(f"Spark, two worker processes: cube in {seconds:.1f} s, same numbers: {same}")
    return same


if __name__ == "__main__":
    sys.exit(main())
