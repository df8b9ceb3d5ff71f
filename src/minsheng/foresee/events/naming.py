"""What an event is called (事件命名): where, and what about, in words of its own messages."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

_PIECES = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+")
_EMPTY = re.compile(
    "反映|关于|投诉|举报|咨询|请问|来电人?|诉求人?|市民|希望|请求|求助|的?问题|何时解决|求解决|严重|建议|领导|您?好|尊敬|你们?|我们?|有关部门"
)
LONGEST_PHRASE, LONGEST_GRAM, SHORTEST_GRAM = 24, 8, 3
SAMPLE = 40


def place_of(counted: Counter[str], size: int) -> str:
    """The place of an event from the names in its messages with how many have each: the longest of those that at
    least three tenths of the messages tell, or the commonest; "" when none tells any."""
    often = [(name, n) for name, n in counted.items() if n >= max(0.3 * size, 1)]
    if not often:
        often = counted.most_common(1)
    return max(often, key=lambda pair: (pair[1] * math.sqrt(len(pair[0])), pair[0]), default=("", 0))[0]


def phrase_of(texts: Sequence[str], place: str) -> str:
    """A readable phrase: the opening line that says most of what the messages of the event have in common, without the
    place and without words of address. Never empty when a text is not."""
    texts = texts[:SAMPLE]
    common = Counter(gram for text in texts for gram in _grams(text))
    best, most = "", -1.0
    for text in texts:
        for piece in [p for p in _PIECES.split(text) if p][:4]:
            shown = _EMPTY.sub("", piece.replace(place, "") if place else piece)[:LONGEST_PHRASE]
            if len(shown) < SHORTEST_GRAM:
                continue
            said = sum(common[gram] - 1 for gram in _grams(shown)) / math.sqrt(len(shown) + 4)
            if said > most:
                best, most = shown, said
    return best or next((text.split("\n")[0][:LONGEST_PHRASE] for text in texts if text), "")


def _grams(text: str) -> set[str]:
    return {text[at : at + SHORTEST_GRAM] for at in range(max(len(text) - SHORTEST_GRAM + 1, 0))}
