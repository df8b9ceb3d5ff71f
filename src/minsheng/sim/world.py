"""The world at work (运行): day by day causes and people make requests; each becomes an order that goes from desk to
desk as its state demands, in order of time. What is finished is handed to `written`; what is true, to `truths`.

A world can be pickled between two days and goes on exactly as if it had never stopped."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from minsheng.core import Actor, Event, Refused
from minsheng.core import commands as say
from minsheng.core import events as done
from minsheng.core.codes import Kind, ReopenCause, Role, State, Urgency
from minsheng.core.order import UnitRef
from minsheng.ground.city import CityPack
from minsheng.ground.city.rows import UnitKind
from minsheng.sim import residents
from minsheng.sim.agencies import Agencies
from minsheng.sim.calls import HalfHour, Switchboard
from minsheng.sim.causes import Cause, Causes
from minsheng.sim.centre import Centre
from minsheng.sim.chance import Chance
from minsheng.sim.demand import Demand, leaves_of
from minsheng.sim.flow import owed
from minsheng.sim.hours import DAY, Hours, moment, when
from minsheng.sim.interventions import Interventions
from minsheng.sim.life import RESIDENT, SYSTEM, Life, Truth
from minsheng.sim.place import Place
from minsheng.sim.plan import Plan, Switch
from minsheng.sim.requests import Asked, Requests
from minsheng.sim.units import Units
from minsheng.sim.words import Words
from minsheng.sim.year import year_of

Numbering = Callable[[int, datetime], str]
"""An order's number of record from its id and the moment of its intake."""
_WORK = frozenset({State.DISPATCHED, State.REWORKING, State.PARKED})


SECRET, ANONYMOUS, NO_REPLY, OF_A_UNIT, APPEALS = 0.04, 0.02, 0.02, 0.02, 0.12
HAND = 200
"""How many of its newest orders a unit remembers, for a merge that should not be."""


class World:
    """One run's city. `day` counts from 0; times are seconds."""

    def __init__(self, plan: Plan, pack: CityPack, numbering: Numbering, first_number: int = 1) -> None:
        self.plan, self.pack, self.numbering = plan, pack, numbering
        self.chance = Chance(plan.seed)
        zone = pack.calendar.zone
        self.start = moment(datetime.combine(plan.first, time(), zone))
        self.end = moment(datetime.combine(plan.last + timedelta(days=1), time(), zone))
        self.day = 0
        self.place = Place(pack, plan.first)
        self.leaves = leaves_of(pack)
        self.year = year_of(pack, plan.first, plan.days + 1, self.chance.arrays("weather"))
        self.hours = Hours(pack.calendar, plan.first, plan.last + timedelta(days=400))
        self.words = Words(pack)
        self.agencies = Agencies.of(self.place, self.leaves, plan.per_day, plan.gaming, self.chance)
        self.causes = Causes(self.place, self.leaves, self.year, plan.per_day, self.chance)
        self.actions = Interventions(plan.interventions, plan.days, self.leaves, self.place, self.chance)
        demand = Demand(self.leaves, self.year, plan.per_day, self.chance.arrays("demand"))
        self.requests = Requests(self.place, demand, self.causes, self.actions, self.chance)
        self.switchboard = Switchboard(plan.per_day * 0.8, self.chance)
        self.cheats = self.chance.stream("cheating")
        self._doors = self.chance.stream("doors")
        self.pace = self.chance.stream("pace")
        self.centre, self.units = Centre(self), Units(self)
        self.lives: dict[int, Life] = {}
        self.finished: list[Life] = []
        self.truths: list[Truth] = []
        self.calls: list[HalfHour] = []
        self.refused: Counter[str] = Counter()
        self.lookback_per_mille = pack.rulebooks.at(when(self.start)).lookback_per_mille
        self.siblings, self.cousins = self._near(4), self._near(2)
        self._number = first_number
        self._list: list[tuple[int, int, str, int, int]] = []
        self._listed = 0
        self._asked: dict[int, Asked] = {}
        self._causes: dict[int, Cause] = {}
        self._communities: dict[int, int] = {}
        self._held: dict[str, deque[int]] = {}
        self._mains: dict[int, int] = {}
        self._joined: dict[int, list[int]] = {}

    @property
    def next_number(self) -> int:
        """The id that the next order would have."""
        return self._number

    def __getstate__(self) -> dict[str, Any]:
        """Without the texts' grammar, the pack and the numbering, which `resumed` gives back."""
        return {k: v for k, v in self.__dict__.items() if k not in ("pack", "numbering", "words")}

    def resumed(self, pack: CityPack, numbering: Numbering, words: Words) -> World:
        """This world, unpickled, with what was left out."""
        self.pack, self.numbering, self.words = pack, numbering, words
        self.place.pack = pack
        return self

    def run_day(self) -> None:
        """The next day, from midnight to midnight."""
        midnight = self.start + self.day * DAY
        office = float(self.year.office[self.day])
        self.actions.begin(self.day)
        self._arrivals(self.requests.of_day(self.day, midnight), midnight, office)
        while self._list and self._list[0][0] < midnight + DAY:
            t, _, action, number, argument = heapq.heappop(self._list)
            if action == "arrive":
                self._register(self._asked.pop(number), t)
            elif (life := self.lives.get(number)) is not None:
                life.waiting.discard((action, argument))
                self._act(action, life, t, argument)
        self.day += 1

    def close(self) -> None:
        """The run is over: timers until its end fire, and every order is handed over as it stands."""
        for life in sorted(self.lives.values(), key=lambda life: life.number):
            life.tick(self.end)
            life.swept = self.end
            self._hand_over(life)
        self.lives.clear()

    def at(self, t: int, action: str, life: Life, argument: int = 0) -> None:
        """Put an action on the list, once."""
        if (action, argument) in life.waiting:
            return
        life.waiting.add((action, argument))
        self._listed += 1
        heapq.heappush(self._list, (t, self._listed, action, life.number, argument))

    def _act(self, action: str, life: Life, t: int, argument: int) -> None:
        """One action: first what fell due before it, then the desk's or the unit's part; a stale one does nothing."""
        self._after(life, life.tick(t), t)
        if action != "wake":
            getattr(self.units if hasattr(Units, action) else self.centre, action)(life, t, argument)
        if life.number in self.lives:
            owed(self, life, max(t, life.last))

    def say(self, life: Life, command: say.Command, by: Actor, t: int) -> tuple[Event, ...] | None:
        """A command on an order; None when the rules refuse it, which the run counts."""
        try:
            events = life.say(command, by, t)
        except Refused as refused:
            self.refused[f"{command.NAME}: {refused.code}"] += 1
            return None
        self._after(life, events, max(t, life.last))
        return events

    def _arrivals(self, asked: list[Asked], midnight: int, office: float) -> None:
        """Calls go through the switchboard; some give up, some are never entered; the rest arrive."""
        calling = [a for a in asked if a.channel == "phone"]
        said, counts = self.switchboard.day(midnight, office, [a.at for a in calling])
        self.calls += counts
        moments = {a.number: t for a, t in zip(calling, said, strict=True)}
        for a in asked:
            t = moments.get(a.number, a.at)
            if t is None:
                self.truths.append(self._truth(a, a.at, fate="abandoned"))
            elif self._never_entered(a):
                truth = self._truth(a, t, fate="never_entered")
                truth.cheats.add(Switch.NEVER_ENTER)
                self.truths.append(truth)
            else:
                self._asked[a.number] = a
                self._listed += 1
                heapq.heappush(self._list, (t, self._listed, "arrive", a.number, 0))

    def _never_entered(self, a: Asked) -> bool:
        if Switch.NEVER_ENTER not in self.plan.gaming or a.kind not in (Kind.COMPLAINT, Kind.REPORT):
            return False
        community = self.place.communities[a.community]
        path = self.place.path(self.leaves[a.leaf].code, community.township)
        return path is not None and self.agencies[path.lead.code].cheats(Switch.NEVER_ENTER, self.cheats)

    def _truth(self, a: Asked, t: int, fate: str = "registered") -> Truth:
        community = self.place.communities[a.community]
        spot = next((s for s in self.place.spots(community) if s.name == a.spot), None)
        cause = a.cause
        return Truth(
            request=a.number, at=t, person=a.person, leaf=self.leaves[a.leaf].code, kind=a.kind,
            area=community.area.code, spot=a.spot,
            lon=spot.lon if spot else community.area.lon, lat=spot.lat if spot else community.area.lat,
            cause=cause.id if cause else None, again=a.again, fate=fate,
            unreasonable=residents.is_unreasonable(cause.kind if cause else None, self._doors)
            if a.kind not in (Kind.INQUIRY, Kind.PRAISE) else False,
        )  # fmt: skip

    def _register(self, a: Asked, t: int) -> None:
        """登记: the request becomes an order."""
        doors = self._doors
        truth = self._truth(a, t)
        matter = self.requests.matter(a, doors)
        said = self.words.request(matter, doors)
        person = self.requests.person(a, self.words, said.address)
        anonymous = a.channel != "phone" and doors.random() < ANONYMOUS
        complained: tuple[str, ...] = ()
        if a.kind is Kind.COMPLAINT and doors.random() < OF_A_UNIT:
            path = self.place.path(truth.leaf, self.place.communities[a.community].township)
            complained = (path.below.code,) if path and path.below else ()
        life = self._born(truth, matter, replace(person, phone="") if anonymous else person, said.title, said.text)
        life.anger = a.anger
        if a.cause is not None:
            truth.duplicate_of = next((self.lives[n].o.no for n in a.cause.open_orders if n in self.lives), None)
            a.cause.open_orders.append(life.number)
            self._causes[life.number] = a.cause
        self._communities[life.number] = a.community
        by = self.centre.staff(Role.AGENT) if a.channel == "phone" else RESIDENT
        receive = say.Receive(
            no=truth.no or "", channel=a.channel, taxonomy=self.pack.taxonomy.version,
            kind=a.kind if a.channel == "phone" else Kind.OTHER, urgency=Urgency.ORDINARY,
            area=None, secret=doors.random() < SECRET, reply_wanted=doors.random() >= NO_REPLY, anonymous=anonymous,
            complained_of=complained, title=said.title, text=said.text, address=said.address,
        )  # fmt: skip
        self.say(life, receive, by, t)
        owed(self, life, t)

    def _born(self, truth: Truth, matter: Any, person: Any, title: str, text: str) -> Life:
        number, self._number = self._number, self._number + 1
        truth.no = self.numbering(number, when(truth.at))
        life = Life(number, truth, matter, person, title, text, self.pack.rulebooks)
        self.lives[number] = life
        return life

    def merge(self, life: Life, main: Life, by: Actor, t: int) -> None:
        """并单: `life` joins `main`; a merged request is called back with it."""
        t = max(t, main.last)
        if self.say(life, say.Merge(into=main.o.no, into_state=main.o.state), by, t) is not None:
            self.say(main, say.Absorb(no=life.o.no), by, t)
            self._mains[life.number] = main.number
            self._joined.setdefault(main.number, []).append(life.number)

    def split(self, life: Life, second: Any, by: Actor, t: int) -> None:
        """拆单: the second matter becomes an order of its own; without one, the same matter twice (a way to cheat)."""
        truth = replace(life.truth, at=t, second_of=life.o.no, cheats=set(), duplicate_of=None)
        matter = second or life.matter
        if second is None:
            truth.cheats.add(Switch.SPLIT)
            life.truth.cheats.add(Switch.SPLIT)
            truth.duplicate_of = life.o.no
        else:
            truth.leaf, truth.kind, truth.cause = second.leaf, second.kind, None
        part = self._born(truth, matter, life.person, life.title, life.text)
        part.part, part.anger = True, life.anger
        self._communities[part.number] = self._communities[life.number]
        if second is None and (cause := self._causes.get(life.number)) is not None:
            self._causes[part.number] = cause
        receive = say.Receive(
            no=truth.no or "", channel=life.o.channel, taxonomy=life.o.taxonomy, kind=matter.kind, split_from=life.o.no,
            title=life.title, text=life.text, secret=life.o.secret, anonymous=life.o.anonymous,
        )  # fmt: skip
        self.say(part, receive, self.centre.staff(Role.AGENT), t)
        self.say(life, say.Split(parts=(part.o.no,)), by, t)
        owed(self, part, t)

    def _after(self, life: Life, events: tuple[Event, ...], t: int) -> None:
        """What follows from events for others: merged orders, units' hands, causes, the door out."""
        for event in events:
            match event:
                case done.Dispatched() | done.PassedDown():
                    self._hold(life)
                case done.ReviewDone(accepted=True, due=due) if due is not None:
                    self._followers(life, t)
                case done.Closed():
                    self._followers(life, t)
                    self._closed(life, t)
                case done.FellBack():
                    self._main_failed(life, t)
                case _:
                    pass

    def _hold(self, life: Life) -> None:
        unit = life.o.assignments[-1].unit
        self._held.setdefault(unit, deque(maxlen=HAND)).append(life.number)

    def any_open_of(self, unit: str, life: Life) -> Life | None:
        """Some open order that the unit has, about another matter: where a merge would hide this one."""
        for number in reversed(self._held.get(unit, ())):
            main = self.lives.get(number)
            if main is None or main is life or main.o.state not in _WORK or main.truth.cause == life.truth.cause:
                continue
            return main
        return None

    def _followers(self, life: Life, t: int) -> None:
        for number in self._children(life):
            child = self.lives[number]
            if child.o.state is State.MERGED:
                same = child.truth.leaf == life.truth.leaf and Switch.MERGE not in child.truth.cheats
                did = life.truth.did if same and life.truth.did else "nothing"
                residents.judge(child, did, t, 0.6, self._doors)
                self.at(t + 60, "follow", child)

    def _children(self, life: Life) -> list[int]:
        """Orders that joined this one and are not done yet."""
        return [n for n in self._joined.get(life.number, ()) if n in self.lives]

    def _main_failed(self, child: Life, t: int) -> None:
        """As `respond.jobs.main_failed`: a merged requester is not content, the main order is handled again."""
        main = self.lives.get(self._mains[child.number])
        if main is None:
            return
        grounds = self.words.grounds("rework", self._doors)
        if main.o.state is State.CLOSED:
            self.say(main, say.Reopen(cause=ReopenCause.LOOK_BACK, grounds=grounds), SYSTEM, t)
        elif main.o.state is State.TO_CALL_BACK:
            self.say(main, say.Rework(grounds=grounds), SYSTEM, t)
        owed(self, main, max(t, main.last))

    def _closed(self, life: Life, t: int) -> None:
        cause, truth = self._causes.get(life.number), life.truth
        if cause is not None:
            if life.number in cause.open_orders:
                cause.open_orders.remove(life.number)
            if truth.solved is False and cause.removed_at is None and truth.person >= 1_000_000:
                cause.unhappy.append(truth.person % 1_000_000)
        if truth.solved is False and truth.told_solved and self._doors.random() < APPEALS:
            self.at(t + self._doors.randrange(DAY, 20 * DAY), "reopen", life)

    def leave(self, life: Life) -> None:
        """Let a closed order go when nothing will come of it any more: the archive's timer, if it falls due in the run,
        fires now, for nobody else looks at it."""
        if life.o.asks or any(a in ("reopen", "decide_exclusion") for a, _ in life.waiting) or self._children(life):
            return
        life.tick(self.end)
        life.swept = self.end
        del self.lives[life.number]
        self._causes.pop(life.number, None)
        self._communities.pop(life.number, None)
        self._hand_over(life)
        self._joined.pop(life.number, None)
        main = self._mains.pop(life.number, None)
        if main in self.lives and self.lives[main].o.state is State.CLOSED:
            self.leave(self.lives[main])

    def _hand_over(self, life: Life) -> None:
        self.finished.append(life)
        self.truths.append(life.truth)

    def cause_of(self, life: Life) -> Cause | None:
        """The cause behind an order."""
        return self._causes.get(life.number)

    def township_of(self, life: Life) -> str:
        """Where it is."""
        return self.place.communities[self._communities[life.number]].township

    def urgency_of(self, category: str, anger: float) -> Urgency:
        """The category's urgency; an angry resident now and then gets an ordinary matter marked prompt."""
        found = self.pack.taxonomy.categories[category].urgency or Urgency.ORDINARY
        if found is Urgency.ORDINARY and anger > 0.7 and self._doors.random() < 0.3:
            return Urgency.PROMPT
        return found

    def fallback_lead(self, life: Life) -> UnitRef:
        """The county's government, where the catalogue names nobody."""
        county = self.place.communities[self._communities[life.number]].county
        codes = [u.code for u in self.pack.units.values() if u.kind is UnitKind.COUNTY and u.area == county]
        free = [c for c in codes if c not in life.o.complained_of]
        return self.place.unit((free or codes)[0])

    def _near(self, digits: int) -> dict[str, list[str]]:
        """For each leaf the others whose code begins with the same digits: what it is taken for by mistake."""
        codes = [leaf.code for leaf in self.leaves]
        return {c: [x for x in codes if x[:digits] == c[:digits] and x != c] or [c] for c in codes}
