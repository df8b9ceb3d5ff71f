"""The English of every page (英文译文): the .po files are written by hand, what Django reads is made from them here."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def compile_catalogues(folder: Path = LOCALE) -> list[Path]:
    """Make the .mo of each .po that has none or an older one; returns those made. Safe side by side."""
    made = []
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(f".{os.getpid()}")
        with source.open("rb") as given, fresh.open("wb") as out:
            write_mo(out, read_po(given))
        fresh.replace(target)
        made.append(target)
    return made
