"""Many kinds of lives, as a script of who said what and when (剧本), and two worlds that play it: the desks of the
house, and paper, where orders are only decided and kept in memory. Needs the settings of the fixture `house`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from minsheng.core import Actor, Refused, decide, evolve, on_due, timers
from minsheng.core import commands as say
from minsheng.core.codes import Card, Disposition, Grade, Kind, ReopenCause, ReturnReason, Role, Told, Urgency
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.ground.vault import Person
from minsheng.respond import casework, decisions, intake, supervision
from minsheng.respond.bulk import Life, Rating, Step

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
END = START + timedelta(days=102)
AGENT, DISPATCHER = Actor("agent1", Role.AGENT), Actor("disp1", Role.DISPATCHER)
REVIEWER, CALLER = Actor("rev1", Role.REVIEWER), Actor("call1", Role.CALLER_BACK)
SUPERVISOR, RESIDENT = Actor("sup1", Role.SUPERVISOR), intake.RESIDENT
WANG = Person("王小明", "138 1234-5678", "东大街1号", 114.35, 36.1)
SAID = "我是王小明，3号楼2单元501室停暖，电话13812345678，邮箱 wang@example.org\n\t路径 C:\\temp \\N 引号\"'"
REPLY = say.Reply(contacted=True, reply="已到现场\\处理", public_reply="已修好\t谢谢")
ACCEPT = say.ReviewReply(accepted=True)
SOLVED = say.CallBack(contacted=True, resolved=True, opinion="满意")
UNSOLVED = say.CallBack(contacted=True, resolved=False, grade=Grade.DISSATISFIED, opinion="没修好")

Line = tuple[float, str, say.Command | intake.Request, Actor]


def dispatched(name: str, at: float, *codes: str) -> list[Line]:
    """Received and given to units, the first of which leads and signs."""
    lead, *co = (present.unit_ref(c) for c in codes)
    desk = Actor(f"desk-{codes[0]}", Role.UNIT_DESK, codes[0])
    command = say.Dispatch(lead=lead, co=tuple(co), visible_text="停暖", note="请速办")
    return [
        (at, name, intake.Request(SAID, "王小明家停暖", WANG, channel="phone"), RESIDENT),
        (at + 1, name, say.Submit(category=leaf(), kind=Kind.COMPLAINT, area=area()), AGENT),
        (at + 2, name, command, DISPATCHER),
        (at + 3, name, say.Sign(), desk),
    ]


def leaf() -> str:
    return present.city().taxonomy.leaves[0].code


def area() -> str:
    return next(iter(present.city().areas))


def counties() -> tuple[str, str, str]:
    """A county, a township of it, and another unit of level 2."""
    units = present.city().units.values()
    town = next(u for u in units if u.level == 3 and u.kind == "township")
    return town.parent, town.code, next(u.code for u in units if u.level == 2 and u.code != town.parent)


def script() -> list[Line]:
    """Many kinds of lives, in order of time (hours from the start)."""
    c, t, d = counties()
    desk, head = Actor(f"desk-{c}", Role.UNIT_DESK, c), Actor("head", Role.UNIT_HEAD, c)
    town, other = Actor("t1", Role.HANDLER, t), Actor(f"desk-{d}", Role.UNIT_DESK, d)
    plain = intake.Request("路灯不亮", person=Person("李四", "13800000000"))
    told = say.Close(told=Told.PHONE)
    sent = replace(plain, title='咨询"社保"', text=SAID, external_id="x-1", channel="upper", kind=Kind.INQUIRY)
    accused = intake.Request("举报某局", secret=True, complained_of=(c, 'a"b\\'), external_id="x-2")
    lines: list[Line] = [
        (0, "answered", sent, RESIDENT),
        (1, "answered", say.Answer(answer="请持身份证办理", told=Told.PHONE), AGENT),
        (0, "explained", plain, RESIDENT),
        (1, "explained", say.Explain(disposition=Disposition.LEGAL_PATH, explanation="请向法院起诉"), AGENT),
        (2, "explained", told, AGENT),
        (101 * 24, "told", plain, RESIDENT),
        (101 * 24 + 1, "told", say.Answer(entry="12@1", answer="见知识库"), AGENT),
        *dispatched("main", 0, c),
        (1, "child", plain, RESIDENT),
        (2, "child", say.Merge(into="main"), AGENT),
        (4, "main", REPLY, desk),
        (5, "main", ACCEPT, REVIEWER),
        (6, "child", say.Follow(), SYSTEM),
        (7, "main", SOLVED, CALLER),
        (8, "child", UNSOLVED, CALLER),
        (9, "main", say.Reopen(cause=ReopenCause.LOOK_BACK, grounds="并入工单未解决"), SYSTEM),
        (10, "main", say.Sign(), desk),
        (11, "main", REPLY, head),
        (12, "main", ACCEPT, REVIEWER),
        (13, "child", say.Follow(), SYSTEM),
        (14, "child", say.CallBack(reached=False), CALLER),
        (15, "child", replace(SOLVED, grade=Grade.SATISFIED), RESIDENT),
        (16, "main", replace(SOLVED, rating_by=Told.SMS), CALLER),
        *dispatched("shared", 0, c, d),
        (4, "shared", say.RequestExtension(grounds="需要配件"), desk),
        (5, "shared", say.DecideExtension(granted=True), head),
        (6, "shared", say.Progress(contacted=True, note="已联系"), desk),
        (7, "shared", say.Sign(), other),
        (8, "shared", REPLY, other),
        (9, "shared", REPLY, desk),
        (10, "shared", ACCEPT, REVIEWER),
        (11, "shared", UNSOLVED, CALLER),
        (12, "shared", say.Sign(), desk),
        (13, "shared", REPLY, head),
        (14, "shared", ACCEPT, REVIEWER),
        (15, "shared", replace(SOLVED, grade=Grade.VERY_SATISFIED), CALLER),
        *dispatched("down", 0, c),
        (4, "down", say.PassDown(to=present.unit_ref(t), note="请处理"), desk),
        (5, "down", say.Sign(), town),
        (6, "down", REPLY, town),
        (7, "down", say.ReviewReply(accepted=False, grounds="没有照片"), desk),
        (8, "down", REPLY, town),
        (9, "down", ACCEPT, desk),
        (10, "down", say.ReviewReply(accepted=False, grounds="答复不清"), REVIEWER),
        (11, "down", REPLY, desk),
        (12, "down", ACCEPT, REVIEWER),
        *dispatched("below", 0, c),
        (4, "below", say.PassDown(to=present.unit_ref(t)), desk),
        *dispatched("returned", 0, c)[:-1],
        (3, "returned", say.RequestReturn(reason=ReturnReason.WRONG_DUTY, suggested=d, legal_basis="三定规定"), desk),
        (4, "returned", say.DecideReturn(granted=True), DISPATCHER),
        (5, "returned", say.Dispatch(lead=present.unit_ref(d)), DISPATCHER),
        (6, "returned", say.RequestReturn(legal_basis="三定规定"), other),
        (7, "returned", say.Arbitrate(lead=present.unit_ref(c), minutes="会商指定"), DISPATCHER),
        *dispatched("parked", 0, c),
        (4, "parked", REPLY, desk),
        (5, "parked", say.Park(until=START + timedelta(days=10), promise="列入改造"), REVIEWER),
        (250, "parked", say.Terminate(final_reply="最终答复"), REVIEWER),
        (251, "parked", told, AGENT),
        (0, "withdrawn", plain, RESIDENT),
        (1, "withdrawn", say.Withdraw(grounds="已解决"), RESIDENT),
        *dispatched("kept", 0, d),
        (4, "kept", say.Withdraw(), RESIDENT),
        (5, "kept", say.Withdraw(cancel=True), RESIDENT),
        (0, "asked", replace(plain, person=Person(name="赵")), RESIDENT),
        (1, "asked", say.AskDetail(question="在哪条街？"), AGENT),
        (300, "asked", say.Transfer(line="110", note="转公安"), AGENT),
        (0, "secret", accused, RESIDENT),
        (1, "secret", say.Split(parts=("p1",)), AGENT),
        (2, "secret", say.Submit(category=leaf(), urgency=Urgency.PROMPT), AGENT),
        (2, "secret", say.Reclassify(kind=Kind.REPORT, grounds="实为举报"), DISPATCHER),
        (3, "secret", say.Dispatch(lead=present.unit_ref(d)), DISPATCHER),
        (4, "secret", say.RequestExclusion(grounds="不合理"), other),
        (5, "secret", say.DecideExclusion(granted=True, grounds="同意"), SUPERVISOR),
        (6, "secret", say.Reveal(grounds="核实"), AGENT),
        (7, "secret", say.GiveCard(card=Card.NUDGE, note="请快些"), RESIDENT),
        *dispatched("stale", 85 * 24, c),
        (93 * 24, "stale", REPLY, desk),
        (93 * 24 + 1, "stale", say.ReviewReply(accepted=False, grounds="重办"), REVIEWER),
        *dispatched("late", 99 * 24, c),
        (101 * 24, "new", plain, RESIDENT),
    ]
    return sorted(lines, key=itemgetter(0))


class Desks:
    """The lives through the house's own doors, a command at a time."""

    def __init__(self) -> None:
        self.no: dict[str, str] = {}

    def receive(self, name: str, request: intake.Request, at: datetime) -> None:
        self.no[name] = intake.receive(request, at=at).no

    def say(self, name: str, command: say.Command, by: Actor, at: datetime) -> None:
        casework.handle(self.no[name], command, by, at)

    def sweep(self, at: datetime) -> None:
        supervision.sweep(at)


class Paper:
    """The same lives in memory."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.no: dict[str, str] = {}
        self.lives: dict[str, Life] = {}
        self.waiting: dict[str, dict[str, tuple[datetime, bool]]] = {}

    def receive(self, name: str, request: intake.Request, at: datetime) -> None:
        no, policy = intake.order_no(self.number, at), present.policy(at)
        command = intake.registering(request, no)
        events = decide(None, command, policy, at, RESIDENT)
        self.no[name], order = no, evolve(None, events[0])
        self.lives[name] = Life(
            self.number,
            order,
            [Step(events, RESIDENT, command.spoken())],
            request.person,
            request.title,
            request.text,
            policy,
            END,
            external_id=request.external_id,
        )
        self.number += 1
        self._set_timers(name)

    def say(self, name: str, command: say.Command, by: Actor, at: datetime) -> None:
        life = self.lives[name]
        if isinstance(command, say.Merge):
            command = replace(command, into_state=self.named(command.into).order.state)
        events = decide(life.order, command, present.policy(at), at, by)
        if isinstance(command, say.CallBack):
            route = "web" if by.role is Role.RESIDENT else "phone"
            grade = command.grade if command.reached else Grade.UNREACHED
            life.ratings.append(Rating(life.order.version + 1, grade, route, at))
        for event in events:
            life.order = evolve(life.order, event)
        if events:
            fields = decisions.DECIDES.get(type(command), ())
            life.steps.append(Step(events, by, command.spoken(), decisions.decided(life.order, fields)))
            self._set_timers(name)
        if isinstance(command, say.Merge):
            main = next(n for n, x in self.lives.items() if x.order.no == command.into)
            self.say(main, say.Absorb(no=life.order.no), by, at)

    def named(self, no: str) -> Life:
        return next(x for x in self.lives.values() if x.order.no == no)

    def _set_timers(self, name: str) -> None:
        old, life = self.waiting.get(name, {}), self.lives[name]
        new = {t.name: t.due for t in timers(life.order, life.policy)}
        self.waiting[name] = {n: old[n] if n in old and old[n][0] == due else (due, False) for n, due in new.items()}

    def sweep(self, at: datetime) -> None:
        for name, life in self.lives.items():
            while due := sorted((d, n) for n, (d, fired) in self.waiting[name].items() if d <= at and not fired):
                when, timer = due[0]
                self.waiting[name][timer] = (when, True)
                command = on_due(timer, life.order)
                assert command is not None
                try:
                    self.say(name, command, SYSTEM, at)
                except Refused as refused:
                    assert refused.code == "wrong_state"  # noqa: PT017


def drive(world: Desks | Paper) -> None:
    """The script, with a sweep of the timers every day and before every command, and one at the end."""
    at = START
    for hours, name, what, by in script():
        then = START + timedelta(hours=hours)
        while at < then:
            at = min(at + timedelta(days=1), then)
            world.sweep(at)
        if isinstance(what, intake.Request):
            world.receive(name, what, at)
        else:
            command = replace(what, into=world.no[what.into]) if isinstance(what, say.Merge) else what
            world.say(name, command, by, at)
    while at < END:
        at = min(at + timedelta(days=1), END)
        world.sweep(at)
