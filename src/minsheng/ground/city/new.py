"""Writes an empty, commented city pack to begin with; it passes `check_pack` as it stands."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from minsheng.ground.city.pack import FILES


def new_pack(path: Path | str, name: str) -> Path:
    """Writes the files of an empty pack for the city `name` into the folder `path` and returns the folder.

    The pack has the channel `web`, the national calendar, one rule book, the call-back script and one example row
    where a table may not be empty. FileExistsError when the folder holds anything; ValueError for a name that
    could not be a folder or a code.
    """
    folder = Path(path)
    if not re.fullmatch(r"[\w][\w-]{0,39}", name):
        raise ValueError(f"{name!r} cannot name a pack; use letters, digits and hyphens, e.g. anyang")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a new folder so that nothing is overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    templates = files("minsheng.ground.city") / "template"
    for file in FILES:
        text = Template((templates / file).read_text(encoding="utf-8")).substitute(code=name, name=name)
        (folder / file).write_text(text, encoding="utf-8", newline="\n")
    return folder
