"""Rules of the session itself and of the mechanisms that it leaves (会议与长效机制)."""

from __future__ import annotations

from minsheng.core.session import commands as say
from minsheng.core.session import events as happened
from minsheng.core.session.case import Case, day_of, month_of, need, refuse, rule
from minsheng.core.session.events import SessionEvent
from minsheng.core.session.records import Mechanism, Session


def _open(c: Case) -> Session:
    session: Session = c.thing
    if session.closed:
        refuse("session_closed", "本月月调度已经归档。")
    return session


@rule(say.OpenSession)
def _open_session(c: Case, command: say.OpenSession) -> tuple[SessionEvent, ...]:
    month_of(command.month)
    day_of(command.held_on)
    need(command.chair, "chair_missing", "请写明主持人。")
    return (happened.SessionOpened(**c.stamp, month=command.month, chair=command.chair, held_on=command.held_on),)


@rule(say.Attend)
def _attend(c: Case, command: say.Attend) -> tuple[SessionEvent, ...]:
    _open(c)
    if not command.attendees:
        refuse("nobody_named", "请选择参会单位。")
    return (happened.Attended(**c.stamp, attendees=command.attendees),)


@rule(say.Minute)
def _minute(c: Case, command: say.Minute) -> tuple[SessionEvent, ...]:
    _open(c)
    need(command.text, "minutes_empty", "请写明纪要内容。")
    return (happened.Minuted(**c.stamp, text=command.text.strip()),)


@rule(say.CloseSession)
def _close(c: Case, command: say.CloseSession) -> tuple[SessionEvent, ...]:
    _open(c)
    if command.open_topics:
        refuse("topics_open", f"还有 {len(command.open_topics)} 个议题没有闭环，请先闭环或转入下月。")
    return (happened.SessionClosed(**c.stamp),)


@rule(say.Adopt)
def _adopt(c: Case, command: say.Adopt) -> tuple[SessionEvent, ...]:
    need(command.title, "title_missing", "请写明机制名称。")
    need(command.text, "text_missing", "请写明机制内容。")
    need(command.basis, "basis_missing", "请写明文件名称、文号或法律依据。")
    begins = day_of(command.valid_from)
    if command.valid_to is not None and day_of(command.valid_to) <= begins:
        refuse("validity_wrong", "失效日期应当晚于生效日期。")
    return (
        happened.Adopted(
            **c.stamp,
            no=command.no,
            kind=command.kind,
            title=command.title.strip(),
            text=command.text.strip(),
            basis=command.basis.strip(),
            scope=command.scope.strip(),
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            topic=command.topic,
            orders=command.orders,
            categories=command.categories,
        ),
    )


def _standing(c: Case) -> Mechanism:
    mechanism: Mechanism = c.thing
    if mechanism.retired:
        refuse("retired", "该机制已经废止。")
    return mechanism


@rule(say.Reuse)
def _reuse(c: Case, command: say.Reuse) -> tuple[SessionEvent, ...]:
    mechanism = _standing(c)
    if command.topic in (mechanism.topic, *mechanism.reused_in):
        return ()
    return (happened.Reused(**c.stamp, topic=command.topic),)


@rule(say.Retire)
def _retire(c: Case, command: say.Retire) -> tuple[SessionEvent, ...]:
    _standing(c)
    need(command.reason, "reasons_missing", "请写明废止的原因。")
    return (happened.Retired(**c.stamp, reason=command.reason.strip()),)
