"""Messages put together as they arrive (同事归并): one event is one cause at one place, for as long as it keeps coming.

A message is compared with the events that share a rare name with it, as they stand at that moment: how surely its
names are theirs, how alike the issue is, and how long they have been silent, measured against their own pace. It joins
the best of them or begins a new one. Nobody is chained to anybody: what is compared is the event as a whole (all its
names and its mean issue), not its nearest member; text without a place joins nothing unless it is the same word for
word. Because each message is judged against the past alone, the same messages in the same order make the same events
however they are cut into batches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.events.reading import Messages, Reading

_Name = tuple[int, float, int, int]


def _surest_first(name: _Name) -> tuple[float, int]:
    return -name[1], name[0]


@dataclass(frozen=True, slots=True)
class Rule:
    """The gates that a message has to pass to join an event; all of them, not their sum. What names say is counted in
    nats over chance: 0 is a set of names that one message a month tells.

    Place: the names that both have, of those that lie over one another the surest, less what the event's spread over
    other names takes, say at least `surest`, and at least `share` of what all names of the message say. Issue: the
    cosine with the event's mean issue is at least `issue`, raised by `vague` for each nat below `clear` (lowered above,
    by four nats at most), raised by `strange` times the share of the message's names that the event does not have, and
    lowered by up to `alone` where the event makes all that is said of the place since it began. Time: silent no longer
    than `reach` days, and `paces` of its mean gaps (`longest` days at most) more. `rare` is the least that one name
    says to be looked for; `closest` how many events are looked at; `loose` the least length of a mean issue (of 1) that
    is divided by. Chosen on one simulated city and on the generator of the bench together."""

    surest: float = -2.5
    share: float = 0.3
    issue: float = 0.2
    vague: float = 0.05
    clear: float = 0.0
    strange: float = 0.6
    alone: float = 0.2
    reach: float = 15.0
    paces: float = 3.0
    longest: float = 30.0
    rare: float = -4.5
    closest: int = 8
    loose: float = 0.4


@dataclass(slots=True)
class Event:
    """An event as it stands. `names` counts its members' names; `issue` is the sum of their vectors; days as given."""

    number: int
    first: float
    last: float
    size: int = 0
    names: dict[int, int] = field(default_factory=dict)
    members: list[int] = field(default_factory=list)


class Events:
    """All events so far."""

    def __init__(self, reading: Reading, rule: Rule | None = None) -> None:
        self.reading, self.rule = reading, rule or Rule()
        self.events: list[Event] = []
        self._issue = np.zeros((1024, reading.width), np.float32)
        self._holding: dict[int, dict[int, tuple[int, int]]] = {}
        self._heard: dict[int, int] = {}
        self._messages = 0
        self._rare = self.rule.rare + reading.monthly
        self._logs = [0.0, 0.0, math.log(2), math.log(3)]
        self._newest = -math.inf

    def add(self, texts: Sequence[str], days: NDArray[np.float64]) -> list[int]:
        """The event number of each message. ValueError when they are not in order of time."""
        if len(days) and (np.diff(days).min(initial=0.0) < 0 or days[0] < self._newest):
            raise ValueError("Messages have to come in order of time: sort them, and the batches, by time.")
        return self.add_read(self.reading.read(texts), days)

    def add_read(self, read: Messages, days: NDArray[np.float64]) -> list[int]:
        """`add` of messages that are read already."""
        begins, names, says = read.begins.tolist(), read.name.tolist(), read.says.tolist()
        at, size = read.at.tolist(), read.size.tolist()
        found = []
        for place, day in enumerate(days.tolist()):
            a, z = begins[place], begins[place + 1]
            told = [(n, v, b, b + w) for n, v, b, w in zip(names[a:z], says[a:z], at[a:z], size[a:z], strict=True)]
            told.sort(key=_surest_first)
            found.append(self._put(told, read.issue[place], day))
            self._newest = day
        return found

    def _put(self, names: list[_Name], issue: NDArray[np.float32], day: float) -> int:
        best = self._best(names, issue, day)
        event = self._begin(day) if best is None else self.events[best]
        event.last = day
        event.size += 1
        if event.size + 3 >= len(self._logs):
            self._logs.append(math.log(len(self._logs)))
        event.members.append(self._messages)
        self._messages += 1
        self._issue[event.number] += issue
        for name, value, _, _ in names:
            event.names[name] = event.names.get(name, 0) + 1
            if value >= self._rare:
                heard = self._heard[name] = self._heard.get(name, 0) + 1
                holding = self._holding.setdefault(name, {})
                since = holding[event.number][1] if event.number in holding else heard - 1
                holding[event.number] = (event.names[name], since)
        return event.number

    def _begin(self, day: float) -> Event:
        event = Event(len(self.events), day, day)
        self.events.append(event)
        if event.number >= len(self._issue):
            self._issue = np.concatenate([self._issue, np.zeros_like(self._issue)])
        return event

    def _best(self, names: list[_Name], issue: NDArray[np.float32], day: float) -> int | None:
        """The number of the event that the message joins."""
        rule, own = self.rule, 0.0
        covered: list[tuple[int, int]] = []
        for _, value, begin, end in names:
            if all(end <= a or begin >= z for a, z in covered):
                covered.append((begin, end))
                own += value
        shared, alone = self._shared(names, day)
        passed = sorted(shared, key=shared.__getitem__, reverse=True)
        least_said = max(rule.surest + self.reading.monthly, rule.share * own)
        closest = [(n, said) for n in passed[: rule.closest] if (said := self._said(names, n)) >= least_said]
        if not closest:
            return None
        numbers = [n for n, _ in closest]
        sums = self._issue[numbers]
        sizes = np.array([self.events[number].size for number in numbers])
        least = np.maximum(np.sqrt((sums * sums).sum(1)), rule.loose * sizes)
        cosines = (sums @ issue / np.maximum(least, 1e-6)).tolist()
        best, highest = None, 0.0
        for (number, said), cosine in zip(closest, cosines, strict=True):
            over = said - self.reading.monthly
            wanted = rule.issue + rule.vague * max(-4.0, rule.clear - over) + rule.strange * max(0.0, 1.0 - said / own)
            wanted -= rule.alone * alone[number] * min(1.0, max(0.0, over - rule.surest) / 5.0)
            value = cosine - wanted
            if value >= 0.0 and (best is None or value > highest):
                best, highest = number, value
        return best

    def _said(self, names: list[_Name], number: int) -> float:
        """Nats of the names that a message shares with an event, of names that lie over one another only the surest,
        each less what the event's spread over other names takes."""
        event, logs = self.events[number], self._logs
        spread = logs[event.size + 1]
        taken: list[tuple[int, int]] = []
        said = 0.0
        for name, value, begin, end in names:
            count = event.names.get(name)
            if count and all(end <= a or begin >= z for a, z in taken):
                taken.append((begin, end))
                said += max(0.0, value + logs[count] - spread)
        return said

    def _shared(self, names: list[_Name], day: float) -> tuple[dict[int, float], dict[int, float]]:
        """By event that holds a rare name of the message and is not silent too long: what the shared names say, and
        the event's share of all that was said of the surest of them since it began."""
        rule, events = self.rule, self.events
        shared: dict[int, float] = {}
        alone: dict[int, float] = {}
        for name, value, _, _ in names:
            holding = self._holding.get(name) if value >= self._rare else None
            if not holding:
                continue
            heard = self._heard[name]
            gone = []
            for number, (count, since) in holding.items():
                if number in shared:
                    shared[number] += value
                    continue
                event = events[number]
                silent = day - event.last
                if silent > rule.reach:
                    size = event.size
                    more = rule.paces * (event.last - event.first) / (size - 1) if size > 2 else 0.0
                    if silent > rule.reach + min(more, rule.longest):
                        gone.append(number)
                        continue
                shared[number] = value
                alone[number] = (count - 1) / (heard - since + 1)
            for number in gone:
                del holding[number]
        return shared, alone
