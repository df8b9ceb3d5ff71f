"""Writes docs/lake.md: what each file of the lake holds, its columns, types and meanings as the code has them, and how
lake and detectors move to a cluster. A test holds that the page and the code agree."""

from __future__ import annotations

from pathlib import Path

from minsheng.ground.lake.schema import SCHEMAS, SORTED

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lake.md"
TEXT = Path(__file__).with_name("lake_page.txt")


def page() -> str:
    """The page as Markdown."""
    head, _, tail = TEXT.read_text("utf-8").partition("<!-- tables -->\n")
    parts = [head.rstrip()]
    for name, schema in SCHEMAS.items():
        parts.append(f"\n### {name}\n\n{(schema.metadata or {})[b'table'].decode()}")
        parts.append(f"Rows of a folded file stand in order of {', '.join(f'`{key}`' for key in SORTED[name])}.\n")
        parts.append("| column | type | null | meaning |\n|---|---|---|---|")
        parts += [
            f"| `{f.name}` | {_type(str(f.type))} | {'yes' if f.nullable else ''} | {_meaning(f)} |" for f in schema
        ]
    return "\n".join([*parts, "", tail.rstrip()]) + "\n"


def _type(written: str) -> str:
    return "list of string" if written.startswith("list") else written


def _meaning(field: object) -> str:
    metadata: dict[bytes, bytes] = getattr(field, "metadata")  # noqa: B009
    return metadata[b"meaning"].decode().replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
