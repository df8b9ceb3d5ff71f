"""The truth stands apart: no room of the product can reach it, and each of its columns says what it means."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from minsheng.sim.truth import SCHEMAS, Folder, request_row
from minsheng.sim.world import World
from support.city import small

SOURCE = Path(__file__).resolve().parents[2] / "src" / "minsheng"
PRODUCT = ("core", "ground", "respond", "foresee", "account", "livelihood", "doors")
MAY_START_IT = {"doors/cli/simulate.py", "doors/cli/demo.py", "doors/cli/demo_orders.py"}


def test_the_product_runs_without_the_simulated_city_and_never_names_its_truth() -> None:
    for room in PRODUCT:
        for path in (SOURCE / room).rglob("*.py"):
            said = path.read_text("utf-8")
            name = path.relative_to(SOURCE).as_posix()
            if name not in MAY_START_IT:
                assert not re.search(r"minsheng\.sim\b|from minsheng import sim", said), name
            assert "sim.truth" not in said, name
            assert not re.search(r"(requests|causes|agencies|interventions)\.parquet", said), name


def test_serving_a_city_loads_nothing_of_the_simulated_one() -> None:
    look = (
        "import sys, minsheng.doors.cli.main, minsheng.doors.cli.serve, minsheng.respond.bulk, minsheng.ground.service;"
        "print([m for m in sys.modules if m.startswith('minsheng.sim')])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_column_of_the_truth_says_what_it_means(table: str) -> None:
    schema = SCHEMAS[table]
    assert "模拟数据" in schema.metadata[b"data"].decode()
    assert all((field.metadata or {}).get(b"meaning") for field in schema)


def test_the_page_of_the_truth_says_what_the_code_says() -> None:
    page = runpy.run_path(str(SOURCE.parents[1] / "tools" / "truth_page.py"))
    assert page["PAGE"].read_text("utf-8") == page["page"](), "run tools/truth_page.py"


def test_the_truth_of_a_run_is_written_whole_and_the_same_when_it_is_sealed_again(
    two_months: World, tmp_path: Path
) -> None:
    folder = Folder(tmp_path)
    folder.begin()
    half = len(two_months.truths) // 2
    folder.part("requests", 1, map(request_row, two_months.truths[:half]))
    folder.part("requests", 2, map(request_row, two_months.truths[half:]))
    folder.part("calls", 1, (h.row() for h in two_months.calls))
    folder.seal(two_months, {"seed": 1})
    first = {p.name: p.read_bytes() for p in tmp_path.glob("*.parquet")}
    folder.seal(two_months, {"seed": 1})
    assert {p.name: p.read_bytes() for p in tmp_path.glob("*.parquet")} == first
    folder.tidy()
    assert {p.name for p in tmp_path.iterdir()} == {f"{t}.parquet" for t in SCHEMAS}
    requests = pq.read_table(tmp_path / "requests.parquet")
    assert requests.num_rows == len(two_months.truths)
    assert {life.o.no for life in two_months.finished} == {no for no in requests["no"].to_pylist() if no}
    causes = pq.read_table(tmp_path / "causes.parquet")
    asked = [c for c in requests["cause"].to_pylist() if c is not None]
    assert set(asked) <= set(causes["cause"].to_pylist())
    actions = pq.read_table(tmp_path / "interventions.parquet").to_pylist()
    assert len(actions) == small(interventions=2).interventions
    assert all(a["without"] >= a["happened"] for a in actions)
    agencies = pq.read_table(tmp_path / "agencies.parquet")
    assert agencies.num_rows == sum(unit.level > 1 for unit in two_months.pack.units.values())
