"""How the residents' door asks (提问): one question a page, answers checked in words that say what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.doors.frame.fields import Field, filled
from minsheng.respond.learning.kind import danger_in
from minsheng.respond.learning.texts import Message

LONGEST = {"name": 64, "phone": 32, "address": 500}
LONGEST_TEXT = 10_000
"""Characters; the longest text fits into a draft whatever it is made of."""
_PHONE = re.compile(r"[0-9+() \-]*")


def typed(request: HttpRequest, fields: Iterable[Field]) -> dict[str, str]:
    """What was typed into `fields`, trimmed; browsers' line ends made one, full-width digits of a number made plain."""
    values = {}
    for field in fields:
        value = request.POST.get(field.name, "").replace("\r\n", "\n").strip()
        values[field.name] = unicodedata.normalize("NFKC", value) if field.kind == "tel" else value
    return values


def wrong(fields: Iterable[Field], values: Mapping[str, str], missing: Mapping[str, Any]) -> dict[str, str]:
    """Field → what is wrong with it and what to do; `missing` says it for fields that were left empty."""
    problems = {}
    for field in fields:
        value, longest = values.get(field.name, ""), LONGEST.get(field.name, LONGEST_TEXT)
        if field.required and not value:
            problems[field.name] = str(missing.get(field.name, _("请填写这一项。")))
        elif "\0" in value:
            problems[field.name] = gettext("里面有不能保存的字符，请删去后重写。")
        elif len(value) > longest:
            problems[field.name] = gettext("写得太长了，请缩短到 %(n)d 字以内。") % {"n": longest}
        elif field.kind == "tel" and not _PHONE.fullmatch(value):
            problems[field.name] = gettext("电话里只能有数字、空格、+、- 和括号，请检查。")
        elif field.kind == "choices" and value and value not in {str(code) for code, _label in options(field)}:
            problems[field.name] = str(missing.get(field.name, _("请从下面选一项。")))
    return problems


def options(field: Field) -> Any:
    """The answers that a field offers."""
    return field.options() if callable(field.options) else field.options


def danger(text: str) -> str:
    """The number (110, 119, 120) to be shown before anything else when `text` tells of an emergency, else nothing."""
    found = danger_in(Message(body=text))
    return found.number if found else ""


def ask(
    request: HttpRequest,
    given: Mapping[str, Any],
    fields: Iterable[Field],
    values: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    *,
    status: int = 422,
) -> HttpResponse:
    """The page that asks `fields`: with `problems` they are named at the top and at their fields (`status`)."""
    asked = filled(fields, values, problems)
    named = [(f.id, f.problem) for f in asked if f.problem]
    # A problem that belongs to no field (a refusal) is named at the top alone.
    named += [("main", p) for name, p in (problems or {}).items() if name not in {f.name for f in asked}]
    page = {
        **given,
        "fields": asked,
        "problems": named,
        "alone": len(asked) == 1 and str(asked[0].label) == str(given["question"]),
    }
    return render(request, "portal/ask.html", page, status=status if named else 200)
