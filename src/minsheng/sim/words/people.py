"""Invented people (虚构人物): a name of our tables and a telephone number that cannot ring.

Numbers beginning with 1400 belong to a block of China's numbering plan (电信网编号计划) that is given out in thirteen
digits only, to machines. Eleven digits of it are therefore nobody's number, and yet look like a mobile's to whatever
takes identity out of texts."""

from __future__ import annotations

from random import Random

from minsheng.sim.words.grammar import grammar

PHONE_HEAD = "1400"
_PHONE_TAIL = 7


def person(chance: Random) -> tuple[str, str]:
    """An invented name and an invented number of eleven digits."""
    names = grammar().names
    surname = names["surname"]
    given = names["given_old" if chance.random() < 0.45 else "given_new"]
    name = surname[int(chance.random() * len(surname))] + given[int(chance.random() * len(given))]
    return name, f"{PHONE_HEAD}{int(chance.random() * 10**_PHONE_TAIL):0{_PHONE_TAIL}d}"
