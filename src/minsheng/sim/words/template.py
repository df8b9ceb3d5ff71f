"""The small language in which the grammars are written (话术模板): `[a|b|]` says one of several, perhaps nothing;
`{list}` says one of a shared list; `{3..9}` says a number (a round one when the range is a hundred or wider); `{slot}`
is filled when the text is made.

Alternatives may stand inside alternatives. The characters `[ ] { } |` mean nothing else. Everything is parsed once;
making a text walks the parts and draws, which costs about a microsecond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random


class GrammarError(ValueError):
    """A grammar that cannot be read; the message quotes it and says what to change."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A part filled in when the text is made."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """One of `count` whole numbers from `low`, `step` apart."""

    low: int
    step: int
    count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts, each as likely; `name` when it is a shared list."""

    options: tuple[Template, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text. `names` are the slots that must be filled and the shared lists it draws from; `plain` is the text
    when nothing varies."""

    parts: tuple[str | Slot | Number | Choice, ...]
    names: frozenset[str]
    plain: str | None

    def write(self, chance: Random, fill: Mapping[str, str]) -> str:
        """One text of this template; KeyError when a slot is not in `fill`."""
        if self.plain is not None:
            return self.plain
        out: list[str] = []
        self._write(out, chance, fill)
        return "".join(out)

    def _write(self, out: list[str], chance: Random, fill: Mapping[str, str]) -> None:
        for part in self.parts:
            if part.__class__ is str:
                out.append(part)  # type: ignore[arg-type]
            elif isinstance(part, Choice):
                chosen = part.options[int(chance.random() * len(part.options))]
                if chosen.plain is not None:
                    out.append(chosen.plain)
                else:
                    chosen._write(out, chance, fill)
            elif isinstance(part, Slot):
                out.append(fill[part.name])
            elif isinstance(part, Number):
                out.append(str(part.low + part.step * int(chance.random() * part.count)))


Templates = tuple[Template, ...]


def pick(options: Sequence[Template], chance: Random, fill: Mapping[str, str]) -> str:
    """A text of one of the templates, each as likely."""
    return options[int(chance.random() * len(options))].write(chance, fill)


class Parser:
    """Parses templates that may name the shared `lists` and the `slots` known to be filled."""

    def __init__(self, lists: Mapping[str, Sequence[str]], slots: frozenset[str]) -> None:
        self._sources = lists
        self._slots = slots
        self._lists: dict[str, Choice] = {}

    def parse(self, text: str) -> Template:
        """The template of one text; GrammarError names what is wrong with it."""
        found, end = self._sequence(text, 0, nested=False)
        if end != len(text):
            raise GrammarError(f"the template {text!r} closes a bracket that was never opened: take it out")
        return found

    def parse_all(self, texts: Sequence[str]) -> Templates:
        """The templates of a list of texts."""
        return tuple(self.parse(text) for text in texts)

    def _sequence(self, text: str, at: int, *, nested: bool) -> tuple[Template, int]:
        parts: list[str | Slot | Number | Choice] = []
        start = at
        while at < len(text):
            mark = text[at]
            if mark not in "[]{}|" or (mark == "|" and not nested):
                at += 1
                continue
            if start < at:
                parts.append(text[start:at])
            if mark in "|]":
                return _template(parts), at
            part, at = self._choice(text, at + 1) if mark == "[" else self._slot(text, at + 1)
            parts.append(part)
            start = at
        if nested:
            raise GrammarError(f"the template {text!r} opens a bracket and never closes it: add a ]")
        if start < at:
            parts.append(text[start:at])
        return _template(parts), at

    def _choice(self, text: str, at: int) -> tuple[Choice, int]:
        options: list[Template] = []
        while True:
            option, at = self._sequence(text, at, nested=True)
            options.append(option)
            if text[at] == "]":
                return Choice(tuple(options)), at + 1
            at += 1

    def _slot(self, text: str, at: int) -> tuple[Slot | Number | Choice, int]:
        end = text.find("}", at)
        if end < 0:
            raise GrammarError(f"the template {text!r} opens a brace and never closes it: add a }}")
        name = text[at:end]
        low, dots, high = name.partition("..")
        if dots and low.isdecimal() and high.isdecimal():
            return _number(int(low), int(high)), end + 1
        if name in self._slots:
            return Slot(name), end + 1
        if name not in self._sources:
            raise GrammarError(
                f"the template {text!r} names {{{name}}}, which is neither a list nor a slot: add the list"
            )
        if name not in self._lists:
            self._lists[name] = Choice(self.parse_all(self._sources[name]), name)
        return self._lists[name], end + 1


def _number(low: int, high: int) -> Number:
    step = 10 if high - low >= 100 else 1
    return Number(low, step, (high - low) // step + 1)


def _template(parts: list[str | Slot | Number | Choice]) -> Template:
    names: set[str] = set()
    for part in parts:
        if isinstance(part, Slot):
            names.add(part.name)
        elif isinstance(part, Choice):
            names.update(*(option.names for option in part.options), {part.name} - {""})
    words = [part for part in parts if isinstance(part, str)]
    return Template(tuple(parts), frozenset(names), "".join(words) if len(words) == len(parts) else None)
