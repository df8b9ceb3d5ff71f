"""The lake (数据湖): facts of every order in Parquet, without identity, and one way to ask questions of them.

    lake = Lake(Path("data/lake"))
    answer = lake.ask(questions.cube(date(2025, 1, 1), date(2026, 1, 1), asof))      # an Arrow table
    counts = weekly(lake, ("category", "township"), date(2025, 1, 6), 52)            # a matrix for detectors

`respond.facts` fills it (writing.py, manifest.py); the same questions run on Spark and ClickHouse (cluster.py). What
each file holds: docs/lake.md; why it is so: docs/decisions/0012."""

from minsheng.ground.lake.engines import Engine, table
from minsheng.ground.lake.manifest import LakeBusy
from minsheng.ground.lake.reading import Lake, NoLake
from minsheng.ground.lake.series import Counts, daily, weekly

__all__ = ["Counts", "Engine", "Lake", "LakeBusy", "NoLake", "daily", "table", "weekly"]
