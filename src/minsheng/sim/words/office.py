"""What offices write (办理用语): questions for missing facts, answers, replies inside and outside, grounds, and what
requesters say when they are called back."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from minsheng.core.codes import Disposition
from minsheng.sim.words.grammar import Grammar
from minsheng.sim.words.lexicon import Leaf
from minsheng.sim.words.template import Templates, pick

REPLIES = ("solved", "relieved", "explained", "unfounded", "parked", "empty")
"""What a reply may claim; `empty` says nothing."""


class Office:
    """Writes as the centre and the handling units do."""

    def __init__(self, leaves: Mapping[str, Leaf], tables: Grammar) -> None:
        self._leaves = leaves
        self._office = tables.office

    def question(self, leaf: str, chance: Random) -> str:
        """What an agent asks when something is missing."""
        known = self._leaves[leaf]
        own = self._nearest(known, "miss")
        options = own if chance.random() < 0.7 else self._office["question.all"]
        return pick(options, chance, {"who": known.who})

    def answer(self, leaf: str, chance: Random) -> str:
        """A direct answer to an inquiry."""
        known = self._leaves[leaf]
        return pick(self._nearest(known, "answer"), chance, {"name": known.name, "who": known.who})

    def explanation(self, leaf: str, disposition: Disposition, chance: Random) -> str:
        """Why the line cannot take the matter, and which path is open."""
        known = self._leaves[leaf]
        return pick(self._office[f"explanation.{disposition.value}"], chance, {"name": known.name, "who": known.who})

    def progress(self, leaf: str, chance: Random) -> str:
        """A note on how far the work is."""
        return pick(self._office["progress.all"], chance, self._fill(leaf, chance))

    def reply(self, leaf: str, what: str, chance: Random) -> tuple[str, str]:
        """The reply for the file and the reply for the requester; `what` is one of REPLIES."""
        if what not in REPLIES:
            raise ValueError(f"no reply says {what!r}: use one of {', '.join(REPLIES)}")
        fill = self._fill(leaf, chance)
        internal = pick(self._office[f"reply.{what}.internal"], chance, fill)
        return internal, pick(self._office[f"reply.{what}.public"], chance, fill)

    def copied(self, chance: Random) -> tuple[str, str]:
        """One of a handful of stock replies, word for word the same whatever was asked."""
        return pick(self._office["copied.internal"], chance, {}), pick(self._office["copied.public"], chance, {})

    def grounds(self, what: str, chance: Random) -> str:
        """Grounds for a step; ValueError names the steps that have some."""
        options = self._office.get(f"grounds.{what}")
        if options is None:
            known = ", ".join(name.removeprefix("grounds.") for name in self._office if name.startswith("grounds."))
            raise ValueError(f"there are no grounds for {what!r}: use one of {known}")
        return pick(options, chance, {"who": "职能部门"})

    def opinion(self, solved: bool, satisfied: bool, chance: Random) -> str:
        """What the requester says at the call-back; "" when nothing beside the answers."""
        name = f"{'solved' if solved else 'unsolved'}_{'satisfied' if satisfied else 'unsatisfied'}"
        return pick(self._office[f"opinion.{name}"], chance, {})

    def detail(self, fill: Mapping[str, str], chance: Random) -> str:
        """What a requester adds when asked; `fill` gives place, since and effect."""
        return pick(self._office["detail.all"], chance, fill)

    def _fill(self, leaf: str, chance: Random) -> dict[str, str]:
        known = self._leaves[leaf]
        fill = {"name": known.name, "who": known.who}
        return fill | {field: pick(self._nearest(known, field), chance, fill) for field in ("look", "fix")}

    @staticmethod
    def _nearest(leaf: Leaf, field: str) -> Templates:
        return leaf.own.get(field) or leaf.general[field]
