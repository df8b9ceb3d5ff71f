"""The timeline in words (办理过程): one line an event, who and when, what was decided, what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core import codes
from minsheng.core.codes import Role
from minsheng.core.order import Order
from minsheng.doors.frame import showing
from minsheng.ground import present
from minsheng.ground.models import Account
from minsheng.respond.reading import Line

TITLES = {
    "received": _("登记"),
    "detail_asked": _("要求补充"),
    "detail_added": _("已补充"),
    "answered": _("直接答复"),
    "transferred": _("转接"),
    "explained": _("告知途径"),
    "merged": _("并入主单"),
    "absorbed": _("他单并入本单"),
    "followed": _("随主单转入回访"),
    "split": _("拆单"),
    "submitted": _("提交派单"),
    "dispatched": _("派单"),
    "return_asked": _("申请退单"),
    "return_decided": _("退单审批"),
    "meeting_opened": _("发起会商"),
    "signed": _("签收"),
    "passed_down": _("转交下级"),
    "joined": _("加入协办"),
    "excused": _("协办退出"),
    "extension_asked": _("申请延期"),
    "extension_decided": _("延期审批"),
    "parked": _("挂账"),
    "promise_fell": _("承诺到期"),
    "progressed": _("进展"),
    "replied": _("回复"),
    "reply_reviewed": _("上级单位审核回复"),
    "review_done": _("中心审核回复"),
    "called_back": _("回访"),
    "rework_ordered": _("中心要求二次办理"),
    "failed_again": _("二次办理仍未解决"),
    "fell_back": _("并入的诉求人仍未解决"),
    "closed": _("结案"),
    "reopened": _("重新办理"),
    "reclassified": _("改类"),
    "exclusion_asked": _("申请剔除"),
    "exclusion_decided": _("剔除审批"),
    "withdrawn": _("诉求人撤回"),
    "withdrawal_cancelled": _("取消撤回"),
    "terminated": _("终止办理"),
    "archived": _("归档"),
    "card_given": _("催办与督办"),
    "revealed": _("查看联系人"),
}
SAID = {
    "title": _("标题"),
    "text": _("原话"),
    "address": _("地址"),
    "question": _("需要补充"),
    "detail": _("补充内容"),
    "answer": _("答复"),
    "note": _("说明"),
    "explanation": _("告知内容"),
    "visible_text": _("派单内容"),
    "legal_basis": _("法定依据"),
    "grounds": _("理由"),
    "promise": _("承诺"),
    "reply": _("办理情况"),
    "public_reply": _("给诉求人的答复"),
    "declined": _("不要求再办的原话"),
    "opinion": _("意见"),
    "minutes": _("会商结论"),
    "final_reply": _("最终答复"),
}
_CODES: dict[str, type[Any]] = {
    "result": codes.Result,
    "disposition": codes.Disposition,
    "card": codes.Card,
    "closing": codes.Closing,
    "told": codes.Told,
    "cause": codes.ReopenCause,
}
_REASONS = {"return_asked": codes.ReturnReason, "exclusion_asked": codes.ExclusionReason}


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the timeline, ready to print."""

    at: datetime
    title: Any
    who: str
    lay: str
    facts: list[str]
    said: list[tuple[Any, str]]


def told(lines: Iterable[Line], order: Order) -> list[Told]:
    """The timeline in words, oldest first; the request's own words stand elsewhere on the page."""
    lines = list(lines)
    people = dict(Account.objects.filter(username__in={x.by for x in lines}).values_list("username", "name"))
    return [
        Told(
            x.at,
            TITLES.get(x.name, x.name),
            _who(x, people),
            showing.length(x.lay) if x.lay >= 60 else "",
            facts(x, order),
            [(SAID.get(f, f), w) for f, w in x.words.items() if x.seq > 1],
        )
        for x in lines
    ]


def _word(code: Any) -> str:
    return codes.term(code, "zh" if showing.chinese() else "en")


def _unit(code: str | None) -> str:
    return showing.name_of(present.city().units.get(code or ""), code)


def _who(line: Line, people: dict[str, str]) -> str:
    role = _word(Role(line.role))
    if line.role in (Role.RESIDENT, Role.SYSTEM):
        return role
    parts = [people.get(line.by, line.by), role, _unit(line.unit) if line.unit else ""]
    return " · ".join(p for p in parts if p)


def facts(line: Line, order: Order) -> list[str]:
    """What an event decided, beside its words."""
    data, found = line.data, []
    for given in data.get("given", []) if isinstance(data.get("given"), list) else [data.get("given")]:
        if given:
            found.append(f"{_word(codes.Part(given['part']))} {_unit(given['unit'])}")
    if line.name in _REASONS:
        found.append(_word(_REASONS[line.name](data["reason"])))
    for field, kind in _CODES.items():
        if data.get(field):
            found.append(_word(kind(data[field])))
    assignment = order.by_id(data["assignment"]) if data.get("assignment") is not None else None
    if assignment is not None and assignment.unit != line.unit:
        found.append(_unit(assignment.unit))
    found += _decisions(line)
    if data.get("line"):
        found.append(data["line"])
    for no in (data.get("into"), data.get("no") if line.name == "absorbed" else None, *(data.get("parts") or ())):
        if no:
            found.append(no)
    if line.name == "reclassified":
        before, after = (_category(data[k]) for k in ("category_before", "category"))
        found.append(f"{before} → {after}")
    due = data.get("until") or data.get("due")
    if due and line.name in ("dispatched", "parked", "extension_decided", "rework_ordered", "detail_asked"):
        found.append(gettext("期限 %(due)s") % {"due": showing.when(datetime.fromisoformat(due))})
    return found


def _decisions(line: Line) -> list[str]:
    data = line.data
    found = []
    if "granted" in data:
        found.append(gettext("同意") if data["granted"] else gettext("不同意"))
    if "accepted" in data:
        found.append(gettext("通过") if data["accepted"] else gettext("退回重办"))
    if line.name == "called_back":
        if not data.get("reached", True):
            return [*found, gettext("未接通")]
        if data.get("resolved") is not None:
            found.append(gettext("诉求人认为已解决") if data["resolved"] else gettext("诉求人认为未解决"))
        if data.get("rating_due"):
            found.append(gettext("由诉求人自行评价"))
    elif data.get("contacted"):
        found.append(gettext("已联系诉求人"))
    return found


def _category(code: str | None) -> str:
    return showing.name_of(present.city().taxonomy.categories.get(code or ""), code) or gettext("未分类")
