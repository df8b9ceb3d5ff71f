"""Writes docs/truth.md: every table of a simulated run's truth with its columns, types and meanings, as the code has
them. A test holds that the page and the code agree."""

from __future__ import annotations

from pathlib import Path

from minsheng.sim.truth import SCHEMAS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "truth.md"
HEAD = """# 模拟城市的真相 The truth of a simulated city

`minsheng sim` writes these Parquet tables into `DATA/truth` (or `--truth DIR`). They say what is true, whatever the
house was told; no page, desk or interface reads them. Times are UTC. The same plan gives the same files, byte for byte.
Each file carries the plan and the meaning of its columns in its own metadata. `tools/truth_page.py` writes this page.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for name, schema in SCHEMAS.items():
        parts.append(f"\n## {name}.parquet\n\n{(schema.metadata or {})[b'table'].decode()}\n")
        parts.append("| column | type | meaning |\n|---|---|---|")
        parts += [f"| `{f.name}` | {f.type} | {(f.metadata or {})[b'meaning'].decode()} |" for f in schema]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
