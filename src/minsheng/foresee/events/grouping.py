"""Messages put together as they arrive (同事归并): one event is one cause at one place, for as long as it keeps coming.

A message either comes from an event that is known or from something new. For every event that shares a rare name with
it the odds are written in nats: how often the event speaks now, against all messages of the city (its pace so far, less
the chance that it is over, which grows with its silence measured in its own pace: a gamma-Poisson rate with a constant
hazard of ending); how much likelier each name of the message is there than elsewhere (a Dirichlet-multinomial over the
names of one level, so that another village, or another house, speaks against it); how much likelier its sort of trouble
is beside those of the event (`kin.py`). It joins the event with the best odds if they are even or better, else it
begins a new one. What is compared is the event as a whole, never its nearest member, so nobody is chained to anybody.
Because each message is judged against the past alone, the same messages in the same order make the same events however
they are cut into batches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.events.places import LEVELS
from minsheng.foresee.events.reading import KNOWN_FROM, MONTH_DAYS, Messages, Reading

_Name = tuple[int, float, float, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """The prior of an event. Its pace: `messages` (as many as follow others in what was learned, when None) in `days`
    days before it was ever heard of; `ending` its chance a day of ending; `silence` the longest in days that is looked
    back. `misread`: how many messages of an event that name another place are expected beforehand, by level of names
    (village, town, county, what is built), and in any column; `strange` how many whose names are those of all places.
    `even`: nats over even odds to join. Names told more than
    `common` times a month (where `common_share` of the messages is less, more than that, but for `common_least`), or in
    `implied` of the messages that have a rarer name of this one, are not looked under.
    Chosen on one simulated city and on the generator of the bench together. Most matter little (half or twice `days`
    moves F1 by 0.01); `common` much: at half of it the city's F1 falls from 0.6 to 0.5."""

    messages: float | None = None
    days: float = 8.0
    ending: float = 0.03
    silence: float = 120.0
    misread: tuple[float, float, float, float] = (0.1, 0.1, 0.1, 0.3)
    misread_column: float = 0.3
    strange: float = 1.0
    even: float = 1.0
    common: float = 40.0
    common_share: float = 0.01
    common_least: float = 8.0
    implied: float = 0.8


@dataclass(slots=True)
class Event:
    """An event as it stands: `names`, `levels` and `sorts` count its members' names, those with a name of each level,
    and their sorts of trouble; `most` has the count of the commonest name of each level; days as given."""

    number: int
    first: float
    last: float
    size: int = 0
    names: dict[int, int] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    most: dict[int, int] = field(default_factory=dict)
    sorts: dict[int, int] = field(default_factory=dict)
    members: list[int] = field(default_factory=list)


_BUILT = LEVELS - 1
ONE_PLACE = 3
"""An administrative name told by less than a third as many members as the commonest of its level is misread."""
KIN = 3.0
"""Lift from which sorts are kin: only events with a message of a kindred sort are looked at."""
_FAR = -14.0
"""Nats of pace from which no names bring a message back."""


class Events:
    """All events so far."""

    def __init__(self, reading: Reading, rule: Rule | None = None) -> None:
        self.reading, self.rule = reading, rule or Rule()
        self.events: list[Event] = []
        self._under: dict[int, dict[int, dict[int, Event]]] = {}
        self._lifts: list[list[float]] = reading.lifts.tolist()
        self._kin = [frozenset(other for other, lift in enumerate(row) if lift >= KIN) for row in self._lifts]
        self._messages = 0
        self._before = reading.following if self.rule.messages is None else self.rule.messages
        self._newest = -math.inf

    def add(self, texts: Sequence[str], days: NDArray[np.float64]) -> list[int]:
        """The event number of each message. ValueError when they are not in order of time."""
        return self.add_read(self.reading.read(texts), days)

    def add_read(self, read: Messages, days: NDArray[np.float64]) -> list[int]:
        """`add` of messages that are read already."""
        if len(days) and (np.diff(days).min(initial=0.0) < 0 or days[0] < self._newest):
            raise ValueError("Messages have to come in order of time: sort them, and the batches, by time.")
        begins, name, chance, level = (x.tolist() for x in (read.begins, read.name, read.chance, read.level))
        alone, sorts = self.reading.alone(read.count).tolist(), read.sort.tolist()
        counts = (read.count >= KNOWN_FROM).tolist()
        rare = ((read.count <= self._common()) & (read.chance < self.rule.implied)).tolist()
        found = []
        for at, day in enumerate(days.tolist()):
            a, z = begins[at], begins[at + 1]
            names = [(name[k], alone[k], chance[k], level[k]) for k in range(a, z) if counts[k]]
            under = [name[k] for k in range(a, z) if rare[k]]
            event = self._best(names, under, sorts[at], day) or self._begin(day)
            self._join(event, names, under, sorts[at], day)
            found.append(event.number)
            self._newest = day
        return found

    def _common(self) -> float:
        """The most texts that tell a name under which events are looked for."""
        share = self.rule.common_share * self.reading.daily * MONTH_DAYS
        return min(self.rule.common, max(self.rule.common_least, share)) * self.reading.months

    def _begin(self, day: float) -> Event:
        event = Event(len(self.events), day, day)
        self.events.append(event)
        return event

    def _join(self, event: Event, names: list[_Name], under: list[int], sort: int, day: float) -> None:
        event.last = day
        event.size += 1
        event.members.append(self._messages)
        self._messages += 1
        event.sorts[sort] = event.sorts.get(sort, 0) + 1
        for name, _, _, level in names:
            count = event.names[name] = event.names.get(name, 0) + 1
            if count > event.most.get(level, 0):
                event.most[level] = count
        for level in {level for _, _, _, level in names}:
            event.levels[level] = event.levels.get(level, 0) + 1
        for name in under:
            self._under.setdefault(name, {}).setdefault(sort, {})[event.number] = event

    def _best(self, names: list[_Name], under: list[int], sort: int, day: float) -> Event | None:
        """The event that the message joins."""
        best, most = None, self.rule.even
        levels = {level for _, _, _, level in names}
        utmost = -sum(math.log(alone if at == 0 else given) for at, (_, alone, given, _) in enumerate(names))
        seen: set[int] = set()
        kin = self._kin[sort] | {sort}
        for name in under:
            of_sorts = self._under.get(name)
            if of_sorts is None:
                continue
            for other in sorted(kin & of_sorts.keys()):
                events, over = of_sorts[other], []
                for number, event in events.items():
                    if number in seen:
                        continue
                    seen.add(number)
                    odds = self._speaks(event, sort, day)
                    if odds is None:
                        over.append(number)
                    elif odds + utmost > most:
                        odds += self._named(event, names, levels)
                        if odds > most:
                            best, most = event, odds
                for number in over:
                    del events[number]
        return best

    def _speaks(self, event: Event, sort: int, day: float) -> float | None:
        """Nats that the event's next message, rather than any, comes now and is of this sort; None: it is over."""
        rule, row = self.rule, self._lifts[sort]
        silent, heard = day - event.last, event.size - 1 + self._before
        lived = event.last - event.first + rule.days
        due = heard * silent / lived
        if due > 20.0 or silent > rule.silence:
            return None
        over = 1.0 + rule.ending * lived / heard * (math.exp(due) - 1.0)
        pace = math.log(heard / ((lived + silent) * over * self.reading.daily))
        if pace < _FAR:
            return None
        kindred = 0.0
        for other, count in event.sorts.items():
            kindred += row[other] * count
        return pace + math.log(kindred / event.size)

    def _named(self, event: Event, names: list[_Name], levels: set[int]) -> float:
        """Nats that the message's names are likelier in the event than elsewhere: of the rarest that both have as if it
        stood alone, of the others beyond what the rarer ones of the message imply. An event lies in one village of one
        town: what a few of its members say of that is misread."""
        strange, told, odds = self.rule.strange, event.levels, 0.0
        missed, first = levels, True
        for name, alone, given, level in names:
            count = event.names.get(name)
            if count and (level >= _BUILT or ONE_PLACE * count >= event.most.get(level, 0)):
                missed = missed - {level}
                chance, first = alone if first else given, False
                share = (count + strange * chance) / ((max(told.get(level, 0), count) + strange) * chance)
                if share > 1.0:
                    odds += math.log(share)
        for level in missed:
            count = told.get(level)
            if count:
                odds += self._misread(level, count)
        return odds

    def _misread(self, level: int, count: int) -> float:
        share = self.rule.misread[level] if level < LEVELS else self.rule.misread_column
        return math.log(share / (count + share))
