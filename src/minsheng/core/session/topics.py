"""Rules of a topic (议题): chosen by people on evidence, measured as registered before anything was done, and ended
only when somebody outside has ticked off every item."""

from __future__ import annotations

from minsheng.core.session import commands as say
from minsheng.core.session import events as happened
from minsheng.core.session.case import Case, day_of, month_of, need, refuse, rule
from minsheng.core.session.codes import Support, TopicState
from minsheng.core.session.events import SessionEvent
from minsheng.core.session.records import Topic

_LACKING = {
    Support.DATA: ("no_data", "还没有数据支撑，请先附上预警、聚集或季节分析的结果。"),
    Support.VOICE: ("no_voice", "还没有群众意见，请先附上征求意见或走访的记录。"),
    Support.ROUTE: ("no_route", "还没有解决路径，请先写明可行的办法和依据。"),
}
_RUNNING = frozenset({TopicState.CHOSEN, TopicState.DISPATCHED})


def in_state(c: Case, *states: TopicState) -> Topic:
    """The topic, if it is in one of these states."""
    topic: Topic = c.thing
    if topic.state not in states:
        refuse("wrong_state", "议题现在的状态不能执行此操作，请刷新页面查看当前可办事项。")
    return topic


@rule(say.Propose)
def _propose(c: Case, command: say.Propose) -> tuple[SessionEvent, ...]:
    need(command.title, "title_missing", "请写明议题名称。")
    return (
        happened.Proposed(
            **c.stamp,
            no=command.no,
            title=command.title.strip(),
            source=command.source,
            categories=command.categories,
            areas=command.areas,
            problems=command.problems,
            evidence=command.evidence,
        ),
    )


@rule(say.AddEvidence)
def _add_evidence(c: Case, command: say.AddEvidence) -> tuple[SessionEvent, ...]:
    in_state(c, TopicState.CANDIDATE, *_RUNNING)
    need(command.evidence.title, "title_missing", "请写明这份材料的名称。")
    need(
        command.evidence.text + command.evidence.reference + "".join(command.evidence.orders),
        "evidence_empty",
        "请写明材料的内容、出处或对应的工单。",
    )
    return (happened.EvidenceAdded(**c.stamp, evidence=command.evidence),)


@rule(say.Dissect)
def _dissect(c: Case, command: say.Dissect) -> tuple[SessionEvent, ...]:
    in_state(c, TopicState.CANDIDATE, *_RUNNING)
    need(command.obstacle.order, "order_missing", "请选择要解剖的工单。")
    need(command.obstacle.obstacle, "obstacle_missing", "请写明卡在哪里：哪条规定、哪个环节。")
    return (happened.Dissected(**c.stamp, obstacle=command.obstacle),)


@rule(say.Choose)
def _choose(c: Case, command: say.Choose) -> tuple[SessionEvent, ...]:
    topic = in_state(c, TopicState.CANDIDATE, TopicState.DECLINED)
    month_of(command.month)
    for kind, (code, message) in _LACKING.items():
        if next(topic.supports(kind), None) is None:
            refuse(code, message)
    need(command.reasons, "reasons_missing", "请写明选题理由。")
    need(command.lead, "lead_missing", "请选择牵头单位。")
    return (
        happened.Chosen(
            **c.stamp,
            month=command.month,
            reasons=command.reasons.strip(),
            lead=command.lead,
            with_units=tuple(u for u in command.with_units if u != command.lead),
        ),
    )


@rule(say.Decline)
def _decline(c: Case, command: say.Decline) -> tuple[SessionEvent, ...]:
    in_state(c, TopicState.CANDIDATE)
    need(command.reasons, "reasons_missing", "请写明不选的理由。")
    return (happened.Declined(**c.stamp, reasons=command.reasons.strip()),)


@rule(say.Register)
def _register(c: Case, command: say.Register) -> tuple[SessionEvent, ...]:
    topic = in_state(c, TopicState.CANDIDATE, *_RUNNING)
    r = command.registration
    if topic.registration is not None:
        refuse("registered_already", "成效的量法已经登记，登记后不能更改。")
    if topic.items:
        refuse("acted_already", "任务已经交办，事后登记的量法不能作数。")
    if day_of(r.start) < c.today:
        refuse("start_past", "措施开始的日子已经过去，事后登记的量法不能作数。")
    if not r.categories or not r.areas:
        refuse("scope_missing", "请写明要量哪些类别、哪些区域。")
    if set(r.areas) & set(r.controls):
        refuse("controls_treated", "对照区域不能同时是采取措施的区域。")
    if set(r.categories) & set(r.siblings):
        refuse("siblings_treated", "相邻类别不能同时是要量的类别。")
    if r.before < 26 or r.after < 4:
        refuse("windows_short", "量法至少要看之前 26 周、之后 4 周。")
    return (happened.Registered(**c.stamp, registration=r),)


@rule(say.CarryOver)
def _carry_over(c: Case, command: say.CarryOver) -> tuple[SessionEvent, ...]:
    topic = in_state(c, *_RUNNING)
    assert topic.month is not None
    if month_of(command.month) <= topic.month:
        refuse("month_not_later", f"本议题属于 {topic.month}，只能转入以后的月份。")
    need(command.reasons, "reasons_missing", "请写明转入下月的原因。")
    return (happened.CarriedOver(**c.stamp, month=command.month, reasons=command.reasons.strip()),)


@rule(say.End)
def _end(c: Case, command: say.End) -> tuple[SessionEvent, ...]:
    topic = in_state(c, TopicState.DISPATCHED)
    if topic.open_items:
        names = "、".join(f"“{i.title}”" for i in topic.open_items[:3])
        refuse("items_open", f"还有 {len(topic.open_items)} 项没有销号：{names}。可以转入下月。")
    need(command.reasons, "reasons_missing", "请写明办成了什么。")
    return (happened.Ended(**c.stamp, reasons=command.reasons.strip()),)


@rule(say.RecordEffect)
def _record_effect(c: Case, command: say.RecordEffect) -> tuple[SessionEvent, ...]:
    topic = in_state(c, TopicState.DISPATCHED, TopicState.ENDED)
    if topic.registration is None:
        refuse("not_registered", "没有事前登记量法，不能计算成效。")
    e = command.effect
    if not e.low <= e.estimate <= e.high:
        refuse("interval_wrong", "成效估计应当在它的区间之内。")
    if (e.problems or e.households) and not e.proof.strip():
        refuse("proof_missing", "解决的问题数和受益户数要有证明材料。")
    return (happened.EffectRecorded(**c.stamp, effect=e),)
