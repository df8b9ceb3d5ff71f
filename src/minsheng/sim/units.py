"""The handling units at work (承办): sign, return, pass down, work through the queue, extend, reply, review.

What a unit truly does is settled here, with its effect on the cause; what it says is its reply. The two differ where
a switch is on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from minsheng.core import Actor
from minsheng.core import commands as say
from minsheng.core.codes import Ask, AssignmentState, ExclusionReason, Kind, Part, Result, ReturnReason, Role, State
from minsheng.core.order import Assignment
from minsheng.sim import residents
from minsheng.sim.agencies import Agency
from minsheng.sim.causes import CauseKind
from minsheng.sim.hours import DAY, HOUR, moment
from minsheng.sim.life import Life
from minsheng.sim.plan import Switch

if TYPE_CHECKING:
    from minsheng.sim.world import World

_WORK = (State.DISPATCHED, State.REWORKING, State.PARKED)
RETURNS_WRONG, ASKS_EXTENSION, HEAD_GRANTS, DESK_ACCEPTS = 0.85, 0.8, 0.95, 0.97
OUT_OF_SEASON = 0.03
"""A seasonal cause is hardly ever removed by handling one order in its season: that takes works out of it."""
HURRY = 0.6
"""Work that would be late by less than this share of its limit is mostly hurried through just in time."""
SOLVES_ALONE = 0.93
"""A matter without a cause in common with others is solved so often by work of full quality."""
RESULTS = {
    "solved": Result.SOLVED,
    "relieved": Result.PARTLY,
    "explained": Result.POLICY_EXPLAINED,
    "unfounded": Result.UNFOUNDED,
    "parked": Result.NOT_NOW,
    "empty": Result.POLICY_EXPLAINED,
}
"""What a reply says, in the words' own terms, and the result that it enters."""


class Units:
    """What units do with the orders given to them."""

    def __init__(self, world: World) -> None:
        self.w = world
        self.chance = world.chance.stream("units")
        self._actors: dict[tuple[str, Role, int], Actor] = {}

    def actor(self, unit: str, role: Role, n: int = 1) -> Actor:
        """An account of the unit."""
        key = (unit, role, n)
        found = self._actors.get(key)
        if found is None:
            found = self._actors[key] = Actor(f"{role}{n}@{unit}", role, unit)
        return found

    def mine(self, life: Life, assignment: int) -> Assignment | None:
        """The assignment, while it still owes work."""
        a = life.o.by_id(assignment)
        return a if a is not None and a.active and life.o.state in _WORK else None

    def sign(self, life: Life, t: int, assignment: int) -> None:
        """签收, or a return, or passed down at once."""
        a = self.mine(life, assignment)
        if a is None or a.state is not AssignmentState.TO_SIGN:
            return
        if a.part is Part.LEAD and a.parent is None and life.o.state is State.DISPATCHED and self._returns(life, a, t):
            return
        role = Role.UNIT_DESK if a.level == 2 else Role.HANDLER
        if self.w.say(life, say.Sign(), self.actor(a.unit, role), t) is None:
            return
        path = self.w.centre.path(life, right=life.o.returns > 0)
        below = path.below if path and a.part is Part.LEAD and a.level == 2 and path.lead.code == a.unit else None
        if below is not None and life.o.of_unit(below.code) is None:
            self.w.say(life, say.PassDown(to=below), self.actor(a.unit, Role.UNIT_DESK), t + 60)

    def _returns(self, life: Life, a: Assignment, t: int) -> bool:
        right = self.w.centre.path(life, right=True)
        wrong = right is None or right.lead.code != a.unit
        rate = RETURNS_WRONG if wrong else self.w.agencies[a.unit].manner.returns
        if life.o.designated or a.contacted or life.o.ask(Ask.RETURN, a.id) or self.chance.random() >= rate:
            return False
        command = say.RequestReturn(
            reason=ReturnReason.WRONG_DUTY,
            suggested=right.lead.code if right and wrong else None,
            legal_basis=self.w.words.grounds("return", self.chance),
        )
        return self.w.say(life, command, self.actor(a.unit, Role.UNIT_DESK), t) is not None

    def start(self, life: Life, t: int, a: Assignment) -> None:
        """Put the work on the unit's list: when it will be done, and what happens on the way."""
        w, chance, agency = self.w, self.chance, self.w.agencies[a.unit]
        due, given = moment(a.due), moment(a.dispatched_at)
        pace = agency.manner.pace * math.exp(chance.gauss(0, 0.26))
        ready = given + round(pace * (due - given))
        turn = agency.turn(w.hours, t, chance.expovariate(1.0)) if a.part is Part.LEAD else t
        if due - given > 2 * DAY:
            ready = max(ready, turn)
            ready = w.hours.moment(w.hours.position(max(ready, t + 600)))
        ready = max(ready, t + 600)
        if life.o.state is State.PARKED and life.o.clock is not None:
            ready = max(moment(life.o.clock.due) - chance.randrange(DAY, 6 * DAY), t + DAY)
            w.at(ready, "finish", life, a.id)
            return
        if ready > due and a.part is Part.LEAD and agency.cheats(Switch.EARLY_CLOSE, w.cheats):
            life.truth.cheats.add(Switch.EARLY_CLOSE)
            ready = max(due - chance.randrange(300, 2 * HOUR), t + 60)
        elif due < ready < due + HURRY * (due - given) and chance.random() < agency.manner.quality:
            ready = max(due - round(chance.expovariate(1 / (3 * HOUR))), t + 600)
        if ready > due and a.part is Part.LEAD and chance.random() < ASKS_EXTENSION:
            w.at(max(due - chance.randrange(2 * HOUR, 8 * HOUR), t + 60), "extend", life, a.id)
        w.at(ready, "finish", life, a.id)
        if chance.random() < agency.manner.progress and ready - t > 4 * HOUR:
            w.at(t + (ready - t) // 2, "progress", life, a.id)

    def progress(self, life: Life, t: int, assignment: int) -> None:
        """进展."""
        a = self.mine(life, assignment)
        if a is not None and a.state is AssignmentState.HANDLING:
            note = self.w.words.progress(life.truth.leaf, self.chance)
            self.w.say(life, say.Progress(contacted=True, note=note), self._handler(life, a), t)

    def extend(self, life: Life, t: int, assignment: int) -> None:
        """申请延期."""
        a = self.mine(life, assignment)
        if a is not None and t < moment(a.due) and not life.o.extensions:
            grounds = self.w.words.grounds("extension", self.chance)
            self.w.say(life, say.RequestExtension(grounds=grounds), self._handler(life, a), t)

    def decide_extension(self, life: Life, t: int, assignment: int) -> None:
        """延期审批, by the head of the level-2 unit."""
        a = life.o.by_id(assignment)
        if a is None or life.o.ask(Ask.EXTENSION, assignment) is None or life.o.state not in _WORK[:2]:
            return
        upper = a if a.parent is None else life.o.by_id(a.parent)
        assert upper is not None
        granted = self.chance.random() < HEAD_GRANTS
        grounds = self.w.words.grounds("grant" if granted else "refuse_extension", self.chance)
        command = say.DecideExtension(granted=granted, assignment=assignment, grounds=grounds)
        self.w.say(life, command, self.actor(upper.unit, Role.UNIT_HEAD), t)

    def _handler(self, life: Life, a: Assignment) -> Actor:
        """Who works on it: another person at every handling."""
        role = Role.UNIT_DESK if a.level == 2 else Role.HANDLER
        n = 1
        while f"{role}{n}@{a.unit}" in life.o.barred:
            n += 1
        return self.actor(a.unit, role, n)

    def finish(self, life: Life, t: int, assignment: int) -> None:
        """办结回复: what was truly done, then what is said of it."""
        a = self.mine(life, assignment)
        if a is None or a.state is not AssignmentState.HANDLING or life.o.children(a.id):
            return
        if a.part is Part.CO:
            reply, public = self.w.words.reply(life.truth.leaf, "relieved", self.chance)
            self.w.say(
                life,
                say.Reply(Result.PARTLY, contacted=True, reply=reply, public_reply=public),
                self._handler(life, a),
                t,
            )
            return
        did, said = self._work(life, a, t)
        life.result, life.said = RESULTS[said], said
        agency = self.w.agencies[a.unit]
        copied = agency.cheats(Switch.COPY, self.w.cheats) if did != "solved" else False
        if copied:
            life.truth.cheats.add(Switch.COPY)
            life.result = Result.SOLVED
        texts = (
            self.w.words.copied(life.truth.leaf, self.chance)
            if copied
            else self.w.words.reply(life.truth.leaf, said, self.chance)
        )
        command = say.Reply(life.result, contacted=True, reply=texts[0], public_reply=texts[1])
        self.w.say(life, command, self._handler(life, a), t)
        self._after(life, a, agency, t)

    def _work(self, life: Life, a: Assignment, t: int) -> tuple[str, str]:
        """What the unit truly did, and what it says it did (words of `RESULTS`)."""
        truth, due, given = life.truth, moment(a.due), moment(a.dispatched_at)
        early = Switch.EARLY_CLOSE in truth.cheats and a.round == 1 and t <= due and truth.did is None
        did = "nothing" if early else self._attempt(life, self.w.agencies[a.unit], a.round, t)
        residents.judge(life, did, t, (t - given) / max(due - given, 1), self.chance)
        life.settle(a.unit, t, due, early=early)
        if early:
            return did, "solved"
        if did == "nothing":
            return did, "parked" if self.w.agencies[a.unit].manner.quality > 0.6 else "empty"
        return did, did

    def _attempt(self, life: Life, agency: Agency, round_: int, t: int) -> str:
        """One honest try at the matter: its effect depends on the cause, the unit's quality and the round."""
        chance, cause, quality = self.chance, self.w.cause_of(life), agency.manner.quality
        if life.truth.unreasonable or (cause is not None and cause.kind is CauseKind.PRIVATE):
            return "explained"
        if cause is None:
            if chance.random() < SOLVES_ALONE * quality * (1.0 if round_ == 1 else 0.75):
                return "solved"
            return chance.choices(("explained", "relieved", "unfounded", "nothing"), (5, 3, 1, 2))[0]
        if cause.removed_at is not None:
            return "solved"
        lasting = OUT_OF_SEASON if cause.kind is CauseKind.SEASONAL else 1.0
        if chance.random() < (1 - cause.hard) * quality * lasting * (1.0 if round_ == 1 else 1.3):
            self.w.causes.remove(cause, t)
            return "solved"
        if cause.relieved_until > self.w.day or chance.random() < 0.55 * quality:
            cause.relieved_until = max(cause.relieved_until, self.w.day + chance.randrange(7, 30))
            return "relieved"
        return chance.choices(("explained", "nothing"), (1, 2))[0]

    def _after(self, life: Life, a: Assignment, agency: Agency, t: int) -> None:
        """What follows a reply: pressing, leaking, asking for exclusion."""
        w, truth = self.w, life.truth
        good = truth.solved and truth.grade is not None and not truth.grade.bad
        if not good and agency.cheats(Switch.PRESS, w.cheats):
            truth.cheats.add(Switch.PRESS)
        if life.o.kind in (Kind.COMPLAINT, Kind.REPORT) and agency.cheats(Switch.LEAK, w.cheats):
            truth.cheats.add(Switch.LEAK)
            life.anger = min(1.0, life.anger + 0.4)
        abuse = not truth.solved and not truth.unreasonable and agency.cheats(Switch.EXCLUDE, w.cheats)
        if abuse:
            truth.cheats.add(Switch.EXCLUDE)
        if (truth.unreasonable or abuse) and not life.o.excluded and life.o.ask(Ask.EXCLUSION, a.id) is None:
            by = self.actor(a.unit, Role.UNIT_DESK, 9)
            grounds = w.words.grounds("exclusion", self.chance)
            w.say(life, say.RequestExclusion(reason=ExclusionReason.UNREASONABLE, grounds=grounds), by, t + 60)

    def review_child(self, life: Life, t: int, assignment: int) -> None:
        """二级审核三级的回复."""
        child = life.o.by_id(assignment)
        if child is None or child.parent is None or child.state is not AssignmentState.REPLIED or child.accepted:
            return
        upper = life.o.by_id(child.parent)
        if upper is None or life.o.state not in _WORK:
            return
        role = Role.UNIT_HEAD if child.round > 1 or life.o.reworks else Role.UNIT_DESK
        accepted = life.rejected > 1 or self.chance.random() < DESK_ACCEPTS
        if not accepted:
            life.rejected += 1
        grounds = "" if accepted else self.w.words.grounds("reject_reply", self.chance)
        command = say.ReviewReply(accepted=accepted, assignment=child.id, grounds=grounds)
        self.w.say(life, command, self.actor(upper.unit, role), t)

    def desk_reply(self, life: Life, t: int, assignment: int) -> None:
        """The lead's desk replies for all once its co-handlers have."""
        a = self.mine(life, assignment)
        if a is None or a.state is not AssignmentState.HANDLING:
            return
        reply, public = self.w.words.reply(life.truth.leaf, life.said, self.chance)
        command = say.Reply(life.result or Result.SOLVED, contacted=True, reply=reply, public_reply=public)
        self.w.say(life, command, self._handler(life, a), t)
