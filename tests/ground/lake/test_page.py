"""The public page of the lake says what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_of_the_lake_is_what_the_code_makes() -> None:
    spec = importlib.util.spec_from_file_location("lake_page", ROOT / "tools" / "lake_page.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (ROOT / "docs" / "lake.md").read_text("utf-8")
    assert written == tool.page(), "run .venv/bin/python tools/lake_page.py"
