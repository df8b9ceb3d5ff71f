"""The hotline's own desks (热线中心): intake, dispatch, meetings, reviews, call-backs, exclusions. Staff are honest and
make honest mistakes; where a unit's cheating needs a hand at the centre, it is the unit's switch that moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minsheng.core import Actor
from minsheng.core import commands as say
from minsheng.core.codes import Ask, Disposition, Grade, Kind, ReopenCause, Result, Role, State, Told
from minsheng.core.order import ClockName
from minsheng.sim import residents
from minsheng.sim.hours import DAY, HOUR, when
from minsheng.sim.life import RESIDENT, SYSTEM, Life
from minsheng.sim.place import Path
from minsheng.sim.plan import Switch

if TYPE_CHECKING:
    from minsheng.sim.world import World

EMERGENCY, LEGAL, PETITION, ELSEWHERE, PRIVATE = "190301", "190302", "190303", "190305", "190401"
EXPLAINED = {
    LEGAL: Disposition.LEGAL_PATH,
    PETITION: Disposition.PETITION,
    ELSEWHERE: Disposition.NOT_GOVERNMENT,
    PRIVATE: Disposition.PRIVATE_MATTER,
}
PRAISE = "1902"
STAFF = {Role.AGENT: 24, Role.REVIEWER: 6, Role.DISPATCHER: 6, Role.CALLER_BACK: 12, Role.SUPERVISOR: 4}
ANSWERS, WELL_CLASSIFIED, INCOMPLETE, SEES_DUPLICATE, SPLITS = 0.95, 0.94, 0.03, 0.40, 0.7
CATCHES_EMPTY, PARKS, ENDS, GRANTS_ABUSE = 0.15, 0.75, 0.6, 0.75
ENOUGH = 3
"""After so many second handlings the centre may end an order with a final reply."""
DECLINES, TIRED, RATES_ALONE, RATES_AT_ALL = 0.03, 0.12, 0.25, 0.65
_JOINABLE = frozenset({State.TO_DISPATCH, State.DISPATCHED, State.REWORKING, State.TO_REVIEW, State.ARBITRATING})


class Centre:
    """What each desk does when an order comes to it. `t` is in seconds."""

    def __init__(self, world: World) -> None:
        self.w = world
        self.chance = world.chance.stream("centre")
        self._staff = {r: [Actor(f"{r}-{i:02d}", r) for i in range(1, n + 1)] for r, n in STAFF.items()}

    def staff(self, role: Role) -> Actor:
        """Somebody of that desk."""
        return self.chance.choice(self._staff[role])

    def intake(self, life: Life, t: int, _: int) -> None:
        """受理: answer, explain, transfer, ask, merge, split or submit."""
        w, truth, agent = self.w, life.truth, self.staff(Role.AGENT)
        if (said := self._at_once(life)) is not None:
            w.say(life, said, agent, t)
        elif self.chance.random() < INCOMPLETE and not life.steps[1:]:
            w.say(life, say.AskDetail(question=w.words.question(truth.leaf, self.chance)), agent, t)
        elif (main := self._main_of(life)) is not None:
            w.merge(life, main, agent, t)
        else:
            if life.matter.second is not None and not life.part and self.chance.random() < SPLITS:
                w.split(life, life.matter.second, agent, t)
            self._submit(life, agent, t)

    def _at_once(self, life: Life) -> say.Command | None:
        """What the agent says without anybody else: transferred, explained or answered."""
        truth, words = life.truth, self.w.words
        told = Told.PHONE if life.o.channel == "phone" else None
        if truth.leaf == EMERGENCY:
            return say.Transfer(line="110", told=told)
        if disposition := EXPLAINED.get(truth.leaf):
            explanation = words.explanation(truth.leaf, disposition, self.chance)
            return say.Explain(disposition=disposition, told=told, explanation=explanation)
        easy = truth.kind is Kind.INQUIRY or truth.leaf.startswith(PRAISE)
        if easy and self.chance.random() < ANSWERS:
            return say.Answer(told=told, answer=words.answer(truth.leaf, self.chance))
        return None

    def _submit(self, life: Life, agent: Actor, t: int) -> None:
        w, truth = self.w, life.truth
        category = truth.leaf
        if self.chance.random() >= WELL_CLASSIFIED:
            category = self.chance.choice(
                w.siblings[truth.leaf] if self.chance.random() < 0.6 else w.cousins[truth.leaf]
            )
        urgency = w.urgency_of(category, life.anger)
        submit = say.Submit(category=category, kind=truth.kind, urgency=urgency, area=truth.area)
        w.say(life, submit, agent, t)

    def _main_of(self, life: Life) -> Life | None:
        """The open order about the same cause that this one should join, if the desk sees it."""
        cause = self.w.cause_of(life)
        if cause is None or (life.truth.again and self.chance.random() < 0.5):
            return None
        for number in cause.open_orders:
            main = self.w.lives.get(number)
            if main is None or main is life or main.order is None or main.truth.leaf != life.truth.leaf:
                continue
            if main.o.state in _JOINABLE and not life.o.absorbed:
                return main if self.chance.random() < SEES_DUPLICATE else None
        return None

    def detail(self, life: Life, t: int, _: int) -> None:
        """补充: the requester adds what was missing."""
        if life.o.state is State.INCOMPLETE:
            self.w.say(life, say.AddDetail(detail=self.w.words.detail(life.matter, self.chance)), RESIDENT, t)

    def tell(self, life: Life, t: int, _: int) -> None:
        """告知后结案."""
        if life.o.state in (State.ANSWERED, State.TRANSFERRED, State.EXPLAINED, State.TERMINATED):
            route = self.chance.choice((Told.PHONE, Told.SMS, Told.WEB))
            self.w.say(life, say.Close(told=route), self.staff(Role.REVIEWER), t)

    def pool(self, life: Life, t: int, _: int) -> None:
        """派单."""
        w, o = self.w, life.o
        if o.state is not State.TO_DISPATCH:
            return
        by = self.staff(Role.DISPATCHER)
        path = self.path(life, right=o.returns > 0)
        if path is None or self.chance.random() < 0.006:
            w.say(life, say.Arbitrate(minutes=w.words.grounds("minutes", self.chance)), by, t)
            return
        unit = w.agencies[(path.below or path.lead).code]
        if self._bend(life, unit.unit, by, t):
            return
        co = path.co[:1] if path.co and self.chance.random() < 0.25 else ()
        visible = w.words.visible(life.matter)
        w.say(life, say.Dispatch(lead=path.lead, co=co, visible_text=visible), by, t)

    def path(self, life: Life, *, right: bool) -> Path | None:
        """Who handles the order by the catalogue: by its category, or with `right` by what it truly is about."""
        category = life.truth.leaf if right else life.o.category
        assert category is not None
        excluding = frozenset(life.o.complained_of)
        return self.w.place.path(category, self.w.township_of(life), excluding)

    def _bend(self, life: Life, unit: str, by: Actor, t: int) -> bool:
        """The centre's part in a unit's cheating. True when the order goes no further."""
        w, agency, cheats = self.w, self.w.agencies[unit], self.w.cheats
        if life.o.kind is Kind.COMPLAINT and agency.cheats(Switch.RECLASSIFY, cheats):
            grounds = w.words.grounds("correct", cheats)
            w.say(life, say.Reclassify(kind=Kind.INQUIRY, grounds=grounds), by, t)
            life.truth.cheats.add(Switch.RECLASSIFY)
        if life.o.absorbed or life.o.returns or life.o.reworks:
            return False
        if agency.cheats(Switch.MERGE, cheats) and (main := w.any_open_of(unit, life)) is not None:
            life.truth.cheats.add(Switch.MERGE)
            w.merge(life, main, by, t)
            return True
        if agency.cheats(Switch.SPLIT, cheats) and Switch.SPLIT not in life.truth.cheats:
            w.split(life, None, by, t)
        return False

    def meeting(self, life: Life, t: int, _: int) -> None:
        """会商: a unit is designated, finally."""
        if life.o.state is not State.ARBITRATING:
            return
        path = self.path(life, right=True) or self.path(life, right=False)
        lead = path.lead if path else self.w.fallback_lead(life)
        arbitrate = say.Arbitrate(
            lead=lead,
            minutes=self.w.words.grounds("minutes", self.chance),
            visible_text=self.w.words.visible(life.matter),
        )
        self.w.say(life, arbitrate, self.staff(Role.DISPATCHER), t)

    def decide_return(self, life: Life, t: int, assignment: int) -> None:
        """退单审批: a return that is right is granted, one that kicks the ball mostly is not."""
        asked = life.o.ask(Ask.RETURN, assignment)
        a = life.o.by_id(assignment)
        if asked is None or a is None or life.o.state is not State.DISPATCHED:
            return
        right = self.path(life, right=True)
        wrong = right is None or right.lead.code != a.unit
        granted = self.chance.random() < (0.95 if wrong else 0.25)
        grounds = self.w.words.grounds("grant" if granted else "refuse_return", self.chance)
        decide = say.DecideReturn(granted=granted, assignment=assignment, grounds=grounds)
        self.w.say(life, decide, self.staff(Role.DISPATCHER), t)

    def review(self, life: Life, t: int, _: int) -> None:
        """审核回复: accept, reject an empty reply, park with a date, or end with a final reply."""
        w, o = self.w, life.o
        if o.state is not State.TO_REVIEW:
            return
        by, result = self.staff(Role.REVIEWER), life.result
        empty = life.truth.did == "nothing" and self.chance.random() < CATCHES_EMPTY
        if empty and life.rejected < 2:
            life.rejected += 1
            grounds = w.words.grounds("reject_reply", self.chance)
            w.say(life, say.ReviewReply(accepted=False, grounds=grounds), by, t)
        elif result is Result.NOT_NOW and not life.parked and self.chance.random() < PARKS:
            life.parked = True
            until = when(t + self.chance.randrange(15, 75) * DAY)
            w.say(life, say.Park(until=until, promise=w.words.grounds("park", self.chance)), by, t)
        elif (life.truth.unreasonable or o.reworks >= ENOUGH) and self.chance.random() < ENDS:
            w.say(life, say.Terminate(final_reply=w.words.grounds("terminate", self.chance)), by, t)
        else:
            w.say(life, say.ReviewReply(accepted=True), by, t)

    def decide_exclusion(self, life: Life, t: int, assignment: int) -> None:
        """剔除审批."""
        if life.o.ask(Ask.EXCLUSION, assignment) is None:
            return
        granted = life.truth.unreasonable or self.w.cheats.random() < GRANTS_ABUSE
        grounds = self.w.words.grounds("exclusion", self.chance)
        decide = say.DecideExclusion(granted=granted, assignment=assignment, grounds=grounds)
        self.w.say(life, decide, self.staff(Role.SUPERVISOR), t)

    def call(self, life: Life, t: int, _: int) -> None:
        """回访: the fixed questions to whoever answers the telephone."""
        o = life.o
        if o.state is not State.TO_CALL_BACK or o.clock is None or o.clock.name is ClockName.RATING:
            return
        by = self.staff(Role.CALLER_BACK)
        if o.anonymous or self.chance.random() >= residents.REACHED:
            self.w.say(life, say.CallBack(reached=False), by, t)
            life.rate(Grade.UNREACHED, "phone", o.version + 1, t)
            return
        self._answered(life, by, t)

    def _answered(self, life: Life, by: Actor, t: int) -> None:
        w, o, truth, chance = self.w, life.o, life.truth, self.chance
        solved, grade = bool(truth.solved), truth.grade or Grade.BASICALLY
        life.called = True
        pressed = Switch.PRESS in truth.cheats
        drawn = chance.randrange(1000) < w.lookback_per_mille
        alone = chance.random() < RATES_ALONE and not drawn
        silent = residents.UNRATED if solved or not alone else 1 - (1 - residents.UNRATED) * RATES_AT_ALL
        if pressed:
            solved, grade = True, Grade.SATISFIED
        elif chance.random() < silent:
            grade = Grade.UNRATED
        bad = not solved or grade.bad
        told = Told.SMS if alone and solved and not pressed else None
        command = say.CallBack(
            reached=True,
            contacted=True,
            resolved=solved,
            pressed=True if pressed and chance.random() < 0.2 else None,
            grade=Grade.UNRATED if told else grade,
            rating_by=told,
            drawn=drawn,
            declined=w.words.grounds("declined", chance)
            if bad and chance.random() < DECLINES + TIRED * life.failed
            else "",
            opinion=w.words.opinion(solved, not grade.bad, chance),
        )
        life.answered(solved, None if told else grade)
        seq = o.version + 1
        life.failed += bad
        w.say(life, command, by, t)
        life.rate(command.grade, "phone", seq, t)
        if told and life.o.clock is not None and life.o.clock.name is ClockName.RATING:
            life.wish = grade
            if grade is not Grade.UNRATED and chance.random() < RATES_AT_ALL:
                w.at(t + chance.randrange(HOUR, 2 * DAY), "rate", life)

    def rate(self, life: Life, t: int, _: int) -> None:
        """The resident rates alone, by SMS or on the web."""
        o = life.o
        if o.state is State.TO_CALL_BACK and o.clock is not None and o.clock.name is ClockName.RATING and life.wish:
            seq = o.version + 1
            self.w.say(life, say.CallBack(reached=True, grade=life.wish), RESIDENT, t)
            life.rate(life.wish, "web", seq, t)
            life.answered(None, life.wish)

    def reopen(self, life: Life, t: int, _: int) -> None:
        """申诉: the requester appeals against a closing."""
        if life.o.state is State.CLOSED:
            grounds = self.w.words.grounds("appeal", self.chance)
            self.w.say(life, say.Reopen(cause=ReopenCause.APPEAL, grounds=grounds), RESIDENT, t)

    def withdraw(self, life: Life, t: int, _: int) -> None:
        """撤回."""
        if life.o.state in (State.TO_DISPATCH, State.DISPATCHED, State.RECEIVED):
            self.w.say(life, say.Withdraw(grounds=self.w.words.grounds("withdraw", self.chance)), RESIDENT, t)

    def nudge(self, life: Life, t: int, _: int) -> None:
        """催办."""
        if life.o.state in (State.DISPATCHED, State.REWORKING):
            self.w.say(life, say.GiveCard(note=self.w.words.grounds("nudge", self.chance)), RESIDENT, t)

    def follow(self, life: Life, t: int, _: int) -> None:
        """A merged requester's own call-back falls due with the main order's."""
        if life.o.state is State.MERGED:
            self.w.say(life, say.Follow(), SYSTEM, t)
