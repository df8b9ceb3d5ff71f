"""Renews tests/ground/lake/golden: the SQL text of every question on every engine. Read the difference, then run
`pytest -m engines`, before it is kept."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from minsheng.ground.lake.engines import ENGINES, text  # noqa: E402
from support.lake import QUESTIONS  # noqa: E402

if __name__ == "__main__":
    for engine in ENGINES:
        folder = ROOT / "tests" / "ground" / "lake" / "golden" / engine
        folder.mkdir(parents=True, exist_ok=True)
        for name, question in QUESTIONS.items():
            (folder / f"{name}.sql").write_text(text(question, engine) + "\n", "utf-8")
