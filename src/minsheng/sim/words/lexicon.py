"""What can be said of each leaf of a pack's classification (类别话语): the leaf's own phrasings, those it shares with
its likes, its family's, and everybody's, with the category's name and keywords to fill them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from minsheng.ground.city.pack import CityPack
from minsheng.ground.city.rows import Category
from minsheng.sim.words.grammar import FIELDS, Grammar
from minsheng.sim.words.template import Template, Templates

_SHARED = 0.16
_BARE = 0.08


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf with everything that can be said of it. `own`, `shared` and `general` map a field of the grammar to
    phrasings; `general` holds the nearest family's."""

    code: str
    name: str
    words: tuple[str, ...]
    where: str
    who: str
    own: dict[str, Templates]
    shared: dict[str, Templates]
    general: dict[str, Templates]

    def telling(self, field: str, chance: Random) -> Template:
        """A phrasing of `say`, `ask`, `idea` or `praise`: mostly its own, some shared, a few that just name it."""
        own, shared = self.own.get(field, ()), self.shared.get(field, ())
        draw = chance.random()
        if shared and draw < _SHARED:
            options = shared
        elif own and draw < 1.0 - _BARE:
            options = own
        else:
            options = self.general[field]
        return options[int(chance.random() * len(options))]

    def word(self, chance: Random) -> str:
        """One of its keywords, or its name when it has none."""
        return self.words[int(chance.random() * len(self.words))]

    def speaks(self, field: str) -> bool:
        """Whether the tables hold phrasings of its own."""
        return field in self.own


def leaf_of(category: Category, tables: Grammar) -> Leaf:
    """The leaf of a category, from the grammar's tables."""
    entries = tuple(tables.entries(category.code))
    own = tables.leaves.get(category.code)
    general: dict[str, Templates] = {}
    for field in FIELDS:
        for entry in entries:
            if entry is not own and field in entry.lists:
                general[field] = entry.lists[field]
                break
    words = next((entry.words for entry in entries if entry.words), ()) or category.keywords or (category.name,)
    return Leaf(
        code=category.code,
        name=category.name,
        words=tuple(words),
        where=next(entry.where for entry in entries if entry.where),
        who=next(entry.who for entry in entries if entry.who),
        own=dict(own.lists) if own else {},
        shared=dict(tables.shared.get(category.code, {})),
        general=general,
    )


def lexicon(pack: CityPack, tables: Grammar) -> dict[str, Leaf]:
    """Every leaf of the pack, by code."""
    return {category.code: leaf_of(category, tables) for category in pack.taxonomy.leaves}
