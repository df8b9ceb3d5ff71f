"""The grammars as read from their tables (话术语法表): who says what in which words.

`frames.toml` ways of speaking · `families.toml` phrases a whole family of categories shares (keys: the first two or
four digits of a code) · `leaves_*.toml` hand-written phrasings a leaf · `shared.toml` phrasings that several leaves
share on purpose · `office.toml` what offices write · `names.toml` invented spots and people · `heard.toml` sounds
that are mistaken. All of it is our own writing. The syntax is that of `minsheng.sim.words.template`.

A leaf says `say` (a trouble told), `ask` (a question), `idea` (a suggestion), `praise`, `brief` (a few words, for
titles and terse people); `words` replaces the category's keywords where those name somebody. What a leaf lacks its
family gives, and what the family lacks the family "00" gives."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from minsheng.sim.words.template import GrammarError, Parser, Templates

SLOTS = frozenset(
    {"place", "name", "word", "who", "own", "phone", "brief", "n", "n1", "m", "y", "since", "effect", "look", "fix"}
)
"""What a template may leave open: the place as said, the category's name, one of its words, the handling office as
people call it, a person's name and telephone, a few words for the matter, numbers, how long it has gone on, what it
does to people, what an office looked into and what it did."""

FIELDS = ("say", "ask", "idea", "praise", "brief", "effect", "want", "miss", "look", "fix", "answer")
"""The lists a leaf or family may have."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the tables hold for a leaf or a family. `where` is "home" when the place tells where the person lives and
    "there" when it tells where the trouble is; `who` is the office as people call it."""

    lists: Mapping[str, Templates]
    words: tuple[str, ...]
    where: str
    who: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """Every table, parsed. `shared` maps a leaf to the phrasings (`say`, `ask`) that it has in
    common with others."""

    leaves: Mapping[str, Entry]
    families: Mapping[str, Entry]
    shared: Mapping[str, Mapping[str, Templates]]
    frames: Mapping[str, Templates]
    office: Mapping[str, Templates]
    names: Mapping[str, tuple[str, ...]]
    heard: Mapping[str, tuple[str, ...]]
    fillers: tuple[str, ...]

    def entries(self, leaf: str) -> Iterator[Entry]:
        """The entries that speak for a leaf, nearest first."""
        if leaf in self.leaves:
            yield self.leaves[leaf]
        for key in (leaf[:4], leaf[:2], "00"):
            if key in self.families:
                yield self.families[key]


@cache
def grammar() -> Grammar:
    """The grammar of the package, read and parsed once."""
    frames, office, names, heard = (_table(f"{name}.toml") for name in ("frames", "office", "names", "heard"))
    parser = Parser(frames.pop("lists"), SLOTS)
    leaves = {code: _entry(code, row, parser) for name in _leaf_files() for code, row in _table(name).items()}
    return Grammar(
        leaves=leaves,
        families={code: _entry(code, row, parser) for code, row in _table("families.toml").items()},
        shared=_shared(parser),
        frames=dict(_flat(frames, parser)),
        office=dict(_flat(office, parser)),
        names={key: tuple(value) for key, value in names.items()},
        heard=_sounds(heard["sounds"]),
        fillers=tuple(heard["fillers"]),
    )


def _leaf_files() -> list[str]:
    return sorted(file.name for file in files(__package__).iterdir() if file.name.startswith("leaves_"))


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text("utf-8"))


def _entry(code: str, row: dict[str, Any], parser: Parser) -> Entry:
    unknown = sorted(set(row) - {*FIELDS, "words", "where", "who"})
    if unknown:
        raise GrammarError(
            f"the grammar of {code} has {', '.join(unknown)}: use {', '.join(FIELDS)}, words, where, who"
        )
    return Entry(
        lists={field: parser.parse_all(row[field]) for field in FIELDS if field in row},
        words=tuple(row.get("words", ())),
        where=row.get("where", ""),
        who=row.get("who", ""),
    )


def _shared(parser: Parser) -> dict[str, dict[str, Templates]]:
    found: dict[str, dict[str, Templates]] = {}
    for group in _table("shared.toml").values():
        for field in ("say", "ask"):
            templates = parser.parse_all(group.get(field, ()))
            for leaf in group["leaves"] if templates else ():
                mine = found.setdefault(leaf, {})
                mine[field] = mine.get(field, ()) + templates
    return found


def _flat(table: dict[str, Any], parser: Parser, path: str = "") -> Iterator[tuple[str, Templates]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, parser, f"{path}{key}.")
        else:
            yield f"{path}{key}", parser.parse_all(value)


def _sounds(groups: str) -> dict[str, tuple[str, ...]]:
    """Each character with those that sound like it."""
    found: dict[str, list[str]] = {}
    for group in groups.split():
        for character in group:
            found.setdefault(character, []).extend(other for other in group if other != character)
    return {character: tuple(dict.fromkeys(others)) for character, others in found.items()}
