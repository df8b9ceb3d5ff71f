"""The words of a city (话语): everything that residents and offices of a pack say and write, from one object."""

from __future__ import annotations

from random import Random

from minsheng.core.codes import Disposition
from minsheng.ground.city.pack import CityPack
from minsheng.sim.words.grammar import grammar
from minsheng.sim.words.lexicon import lexicon
from minsheng.sim.words.matter import Matter, Said
from minsheng.sim.words.office import Office
from minsheng.sim.words.people import person
from minsheng.sim.words.places import Places
from minsheng.sim.words.speech import Speech


class Words:
    """Says things as people of the pack's city do. Build once: the pack's names and the grammars are made ready.

    Every text follows from the arguments and the state of `chance` alone. KeyError when a leaf is not of the pack.
    """

    def __init__(self, pack: CityPack) -> None:
        tables = grammar()
        self._leaves = lexicon(pack, tables)
        self._places = Places(pack)
        self._speech = Speech(self._leaves, self._places, tables)
        self._office = Office(self._leaves, tables)

    def request(self, matter: Matter, chance: Random) -> Said:
        """A message about the matter, as written or as heard on the telephone."""
        return self._speech.request(matter, chance)

    def question(self, leaf: str, chance: Random) -> str:
        """What an agent asks when something is missing."""
        return self._office.question(leaf, chance)

    def detail(self, matter: Matter, chance: Random) -> str:
        """What the requester adds when asked: the place, how long, what it does."""
        leaf = self._leaves[matter.leaf]
        place = self._places.said(matter.area, matter.spot, chance) or "我家这边"
        fill = {"place": place, "who": leaf.who, "name": leaf.name, "word": leaf.word(chance)}
        more = {
            "since": self._speech.since(matter.since_days, chance),
            "effect": self._speech.effect(leaf, fill, chance),
        }
        return self._office.detail(fill | more, chance)

    def answer(self, leaf: str, chance: Random) -> str:
        """A direct answer to an inquiry."""
        return self._office.answer(leaf, chance)

    def explanation(self, leaf: str, disposition: Disposition, chance: Random) -> str:
        """Why the line cannot take the matter, and which path is open (告知)."""
        return self._office.explanation(leaf, disposition, chance)

    def visible(self, matter: Matter) -> str:
        """The reviewed copy for level 3, without identity: where, what and for how long; always the same."""
        place = self._places.without_door(matter.area, matter.spot)
        days = f"，已持续{matter.since_days}天" if matter.since_days else ""
        return f"{place}{'，' if place else ''}反映{self._leaves[matter.leaf].name}{days}，请核实办理。"

    def progress(self, leaf: str, chance: Random) -> str:
        """A note on how far the work is."""
        return self._office.progress(leaf, chance)

    def reply(self, leaf: str, what: str, chance: Random) -> tuple[str, str]:
        """The reply for the file and the one for the requester; `what` is one of `office.REPLIES`."""
        return self._office.reply(leaf, what, chance)

    def copied(self, leaf: str, chance: Random) -> tuple[str, str]:
        """One of the few stock replies that a copy-pasting unit sends whatever the leaf."""
        if leaf not in self._leaves:
            raise KeyError(leaf)
        return self._office.copied(chance)

    def grounds(self, what: str, chance: Random) -> str:
        """Grounds that somebody gives for a step; ValueError names the steps that have some."""
        return self._office.grounds(what, chance)

    def opinion(self, solved: bool, satisfied: bool, chance: Random) -> str:
        """What the requester says at the call-back; "" when nothing beside the answers."""
        return self._office.opinion(solved, satisfied, chance)

    def person(self, chance: Random) -> tuple[str, str]:
        """An invented name and an invented telephone number that cannot ring (see `people`)."""
        return person(chance)
