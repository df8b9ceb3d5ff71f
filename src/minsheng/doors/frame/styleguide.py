"""`/styleguide`: every component in the reader's language and theme, so that a new page finds what it needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from minsheng.doors.desks.telling import Told
from minsheng.doors.frame.fields import Field, filled
from minsheng.doors.frame.showing import LIGHTS, Light
from minsheng.ground import present


def page(request: HttpRequest) -> HttpResponse:
    """The guide. `portal` in the address shows the residents' sizes."""
    now = present.now()
    fields = filled(
        [
            Field("name", _("称呼"), "line", required=True),
            Field("text", _("诉求内容"), hint=_("发生了什么，在哪里。")),
            Field("lead", _("主办单位"), "unit", list="unit"),
            Field("kind", _("诉求类型"), "choices", options=[("a", _("求助")), ("b", _("投诉"))], value="a"),
            Field("phone", _("来电号码"), "tel", value="1381234"),
            Field("until", _("承诺办结日期"), "date"),
            Field("secret", _("诉求人要求保密"), "tick", value=True),
        ],
        {"phone": "1381234", "kind": "a", "secret": True},
        {"phone": _("号码应有 11 位，请检查。")},
    )
    proposal = {"label": _("集中供热"), "shown": "", "confidence": 0.94, "reason": _("停暖、暖气片")}
    said = [(_("进展"), _("已联系供热公司，今天下午到场。"))]
    timeline = [
        Told(now - timedelta(hours=5), _("登记"), _("诉求人"), "", [], []),
        Told(now - timedelta(hours=1), _("进展"), _("经办人"), _("4 小时"), [_("已联系诉求人")], said),
    ]
    given: dict[str, Any] = {
        "kind": "portal" if "portal" in request.GET else "staff",
        "fields": fields,
        "lights": [Light(k, s, w, _("还剩 3 小时")) for k, (s, w) in LIGHTS.items()],
        "proposal": proposal,
        "timeline": timeline,
        "chart": _chart(),
    }
    return render(request, "frame/styleguide.html", given)


def _chart() -> dict[str, Any]:
    values = [62, 64, 61, 67, 70, 69, 74, 78, 77, 81]
    points = [(i * 40, 120 - v) for i, v in enumerate(values)]
    return {
        "width": 460,
        "height": 130,
        "base": 120,
        "band": (40, 25),
        "points": " ".join(f"{x},{y}" for x, y in points),
        "end": (points[-1][0] + 8, points[-1][1] + 4),
        "label": "81 %",
        "says": _("十周来的解决率从 62 % 升到 81 %，带子是控制限。"),
    }
