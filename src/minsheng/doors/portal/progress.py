"""An order in a resident's words (办理进度): who has it, since when, what was promised, and what has happened.

Plain sentences, no department's jargon; nothing is called solved that its requester has not called solved (DOMAIN
§6.2 h: closed is not solved). No account of staff is named: units, roles and times only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core.codes import UNIT_ROLES, AssignmentState, Closing, Role, State, term
from minsheng.core.order import ClockName, Order
from minsheng.doors.frame import showing
from minsheng.ground import present
from minsheng.respond.reading import Line, Sheet

_NEAR = timedelta(hours=48)


def until(at: datetime) -> str:
    """The end of a promise: the day, and the hour too when it is near."""
    return showing.when(at, time=abs(at - present.now()) <= _NEAR)


def unit(code: str | None) -> str:
    """A unit's name."""
    return showing.name_of(present.city().units.get(code or ""), code)


def centre() -> str:
    """The name of the hotline's centre."""
    return next(showing.name_of(u) for u in present.city().units.values() if u.level == 1)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands now: `who` has it `since` when, `due` what was promised, `late` whether it is broken.
    `tone` colours the note ("", "good", "warn"); the words say the same."""

    headline: str
    says: str
    who: str
    since: datetime
    due: datetime | None
    late: bool
    tone: str = ""


_SAID: Mapping[State, tuple[Any, Any]] = {
    State.RECEIVED: (_("已收到，正在受理"), _("热线中心正在看这件事归哪个单位办，%(due)s前派给承办单位。")),
    State.INCOMPLETE: (
        _("请您补充情况"),
        _("还缺关键情况，热线中心没法派出去。请在%(due)s前补充；到时没有补充，我们按已有的情况继续办。"),
    ),
    State.ANSWERED: (_("热线中心已经给出答复"), _("答复在下面，我们会在%(due)s前告诉您。")),
    State.TRANSFERRED: (_("已转给专门的线路"), _("这件事由专门的线路直接处理，我们会在%(due)s前告诉您。")),
    State.EXPLAINED: (_("这件事要走别的途径"), _("该走哪条途径写在下面，我们会在%(due)s前告诉您。")),
    State.MERGED: (
        _("和同一件事一起办理"),
        _("别人也反映了同一件事，现在并在一起办。您的单号和查询码照样有效，办完会单独问您，%(due)s前有答复。"),
    ),
    State.TO_DISPATCH: (_("正在派给承办单位"), _("热线中心已经登记清楚，%(due)s前派给承办单位。")),
    State.ARBITRATING: (_("正在开会确定由谁办"), _("这件事牵涉几个单位，热线中心正在召集商定，%(due)s前定下来。")),
    State.DISPATCHED: (_("正在办理"), _("已经交给承办单位，%(due)s前答复您。")),
    State.TO_REVIEW: (
        _("承办单位已答复，热线中心正在核实"),
        _("还没有办完：热线中心先看答复是否属实、是否说到点上，%(due)s前核实完。"),
    ),
    State.PARKED: (_("现在办不了，已经约定日期"), _("承办单位答应在%(due)s前办，到日子热线中心会再查。")),
    State.TO_CALL_BACK: (
        _("请您说说办得怎么样"),
        _("承办单位说办好了，但要您说了才算。您可以现在就在网上回答，也可以等我们在%(due)s前打电话问您。"),
    ),
    State.REWORKING: (_("正在重新办理"), _("已要求重新办理，换人经办，%(due)s前答复您。")),
    State.TERMINATED: (_("已作最终答复"), _("最终答复在下面，我们会在%(due)s前告诉您。这不等于问题已经解决。")),
    State.WITHDRAWN: (_("您申请了撤回"), _("在%(due)s前改变主意，可以取消撤回，原来的期限不变；过后这件诉求就停办。")),
}
_ENDED: Mapping[Closing | None, tuple[Any, Any]] = {
    Closing.ANSWERED: (_("已直接答复您"), _("答复在下面。")),
    Closing.TOLD: (_("已告诉您该走的途径"), _("说明在下面。")),
    Closing.UNREACHED: (_("联系不上您，先停办"), _("我们打了几次电话都没有接通，问题是否解决没有得到您的确认。")),
    Closing.WITHDRAWN: (_("已按您的申请撤回"), _("这件诉求不再办理。需要时请提交新的诉求。")),
    Closing.FINAL_REPLY: (_("已答复，停止办理"), _("答复在下面。停止办理不等于问题已经解决。")),
}
_CALLED_BACK: Mapping[bool | None, tuple[Any, Any]] = {
    True: (_("已解决，结案"), _("您说问题已经解决。")),
    False: (_("没有解决，按您的意思停办"), _("您说问题没有解决，但不需要再办。")),
    None: (_("停止办理"), _("回访时您没有说问题是否解决。")),
}
_YOU = frozenset({State.INCOMPLETE, State.WITHDRAWN})
_UNITS = frozenset({State.DISPATCHED, State.REWORKING, State.PARKED})
_BESIDE = frozenset({"revealed", "card_given", "detail_added", "signed", "passed_down"})
"""Lines that change nothing about who has the order."""


def standing(sheet: Sheet) -> Standing:
    """Where the order of `sheet` stands, in words."""
    o = sheet.order
    since = next((x.at for x in reversed(sheet.lines) if x.name not in _BESIDE), o.received_at)
    if not o.state.open:
        headline, says, tone = _end(o)
        return Standing(headline, says, "", o.closed_at or since, None, False, tone)
    due = o.clock.due if o.clock else o.promised
    headline, says = _SAID[o.state]
    rating = o.clock is not None and o.clock.name is ClockName.RATING
    if rating:
        headline, says = _("请您评价"), _("谢谢您接听回访。请在%(due)s前给这次办理打分；分数不会告诉承办单位。")
    late = present.now() >= due and o.state not in _YOU and not rating
    tone = "warn" if late or o.state in (_YOU | {State.TO_CALL_BACK}) else ""
    return Standing(str(headline), str(says) % {"due": until(due)}, _who(o), since, due, late, tone)


def _who(o: Order) -> str:
    if o.state in _YOU:
        return gettext("等您补充情况") if o.state is State.INCOMPLETE else gettext("等您决定")
    lead = o.lead
    if o.state not in _UNITS or lead is None:
        return centre()
    below = [unit(c.unit) for c in o.children(lead.id) if c.state is not AssignmentState.LEFT]
    if not below:
        return unit(lead.unit)
    return gettext("%(unit)s（具体经办：%(below)s）") % {"unit": unit(lead.unit), "below": _list(below)}


def reopens(o: Order) -> bool:
    """Whether its requester may still have a closed order handled again."""
    if o.state is not State.CLOSED or o.closing is Closing.WITHDRAWN or o.closed_at is None:
        return False
    now = present.now()
    policy = present.policy(now)
    return now <= policy.due(o.closed_at, policy.reopen_within)


def _end(o: Order) -> tuple[str, str, str]:
    if o.closing is not Closing.CALLED_BACK:
        headline, says = _ENDED[o.closing]
    else:
        headline, says = _CALLED_BACK[o.resolved]
    if o.closing is Closing.WITHDRAWN:
        return str(headline), str(says), ""
    after = gettext("需要时，可以要求重新办理。") if reopens(o) else gettext("需要时，请提交新的诉求。")
    tone = "good" if o.closing is Closing.CALLED_BACK and o.resolved else ""
    return str(headline), f"{says}{'' if showing.chinese() else ' '}{after}", tone


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story: when, what, and words said by the side that said them."""

    at: datetime
    title: str
    said: tuple[tuple[str, str], ...] = ()


def story(sheet: Sheet, replies: Mapping[int, str]) -> list[Told]:
    """The timeline, newest first; `replies` are the units' replies by the number of the review that let them out."""
    told = []
    for line in sheet.lines:
        title = _title(line)
        if not title:
            continue
        said = [(str(_LABELS[f]), text) for f, text in line.words.items() if f in _LABELS]
        if line.seq in replies:
            said.append((gettext("承办单位的答复"), replies[line.seq]))
        told.append(Told(line.at, title, tuple(said)))
    return told[::-1]


def who_looked(sheet: Sheet) -> list[tuple[datetime, str, str]]:
    """Who saw the requester's name and number: when, who (unit or role), and the reason that they gave."""
    return [(x.at, _role(x), x.words.get("grounds", "")) for x in sheet.lines if x.name == "revealed"]


_LABELS = {
    "question": _("需要您补充"),
    "detail": _("补充的情况"),
    "answer": _("答复"),
    "explanation": _("说明"),
    "promise": _("承诺"),
    "final_reply": _("最终答复"),
}


def _role(line: Line) -> str:
    role = term(Role(line.role), "zh" if showing.chinese() else "en")
    return f"{unit(line.unit)} · {role}" if line.unit and Role(line.role) in UNIT_ROLES else role


def _list(names: list[str]) -> str:
    return ("、" if showing.chinese() else ", ").join(names)


def _date(data: Mapping[str, Any], field: str = "due") -> str:
    return until(datetime.fromisoformat(data[field])) if data.get(field) else ""


def _by_resident(line: Line) -> bool:
    return line.role == Role.RESIDENT.value


def _dispatched(line: Line) -> str:
    given = line.data["given"]
    lead = _list([unit(g["unit"]) for g in given if g["part"] == "lead"])
    co = _list([unit(g["unit"]) for g in given if g["part"] != "lead"])
    said = gettext("派给%(unit)s办理，%(due)s前答复") % {"unit": lead, "due": _date(line.data)}
    return said + (gettext("；%(units)s协助") % {"units": co} if co else "")


def _extended(line: Line) -> str:
    if not line.data["granted"]:
        return gettext("承办单位申请延期，没有同意，期限不变")
    return gettext("同意承办单位延期，改为%(due)s前答复") % {"due": _date(line.data)}


def _called_back(line: Line) -> str:
    if not line.data["reached"]:
        return gettext("热线中心打电话回访，没有接通")
    solved = line.data["resolved"]
    said = gettext("您在网上回答了回访") if _by_resident(line) else gettext("热线中心打电话回访了您")
    if solved is None:
        return said
    return said + (gettext("：问题已解决") if solved else gettext("：问题没有解决"))


def _closed(line: Line) -> str:
    if line.data["closing"] == Closing.WITHDRAWN:
        return gettext("撤回生效，停止办理")
    return gettext("已解决，结案") if line.data["resolved"] else gettext("停止办理")


def _card(line: Line) -> str:
    if _by_resident(line):
        return gettext("您催办了一次")
    if line.data["card"] in ("nudge", "yellow"):
        return gettext("热线中心提醒抓紧办理")
    return gettext("热线中心列为重点督办")


_TITLES: Mapping[str, Any] = {
    "received": _("收到您的诉求"),
    "detail_asked": _("请您补充情况"),
    "answered": _("热线中心直接答复"),
    "explained": _("告诉您该走的途径"),
    "merged": _("和反映同一件事的诉求并在一起办"),
    "followed": _("一起办的诉求有了答复，请您说说办得怎么样"),
    "meeting_opened": _("开会确定由谁办理"),
    "promise_fell": _("约定的日子到了，热线中心再查"),
    "fell_back": _("没有解决，再次一起办理"),
    "withdrawn": _("您申请撤回"),
    "withdrawal_cancelled": _("您取消了撤回"),
    "terminated": _("作出最终答复"),
}
_TOLD: Mapping[str, Callable[[Line], str]] = {
    "detail_added": lambda x: gettext("您补充了情况") if _by_resident(x) else gettext("继续受理"),
    "transferred": lambda x: gettext("转给 %(line)s") % {"line": x.data["line"]},
    "dispatched": _dispatched,
    "signed": lambda x: gettext("%(unit)s签收") % {"unit": unit(x.unit)},
    "passed_down": lambda x: gettext("交给%(unit)s具体办理") % {"unit": unit(x.data["given"]["unit"])},
    "extension_decided": _extended,
    "parked": lambda x: gettext("现在办不了，约定%(due)s前办") % {"due": _date(x.data, "until")},
    "review_done": lambda x: (
        gettext("热线中心核实了答复") if x.data["accepted"] else gettext("热线中心认为答复不合要求，退回再办")
    ),
    "rework_ordered": lambda x: gettext("要求重新办理，%(due)s前答复") % {"due": _date(x.data)},
    "called_back": _called_back,
    "closed": _closed,
    "reopened": lambda x: gettext("您要求重新办理") if _by_resident(x) else gettext("热线中心复查后重新办理"),
    "card_given": _card,
}


def _title(line: Line) -> str:
    tell = _TOLD.get(line.name)
    return tell(line) if tell else str(_TITLES.get(line.name, ""))
