"""The same questions on Spark in several worker processes and on ClickHouse's engine: the very same answers.

The engines stand in an environment of their own (tools/apart.py), where tests/support/elsewhere.py asks them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from minsheng.ground.lake import Lake
from minsheng.ground.lake.cluster import ClickHouse, NotFolded
from support.lake import MONDAY, QUESTIONS, begin, folded, made_up, order, part

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    folded(folder, made_up(Random(5)))
    return folder


@pytest.fixture(scope="module")
def python() -> Path:
    """The Python that has the engines; skips aloud where they are not installed."""
    spec = importlib.util.spec_from_file_location("apart", ROOT / "tools" / "apart.py")
    assert spec is not None
    assert spec.loader is not None
    apart = importlib.util.module_from_spec(spec)
    sys.modules["apart"] = apart
    spec.loader.exec_module(apart)
    if not apart.ENGINES.ready():
        pytest.skip("Spark and ClickHouse's engine are not installed: run python3 tools/apart.py engines")
    python: Path = apart.ENGINES.python
    return python


def asked(python: Path, engine: str, lake: Path, out: Path) -> str:
    """Ask `engine` every question; what it said of itself."""
    command = [python, ROOT / "tests" / "support" / "elsewhere.py", engine, lake, out]
    path = f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"
    env = {**os.environ, "PYTHONPATH": path, "PYSPARK_PYTHON": str(python), "TZ": "Asia/Shanghai"}
    done = subprocess.run(list(map(str, command)), env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def test_only_a_folded_lake_is_handed_on(tmp_path: Path) -> None:
    begin(tmp_path)
    part(tmp_path, orders=[order(1, MONDAY)])
    with pytest.raises(NotFolded, match="compact"):
        ClickHouse(lambda _statement, _parameters: None).load(tmp_path)


@pytest.mark.slow
@pytest.mark.engines
@pytest.mark.parametrize("engine", ["spark", "clickhouse"])
def test_every_question_has_the_same_answer_on(engine: str, python: Path, lake: Path, tmp_path: Path) -> None:
    if engine == "spark" and shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer: apt-get install -y default-jre-headless")
    said = asked(python, engine, lake, tmp_path)
    if engine == "spark":
        assert said == "2 worker processes"
    here = Lake(lake)
    for name, question in QUESTIONS.items():
        mine, theirs = here.ask(question), pq.read_table(tmp_path / f"{name}.parquet")
        assert theirs.schema.equals(mine.schema), name
        assert len(mine) > 0, name
        keys = [(column, "ascending") for column in mine.column_names]
        assert theirs.sort_by(keys).equals(mine.sort_by(keys)), name


@pytest.mark.slow
@pytest.mark.engines
def test_the_tables_of_clickhouse_have_the_columns_of_the_lake_and_its_order(
    python: Path, lake: Path, tmp_path
) -> None:
    said = asked(python, "clickhouse", lake, tmp_path)
    assert said == "rows lie by category, unit, received_at"
