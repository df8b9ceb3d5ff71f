"""How residents tell a matter (诉求表述): plain, colloquial, formal, elderly, terse or angry; in writing, as a
machine's transcript of a call, or as an agent types it. A message is put together from clauses that the grammars
give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from minsheng.core.codes import Kind
from minsheng.sim.words.grammar import Grammar
from minsheng.sim.words.hearing import Hearing
from minsheng.sim.words.lexicon import Leaf
from minsheng.sim.words.matter import Matter, Said
from minsheng.sim.words.people import person
from minsheng.sim.words.places import Places
from minsheng.sim.words.template import Template, pick

_FIELD = {Kind.INQUIRY: "ask", Kind.SUGGESTION: "idea", Kind.PRAISE: "praise"}
_TIMES = frozenset({"days", "months", "years", "hours"})
_ENDS = "，。！？：；、 "
_OWN = 0.03
_STYLES = (("terse", 0.12), ("formal", 0.28), ("elderly", 0.43), ("colloquial", 0.65), ("plain", 1.0))
"""Ways of writing with cumulated shares; ours."""
_EFFECT = {"plain": 0.45, "colloquial": 0.5, "formal": 0.8, "elderly": 0.8, "angry": 0.75, "agent": 0.35}
_SINCE = {"plain": 0.55, "colloquial": 0.5, "formal": 0.8, "elderly": 0.6, "angry": 0.7, "agent": 0.6}
_DIGRESS = {"plain": 0.12, "colloquial": 0.2, "formal": 0.7, "elderly": 0.95, "angry": 0.12, "agent": 0.0}
_WANT = {"plain": 0.7, "colloquial": 0.6, "formal": 0.95, "elderly": 0.8, "angry": 0.7, "agent": 0.8}
_LONG = {"formal": 7.5, "elderly": 10.5}
"""Styles of long messages, with how many asides they take at most."""
_TROUBLE = (Kind.COMPLAINT, Kind.HELP, Kind.REPORT, Kind.OTHER)
_SURE = (Kind.REPORT, Kind.HELP, Kind.SUGGESTION, Kind.PRAISE)

Fill = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Message:
    """A message in the making: in which style which phrasing tells the matter, and what fills it."""

    matter: Matter
    leaf: Leaf
    style: str
    telling: Template
    fill: Fill


class Speech:
    """Tells matters of a pack in residents' words."""

    def __init__(self, leaves: Mapping[str, Leaf], places: Places, tables: Grammar) -> None:
        self._leaves = leaves
        self._places = places
        self._frames = tables.frames
        self._hearing = Hearing(tables.heard, tables.fillers)

    def request(self, matter: Matter, chance: Random) -> Said:
        """A message about the matter."""
        message = self._message(matter, chance)
        text = (self._terse if message.style == "terse" else self._told)(message, chance)
        if matter.spoken:
            hear = self._hearing.mistaken if message.style == "agent" else self._hearing.transcript
            text = hear(text, chance)
        title = self._title(message, text, chance)
        return Said(title, text, self._places.address(matter.area, matter.spot, chance))

    def since(self, days: int, chance: Random) -> str:
        """How long something has gone on, in words."""
        name = next(name for name, last in _SINCE_UP_TO if days <= last)
        numbers = {"n": str(days), "m": str(max(1, days // 30)), "y": str(max(1, days // 365))}
        return pick(self._frames[f"since.{name}"], chance, numbers)

    def effect(self, leaf: Leaf, fill: Fill, chance: Random) -> str:
        """What the matter does to people."""
        return pick(leaf.own.get("effect") or leaf.general["effect"], chance, fill)

    def brief(self, leaf: Leaf, chance: Random) -> str:
        """The matter in a few words."""
        own = leaf.own.get("brief")
        return pick(own, chance, {}) if own else leaf.word(chance)

    def _style(self, matter: Matter, chance: Random) -> str:
        if chance.random() < matter.anger * 0.6 and matter.kind in _TROUBLE:
            return "angry"
        draw = chance.random()
        if matter.spoken and draw > 0.6:
            return "agent"
        draw = draw / 0.6 if matter.spoken else draw
        style = next(name for name, upto in _STYLES if draw < upto)
        return "colloquial" if matter.spoken and style == "formal" else style

    def _message(self, matter: Matter, chance: Random) -> _Message:
        leaf = self._leaves[matter.leaf]
        style = self._style(matter, chance)
        say_place = self._places.brief if style == "terse" else self._places.said
        place = say_place(matter.area, matter.spot, chance)
        fill = {"place": place or "我们这", "name": leaf.name, "word": leaf.word(chance), "who": leaf.who}
        return _Message(matter, leaf, style, leaf.telling(_FIELD.get(matter.kind, "say"), chance), fill)

    def _terse(self, message: _Message, chance: Random) -> str:
        kind, leaf, place = message.matter.kind, message.leaf, message.fill["place"]
        brief = self.brief(leaf, chance)
        if kind is Kind.INQUIRY:
            said = message.telling.write(chance, message.fill) if leaf.speaks("ask") else f"{brief}怎么办？"
            return said if chance.random() < 0.4 else f"{place}，{said}"
        if kind is Kind.PRAISE:
            return f"感谢{place}的工作人员"
        if leaf.speaks("say") and kind in _TROUBLE and chance.random() < 0.3:
            brief = message.telling.write(chance, message.fill)
        said = brief if place in brief else f"{place}{brief}"
        end = {Kind.REPORT: "，请查处", Kind.HELP: "，请帮忙", Kind.SUGGESTION: "，建议改进"}.get(kind, "")
        return said + (end or ("，快处理" if chance.random() < 0.3 else ""))

    def _told(self, message: _Message, chance: Random) -> str:
        matter, leaf, style = message.matter, message.leaf, message.style
        opening = self._opening(message, chance)
        clauses = [self._body(message, chance), *self._around(message, chance)]
        if len(clauses) > 1 and chance.random() < 0.12:
            clauses[0], clauses[1] = clauses[1], clauses[0]
        if style in _LONG and chance.random() < 0.75:
            more = leaf.telling(_FIELD.get(matter.kind, "say"), chance).write(chance, message.fill)
            clauses.insert(1, "" if more in clauses[0] else more)
        if matter.second is not None:
            clauses.append(self._also(matter.second, matter, chance))
        if chance.random() < _OWN:
            own, phone = person(chance)
            clauses.append(pick(self._frames["own.say"], chance, {"own": own, "phone": phone}))
        clauses.append(self._wish(message, opening, chance))
        if style == "formal" or (matter.kind is not Kind.PRAISE and chance.random() < 0.35):
            closing = self._frames.get(f"close.{style}") or self._frames["close.plain"]
            clauses.append(pick(closing, chance, message.fill))
        return _joined(opening, list(dict.fromkeys(clauses)), style, chance)

    def _opening(self, message: _Message, chance: Random) -> str:
        kind, style = message.matter.kind.value, message.style
        if style == "agent":
            return pick(self._frames["open.agent_ask" if kind == "inquiry" else "open.agent"], chance, {})
        opening = pick(self._frames[f"open.{style}"], chance, {}) if chance.random() < 0.75 or style != "plain" else ""
        more = self._frames.get(f"open.{kind}")
        if more is None or chance.random() > 0.7:
            return opening
        special = pick(more, chance, {})
        if style in _LONG:
            return opening + special.removeprefix("你好，").removeprefix("您好，")
        return special or opening

    def _body(self, message: _Message, chance: Random) -> str:
        matter, leaf, fill = message.matter, message.leaf, message.fill
        said = message.telling.write(chance, fill)
        if "place" in message.telling.names or not (matter.area or matter.spot):
            return said
        asking = matter.kind is Kind.INQUIRY
        draw = chance.random()
        if draw > (0.75 if asking else 0.94):
            return said
        if 0.6 < draw < 0.7 and not asking:
            return f"{said}，{pick(self._frames['at.after'], chance, fill)}"
        where = "there" if leaf.where == "there" and not asking else "home"
        return pick(self._frames["at.agent" if message.style == "agent" else f"at.{where}"], chance, fill) + said

    def _around(self, message: _Message, chance: Random) -> list[str]:
        """What else is told: for how long, how often asked before, what it does to us, and what has no bearing."""
        matter, style = message.matter, message.style
        clauses: list[str] = []
        trouble = matter.kind in _TROUBLE
        if trouble and not message.telling.names & _TIMES and chance.random() < _SINCE[style]:
            clauses.append(self.since(matter.since_days, chance))
        if matter.before and matter.kind is not Kind.PRAISE and chance.random() < 0.9:
            clauses.append(self._asked_before(matter.before, chance))
        if trouble and chance.random() < _EFFECT[style]:
            effects = 1 + (style in _LONG or style == "angry") * int(chance.random() * 2)
            clauses += [self.effect(message.leaf, message.fill, chance) for _ in range(effects)]
        if style == "angry":
            clauses.append(pick(self._frames["anger.exclaim"], chance, message.fill))
        if chance.random() < _DIGRESS[style]:
            name = "trouble" if trouble else "asking" if matter.kind is Kind.INQUIRY else "kindly"
            asides = self._frames.get(f"digress.{name}.{style}") or self._frames[f"digress.{name}.plain"]
            for _ in range(1 + int(chance.random() * _LONG.get(style, 0))):
                clauses.insert(int(chance.random() * (len(clauses) + 1)), pick(asides, chance, message.fill))
        return clauses

    def _asked_before(self, before: int, chance: Random) -> str:
        numbers = {"n": str(before), "n1": str(before + 1)}
        told = pick(self._frames["before.once" if before == 1 else "before.some"], chance, numbers)
        return told + pick(self._frames["before.result"], chance, {})

    def _wish(self, message: _Message, opening: str, chance: Random) -> str:
        kind, style, fill = message.matter.kind, message.style, message.fill
        plainly_said = any(said in opening for said in self._said_of(kind))
        if chance.random() > _WANT[style] and (plainly_said or kind not in _SURE):
            return ""
        if style == "agent":
            return pick(self._frames.get(f"want.agent_{kind.value}") or self._frames["want.agent"], chance, fill)
        if kind is Kind.COMPLAINT and chance.random() < 0.25:
            return pick(message.leaf.general["want"], chance, fill)
        return pick(self._frames[f"want.{kind.value}"], chance, fill)

    def _said_of(self, kind: Kind) -> tuple[str, ...]:
        frames = self._frames.get(f"open.{kind.value}", ())
        return tuple(frame.plain for frame in frames if frame.plain)

    def _also(self, second: Matter, first: Matter, chance: Random) -> str:
        leaf = self._leaves[second.leaf]
        place = self._places.said(second.area, second.spot, chance)
        fill = {"place": place or "我们这", "name": leaf.name, "word": leaf.word(chance), "who": leaf.who}
        telling = leaf.telling(_FIELD.get(second.kind, "say"), chance)
        said = telling.write(chance, fill)
        elsewhere = place and (second.area, second.spot) != (first.area, first.spot)
        if elsewhere and "place" not in telling.names:
            said = place + said
        return f"{pick(self._frames['second.link'], chance, {})}，{said}"

    def _title(self, message: _Message, text: str, chance: Random) -> str:
        if not message.matter.spoken and chance.random() < 0.25:
            return text[: 8 + int(chance.random() * 12)].strip(_ENDS)
        frames = self._frames.get(f"title.{message.matter.kind.value}") or self._frames["title.about"]
        return pick(frames, chance, message.fill | {"brief": self.brief(message.leaf, chance)})


_SINCE_UP_TO = (
    ("today", 0),
    ("yesterday", 1),
    ("days", 6),
    ("week", 13),
    ("half_month", 27),
    ("month", 59),
    ("months", 365),
    ("years", 1 << 31),
)
"""The words for a length of time, with the last day each is used for."""


def _joined(opening: str, clauses: list[str], style: str, chance: Random) -> str:
    """The clauses as running text; a stop or comma between, and mostly a stop at the end."""
    out = [opening]
    for clause in clauses:
        if not clause:
            continue
        if len(out) > 1 and out[-1][-1] not in _ENDS:
            out.append("。" if chance.random() < 0.4 else "，")
        out.append(clause)
    text = "".join(out)
    if text[-1] in _ENDS:
        return text
    draw = chance.random()
    if style == "angry" and draw < 0.6:
        return text + ("！" if draw < 0.4 else "！！")
    return text + ("。" if draw < 0.8 or style == "formal" else "")
