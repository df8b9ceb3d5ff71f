"""The form of each command of the monthly session (月调度表单), and how what is typed becomes the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core.calendar import Term
from minsheng.core.codes import Card
from minsheng.core.order import UnitRef
from minsheng.core.session import Attendee, Evidence, Obstacle, Registration, Topic
from minsheng.core.session import commands as say
from minsheng.core.session.codes import ListKind, MechanismKind, Presence, Source, Support
from minsheng.doors.desks.forms import Mistyped, of, read
from minsheng.doors.frame.fields import Field
from minsheng.ground import present

Given = Mapping[str, Any]
_ITEM = Field("item", kind="hidden")
_REASONS = Field("reasons", _("理由"), required=True)
_TERMS = (("3wd", _("3 个工作日")), ("5wd", _("5 个工作日")), ("10wd", _("10 个工作日")), ("20wd", _("20 个工作日")))
_TERM = Field("term", _("期限"), "select", required=True, options=lambda: _TERMS)
_ORDERS = Field("orders", _("相关工单"), rows=2, hint=_("一行一个单号，可不填。"))


@dataclass(frozen=True, slots=True)
class Spec:
    """A command's form, and how what was read becomes the command."""

    title: Any
    fields: tuple[Field, ...]
    make: Callable[[Given], say.AnyCommand]
    key: str = ""
    grave: bool = False


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def _unit(code: str) -> UnitRef:
    found = present.unit_ref(code)
    assert found is not None, "the form takes only units of the city"
    return found


def _several(given: Given, *names: str) -> tuple[str, ...]:
    return tuple(given[n] for n in names if given.get(n))


def _propose(g: Given) -> say.AnyCommand:
    evidence = (Evidence(Support.DATA, gettext("提出时的依据"), g["basis"]),) if g.get("basis") else ()
    return say.Propose(
        "?",
        g["title"],
        Source(g["source"]),
        _several(g, "category", "category2"),
        _several(g, "area", "area2", "area3"),
        _lines(g.get("problems")),
        evidence,
    )


def _evidence(g: Given) -> say.AnyCommand:
    return say.AddEvidence(
        Evidence(Support(g["kind"]), g["title"], g.get("text", ""), g.get("reference", ""), (), _lines(g.get("orders")))
    )


def _dissect(g: Given) -> say.AnyCommand:
    return say.Dissect(Obstacle(g["order"], g.get("waited", ""), g.get("rule", ""), g["obstacle"]))


def _register(g: Given) -> say.AnyCommand:
    return say.Register(
        Registration(
            _several(g, "category", "category2"),
            _several(g, "area", "area2", "area3"),
            g["start"][:10],
            int(g["before"]),
            int(g["after"]),
            siblings=_several(g, "sibling", "sibling2"),
            selection=g.get("selection", ""),
        )
    )


def _give(g: Given) -> say.AnyCommand:
    return say.GiveItem(
        ListKind(g["list"]),
        g["title"],
        _unit(g["unit"]),
        _unit(g["verifier"]),
        Term.parse(g["term"]),
        _several(g, "with1"),
        _lines(g.get("orders")),
    )


_CATEGORIES = (
    Field("category", _("诉求类别"), "category", required=True, list="category"),
    Field("category2", _("诉求类别（另一类）"), "category", list="category"),
)
_AREAS = (
    Field("area", _("区域"), "area", required=True, list="area"),
    Field("area2", _("区域（第二个）"), "area", list="area"),
    Field("area3", _("区域（第三个）"), "area", list="area"),
)
_SELECTIONS = (
    ("worst", _("上月最多的地方")),
    ("rising", _("预警或聚集的地方")),
    ("seasonal", _("往年同期反复的地方")),
    ("asked", _("批示或群众提出")),
    ("random", _("随机抽取")),
)

PROPOSE = Spec(
    _("提出议题"),
    (
        Field("title", _("议题名称"), "line", required=True),
        Field("source", _("议题来源"), "select", required=True, options=of(Source)),
        *_CATEGORIES,
        *_AREAS,
        Field("problems", _("问题清单草稿"), hint=_("一行一个问题。")),
        Field("basis", _("依据"), hint=_("哪些数据、哪份批示；可以以后补充。")),
    ),
    _propose,
)
TOPIC: dict[str, Spec] = {
    "add_evidence": Spec(
        _("补充支撑材料"),
        (
            Field("kind", _("哪一种"), "choices", required=True, options=of(Support)),
            Field("title", _("材料名称"), "line", required=True),
            Field("text", _("内容"), hint=_("不要写群众的姓名、电话和门牌号。")),
            Field("reference", _("出处"), "line"),
            _ORDERS,
        ),
        _evidence,
        "E",
    ),
    "dissect": Spec(
        _("解剖麻雀"),
        (
            Field("order", _("工单单号"), "line", required=True),
            Field("waited", _("在哪里等、等了多久"), "line"),
            Field("rule", _("卡在哪条规定"), "line"),
            Field("obstacle", _("体制机制障碍"), required=True),
        ),
        _dissect,
    ),
    "choose": Spec(
        _("选为议题"),
        (
            Field("month", _("月份"), "line", required=True, hint=_("例如 2026-11；该月月调度须已开启。")),
            Field("reasons", _("选题理由"), required=True),
            Field("lead", _("牵头单位"), "unit", required=True, list="unit"),
            Field("with1", _("配合单位"), "unit", list="unit"),
            Field("with2", _("配合单位（第二个）"), "unit", list="unit"),
        ),
        lambda g: say.Choose(g["month"], g["reasons"], g["lead"], _several(g, "with1", "with2")),
        "C",
    ),
    "decline": Spec(_("本次不选"), (_REASONS,), lambda g: say.Decline(g["reasons"]), grave=True),
    "register": Spec(
        _("登记成效的量法"),
        (
            *_CATEGORIES,
            *_AREAS,
            Field("start", _("措施从哪天开始"), "date", required=True),
            Field("before", _("之前看几周"), "number", required=True, value="78"),
            Field("after", _("之后看几周"), "number", required=True, value="13"),
            Field("sibling", _("可能被转移到的类别"), "category", list="category"),
            Field("sibling2", _("可能被转移到的类别（另一类）"), "category", list="category"),
            Field(
                "selection",
                _("这些地方是怎样选出来的"),
                "select",
                required=True,
                options=lambda: _SELECTIONS,
                hint=_("登记后不能更改：量法、日子和摘要会永久留存。"),
            ),
        ),
        _register,
        "G",
    ),
    "give_item": Spec(
        _("列入清单并交办"),
        (
            Field("list", _("清单"), "choices", required=True, options=of(ListKind)),
            Field("title", _("要做什么"), required=True, rows=2),
            Field("unit", _("责任单位"), "unit", required=True, list="unit"),
            Field(
                "verifier",
                _("核验单位"),
                "unit",
                required=True,
                list="unit",
                hint=_("不能是责任单位本身或它的上下级。"),
            ),
            Field("with1", _("配合单位"), "unit", list="unit"),
            _TERM,
            _ORDERS,
        ),
        _give,
        "T",
    ),
    "carry_over": Spec(
        _("转入下月"),
        (Field("month", _("转入哪个月"), "line", required=True, hint=_("例如 2026-12")), _REASONS),
        lambda g: say.CarryOver(g["month"], g["reasons"]),
    ),
    "end": Spec(
        _("闭环"),
        (Field("reasons", _("办成了什么"), required=True),),
        lambda g: say.End(g["reasons"]),
        "Z",
    ),
}
ITEM: dict[str, Spec] = {
    "sign_item": Spec(_("签收"), (_ITEM,), lambda g: say.SignItem(int(g["item"])), "S"),
    "report_item": Spec(
        _("报送进展"),
        (
            _ITEM,
            Field("text", _("做了什么，有什么证明"), required=True),
            Field("done", _("已经办完，请核验单位核验"), "tick"),
        ),
        lambda g: say.ReportItem(int(g["item"]), g["text"], bool(g.get("done"))),
        "R",
    ),
    "verify_item": Spec(
        _("核验"),
        (
            _ITEM,
            Field(
                "accepted",
                _("结论"),
                "choices",
                required=True,
                options=lambda: [("1", gettext("属实，销号")), ("0", gettext("退回再办"))],
            ),
            Field("text", _("看到了什么"), required=True),
        ),
        lambda g: say.VerifyItem(int(g["item"]), g["accepted"], g["text"]),
        "V",
    ),
    "card_item": Spec(
        _("亮牌督办"),
        (_ITEM, Field("card", _("督办"), "select", required=True, options=of(Card)), Field("text", _("说明"), rows=2)),
        lambda g: say.CardItem(int(g["item"]), Card(g["card"]), g.get("text", "")),
    ),
    "extend_item": Spec(
        _("延期"),
        (_ITEM, _TERM, _REASONS),
        lambda g: say.ExtendItem(int(g["item"]), Term.parse(g["term"]), g["reasons"]),
    ),
}
OPEN = Spec(
    _("开启月调度"),
    (
        Field("month", _("月份"), "line", required=True, hint=_("例如 2026-11")),
        Field("chair", _("主持人"), "line", required=True),
        Field("held_on", _("哪天召开"), "date", required=True),
    ),
    lambda g: say.OpenSession(g["month"], g["chair"], g["held_on"][:10]),
)
SESSION: dict[str, Spec] = {
    "attend": Spec(
        _("登记参会"),
        (
            Field("presence", _("参会方式"), "choices", required=True, options=of(Presence)),
            *(Field(f"unit{i}", _("单位"), "unit", list="unit", required=i == 1) for i in (1, 2, 3)),
        ),
        lambda g: say.Attend(
            tuple(Attendee(u, Presence(g["presence"])) for u in _several(g, "unit1", "unit2", "unit3"))
        ),
        "A",
    ),
    "minute": Spec(
        _("记入纪要"), (Field("text", _("纪要"), required=True, rows=5),), lambda g: say.Minute(g["text"]), "M"
    ),
    "close_session": Spec(_("散会归档"), (), lambda _given: say.CloseSession(), grave=True),
}
ADOPT = Spec(
    _("机制入库"),
    (
        Field("kind", _("种类"), "choices", required=True, options=of(MechanismKind)),
        Field("title", _("名称"), "line", required=True),
        Field("text", _("内容"), required=True, rows=6),
        Field("basis", _("文件名称、文号或法律依据"), "line", required=True),
        Field("scope", _("适用范围"), "line"),
        Field("valid_from", _("生效日期"), "date", required=True),
        Field("valid_to", _("失效日期"), "date"),
        Field("topic", _("来自哪个议题"), "line"),
        Field("category", _("诉求类别"), "category", list="category"),
        _ORDERS,
    ),
    lambda g: say.Adopt(
        "?",
        MechanismKind(g["kind"]),
        g["title"],
        g["text"],
        g["basis"],
        g.get("scope", ""),
        g["valid_from"][:10],
        g["valid_to"][:10] if g.get("valid_to") else None,
        g.get("topic"),
        _lines(g.get("orders")),
        _several(g, "category"),
    ),
)
MECHANISM: dict[str, Spec] = {
    "reuse": Spec(
        _("用于另一议题"), (Field("topic", _("议题编号"), "line", required=True),), lambda g: say.Reuse(g["topic"])
    ),
    "retire": Spec(
        _("废止"), (Field("reason", _("原因"), required=True),), lambda g: say.Retire(g["reason"]), grave=True
    ),
}


def command(name: str, spec: Spec, typed: Mapping[str, str]) -> say.AnyCommand:
    """What was typed, as the command. Raises Mistyped."""
    given = read(name, spec.fields, typed)
    try:
        return spec.make(given)
    except ValueError as wrong:
        raise Mistyped({"": gettext("有一格填的不是选项或数字，请检查：%(what)s") % {"what": wrong}}) from wrong


def beginning(name: str, topic: Topic) -> dict[str, Any]:
    """What a form begins with: what stands on the topic already."""
    from minsheng.doors.desks.names import shown

    if name == "choose":
        return {"month": present.policy(present.now()).calendar.local_date(present.now()).strftime("%Y-%m")}
    if name != "register":
        return {}
    categories = [shown("category", c) for c in topic.categories[:2]]
    areas = [shown("area", a) for a in topic.areas[:3]]
    start = present.policy(present.now()).calendar.local_date(present.now()) + timedelta(days=7)
    return {
        **dict(zip(("category", "category2"), categories, strict=False)),
        **dict(zip(("area", "area2", "area3"), areas, strict=False)),
        "start": start.isoformat(),
        "before": "78",
        "after": "13",
    }
