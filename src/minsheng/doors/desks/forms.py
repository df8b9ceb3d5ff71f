"""The form of each command (操作表单): what a person is asked for it, its key, and how what is typed becomes a
command's fields. One table for the order page, drawers and desks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core import codes
from minsheng.core.codes import Role
from minsheng.core.order import Order
from minsheng.doors.desks import names
from minsheng.doors.frame import showing
from minsheng.doors.frame.fields import Field, Options
from minsheng.ground import present


class Mistyped(ValueError):
    """What was typed cannot be a command; `problems` are sentences by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Spec:
    """A command's form."""

    title: Any
    fields: tuple[Field, ...] = ()
    key: str = ""
    grave: bool = False
    button: Any = ""


def of(kind: type[StrEnum], *, but: Iterable[StrEnum] = ()) -> Callable[[], Options]:
    """The choices of a code list, in the page's language."""
    left_out = frozenset(but)
    return lambda: [(c.value, codes.term(c, "zh" if showing.chinese() else "en")) for c in kind if c not in left_out]


def _told() -> Field:
    return Field(
        "told", _("已告知诉求人的方式"), "select", hint=_("当场已告知的，选择后直接结案。"), options=of(codes.Told)
    )


def _units(name: str, label: Any, *, required: bool = False, hint: Any = "") -> Field:
    return Field(name, label, "unit", required=required, hint=hint, list="unit")


_CO = tuple(_units(f"co{i}", _("协办单位")) for i in (1, 2))
_GRANT = Field(
    "granted", _("决定"), "choices", required=True, options=lambda: [("1", gettext("同意")), ("0", gettext("不同意"))]
)
_ASSIGNMENT = Field("assignment", kind="hidden")
_VISIBLE = Field(
    "visible_text",
    _("给三级单位和企业看的派单内容"),
    rows=5,
    hint=_("已由机器去除姓名、电话、门牌；请核对后再派。"),
)

SPECS: dict[str, Spec] = {
    "submit": Spec(
        _("提交派单"),
        (
            Field("category", _("诉求类别"), "category", required=True, list="category"),
            Field("kind", _("诉求类型"), "select", options=of(codes.Kind)),
            Field("urgency", _("紧急程度"), "select", options=of(codes.Urgency)),
            Field("area", _("属地"), "area", list="area"),
            Field("complained_of", _("被投诉单位（须回避）"), "unit", list="unit"),
            Field("secret", _("诉求人要求保密"), "tick"),
        ),
        key="S",
    ),
    "answer": Spec(
        _("直接答复"),
        (
            Field("answer", _("答复内容"), required=True, rows=5),
            Field("entry", _("所用知识（编号@版本）"), "line", hint=_("从知识库带入；自拟答复可不填。")),
            _told(),
        ),
        key="A",
    ),
    "explain": Spec(
        _("告知途径"),
        (
            Field("disposition", _("告知理由"), "select", required=True, options=of(codes.Disposition)),
            Field("explanation", _("告知内容和应走的途径"), required=True),
            _told(),
        ),
        key="E",
    ),
    "transfer": Spec(
        _("转接"),
        (
            Field("line", _("转接线路"), "line", required=True, hint=_("例如 110、119、120 或归并热线号码")),
            Field("note", _("说明")),
            _told(),
        ),
        key="T",
    ),
    "ask_detail": Spec(_("要求补充"), (Field("question", _("需要诉求人补充什么"), required=True),), key="Q"),
    "add_detail": Spec(_("补充内容"), (Field("detail", _("补充的内容"), required=True),), key="F"),
    "merge": Spec(_("并单"), (Field("into", _("并入的主单单号"), "line", required=True),), key="M"),
    "split": Spec(
        _("拆单"),
        (Field("parts", _("拆出的事项"), required=True, hint=_("一行一件；每件成为一张新工单，诉求人信息一并带入。")),),
        key="L",
    ),
    "dispatch": Spec(
        _("派单"),
        (
            _units("lead", _("主办单位"), required=True, hint=_("派给三级单位时，自动经其上级二级单位。")),
            *_CO,
            _VISIBLE,
            Field("note", _("派单说明"), rows=2),
        ),
        key="D",
    ),
    "arbitrate": Spec(_("会商"), key="B"),
    "decide_return": Spec(
        _("退单审批"),
        (_ASSIGNMENT, _GRANT, Field("grounds", _("理由"), hint=_("不同意时必填。"))),
        key="Y",
    ),
    "sign": Spec(_("签收"), key="S"),
    "pass_down": Spec(
        _("转交下级"), (_units("to", _("下级单位"), required=True), Field("note", _("转交说明"), rows=2)), key="D"
    ),
    "join": Spec(
        _("请求协办"), (_units("unit", _("协办单位"), required=True), Field("note", _("说明"), rows=2)), key="J"
    ),
    "request_return": Spec(
        _("申请退单"),
        (
            Field("reason", _("退单理由"), "select", required=True, options=of(codes.ReturnReason)),
            Field("legal_basis", _("法定依据"), required=True, hint=_("法规名称和条款。")),
            _units("suggested", _("建议的承办单位")),
        ),
    ),
    "request_extension": Spec(_("申请延期"), (Field("grounds", _("延期理由"), required=True),), key="X"),
    "decide_extension": Spec(
        _("延期审批"), (_ASSIGNMENT, _GRANT, Field("grounds", _("理由"), hint=_("不同意时必填。"))), key="Z"
    ),
    "progress": Spec(
        _("记录进展"),
        (
            Field("note", _("做了什么、下一步是什么"), required=True),
            Field("contacted", _("已联系诉求人"), "tick"),
        ),
        key="P",
    ),
    "reply": Spec(
        _("回复"),
        (
            Field("result", _("办理结果"), "select", required=True, options=of(codes.Result)),
            Field("reply", _("办理情况（内部）"), required=True, rows=4),
            Field("public_reply", _("给诉求人的答复"), required=True, rows=4, hint=_("诉求人会原文看到，请写明白话。")),
            Field("contacted", _("已联系诉求人"), "tick"),
        ),
        key="R",
    ),
    "review_reply": Spec(
        _("审核回复"),
        (
            _ASSIGNMENT,
            Field(
                "accepted",
                _("结论"),
                "choices",
                required=True,
                options=lambda: [("1", gettext("通过")), ("0", gettext("退回重办"))],
            ),
            Field("grounds", _("理由"), hint=_("退回重办时必填，承办单位会看到。")),
        ),
        key="V",
    ),
    "park": Spec(
        _("挂账"),
        (
            Field("until", _("承诺办结日期"), "date", required=True),
            Field("promise", _("承诺的措施"), required=True, hint=_("诉求人会看到。")),
        ),
        key="G",
    ),
    "terminate": Spec(_("终止办理"), (Field("final_reply", _("最终答复"), required=True, rows=5),), grave=True),
    "close": Spec(
        _("告知后结案"), (Field("told", _("告知方式"), "select", required=True, options=of(codes.Told)),), key="C"
    ),
    "rework": Spec(_("要求二次办理"), (Field("grounds", _("理由"), required=True),), grave=True),
    "reopen": Spec(_("回头看重新办理"), (Field("grounds", _("理由"), required=True),), grave=True),
    "reclassify": Spec(
        _("改类"),
        (
            Field("category", _("诉求类别"), "category", list="category"),
            Field("kind", _("诉求类型"), "select", options=of(codes.Kind)),
            Field("grounds", _("改类理由"), required=True, rows=2),
        ),
        key="K",
    ),
    "request_exclusion": Spec(
        _("申请剔除"),
        (
            Field("reason", _("剔除理由"), "select", required=True, options=of(codes.ExclusionReason)),
            Field("grounds", _("说明和证据"), required=True),
        ),
    ),
    "decide_exclusion": Spec(_("剔除审批"), (_ASSIGNMENT, _GRANT, Field("grounds", _("理由"), required=True)), key="W"),
    "give_card": Spec(
        _("催办与督办"),
        (
            Field("card", _("督办方式"), "select", required=True, options=of(codes.Card)),
            Field("note", _("督办要求"), rows=2),
        ),
        key="N",
    ),
}
"""Commands that have a form here; the call-back has a desk of its own, reveal stands at the person's card."""

_MEETING = (
    _units("lead", _("会商指定的主办单位"), required=True, hint=_("指定后不得再次退单。")),
    *_CO,
    _VISIBLE,
    Field("minutes", _("会商结论"), required=True),
)
_SUPERVISOR_CARDS = frozenset({Role.SUPERVISOR})


def spec(name: str, order: Order, role: Role) -> Spec:
    """The form of command `name` on `order`: a meeting is opened with one press and ended with a unit."""
    found = SPECS[name]
    if name == "arbitrate":
        if order.state is codes.State.ARBITRATING:
            return Spec(_("会商指定"), _MEETING, key="B")
        return Spec(_("发起会商"), key="B")
    if name == "give_card" and role not in _SUPERVISOR_CARDS:
        nudge = Field("card", kind="hidden", value=codes.Card.NUDGE.value)
        return Spec(_("催办"), (nudge, found.fields[1]), key="N")
    return found


def read(name: str, fields: Iterable[Field], typed: Mapping[str, str]) -> dict[str, Any]:
    """The fields of command `name` as `saying.command` takes them. Raises Mistyped."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for f in fields:
        text = typed.get(f.name, "").strip()
        if f.required and not text:
            problems[f.name] = gettext("请填写“%(label)s”。") % {"label": f.label}
            continue
        try:
            value = _value(f, text)
        except ValueError as wrong:
            problems[f.name] = str(wrong)
            continue
        if value is not None:
            values[f.name] = value
    if problems:
        raise Mistyped(problems)
    return _shaped(name, values)


def _value(f: Field, text: str) -> Any:
    if f.kind == "tick":
        return bool(text)
    if not text:
        return None
    if f.name == "assignment":
        return int(text)
    if f.name in ("granted", "accepted"):
        return text == "1"
    if f.list:
        return names.code_of(f.list, text)
    if f.kind == "date":
        return closing_time(text)
    return text


def closing_time(text: str) -> str:
    """The end of office hours on the day `text` (ISO), with its zone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(gettext("请填写日期，例如 2026-12-01。")) from None
    calendar = present.city().calendar
    return datetime.combine(day, calendar.hours[-1][1], calendar.zone).isoformat()


def _shaped(name: str, values: dict[str, Any]) -> dict[str, Any]:
    if name in ("dispatch", "arbitrate"):
        co = [values.pop(k) for k in ("co1", "co2") if k in values]
        if co:
            values["co"] = co
    if name == "submit":
        complained = values.pop("complained_of", None)
        if complained:
            values["complained_of"] = [complained]
    if name == "reopen":
        values["cause"] = codes.ReopenCause.LOOK_BACK.value
    return values
