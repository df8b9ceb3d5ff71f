"""What becomes of words on the telephone (语音转写): fillers, repetitions, lost punctuation, characters that sound
alike. Rates are ours: between 2 and 6 of a hundred characters come out wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

_CLAUSE = re.compile(r"([，。！？；])")
_LOWEST, _SPREAD = 0.02, 0.04
_FILLER = 0.22
_REPEAT = 0.10


class Hearing:
    """Turns words as said into words as a machine hears them."""

    def __init__(self, sounds: Mapping[str, Sequence[str]], fillers: Sequence[str]) -> None:
        self._sounds = sounds
        self._fillers = fillers

    def transcript(self, text: str, chance: Random) -> str:
        """A transcript: fillers, repetitions, few stops, and mistaken characters."""
        pieces = _CLAUSE.split(text)
        keep = chance.random()
        out: list[str] = []
        for clause, stop in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            if not clause:
                continue
            draw = chance.random()
            if draw < _FILLER:
                out.append(self._fillers[int(draw / _FILLER * len(self._fillers))])
                out.append("，" if keep > 0.7 else "")
            elif draw < _FILLER + _REPEAT and len(clause) > 3 and not clause[0].isdigit():
                out.append(clause[:2])
            out.append(clause)
            out.append(stop if clause[-1].isdigit() else _stop(stop, keep, chance))
        return self.mistaken("".join(out), chance)

    def mistaken(self, text: str, chance: Random) -> str:
        """The text with 2 to 6 of a hundred characters taken for others that sound alike."""
        rate = _LOWEST + _SPREAD * chance.random()
        wrong = int(rate * len(text) + chance.random())
        if not wrong:
            return text
        marks = list(text)
        for _ in range(wrong):
            start = int(chance.random() * len(marks))
            for at in (*range(start, len(marks)), *range(start)):
                others = self._sounds.get(text[at])
                if others is not None and marks[at] == text[at]:
                    marks[at] = others[int(chance.random() * len(others))]
                    break
        return "".join(marks)


def _stop(stop: str, keep: float, chance: Random) -> str:
    if keep < 0.35:
        return "" if chance.random() < 0.8 else " "
    if keep < 0.7:
        return "，" if stop and chance.random() < 0.7 else ""
    return stop
