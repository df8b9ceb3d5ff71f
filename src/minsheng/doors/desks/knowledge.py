"""Knowledge at hand (知识库): search, read, and for its editor write and import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core.codes import Role
from minsheng.doors.desks import forms, names
from minsheng.doors.frame.fields import Field, filled
from minsheng.doors.frame.page import actor, not_found, show, staff
from minsheng.respond import knowledge

EDITORS = frozenset({Role.KNOWLEDGE_EDITOR, Role.ADMINISTRATOR})
LARGEST = 5 * 1024 * 1024
FIELDS = (
    Field("title", _("标题"), "line", required=True),
    Field("content", _("内容"), required=True, rows=12),
    Field("keywords", _("关键词"), "line", hint=_("用空格分开，居民常说的词写在这里。")),
    Field("category", _("诉求类别"), "category", list="category"),
    Field("unit", _("答复来源单位"), "unit", list="unit"),
    Field("valid_until", _("有效期至"), "date"),
)


@staff()
def search(request: HttpRequest) -> HttpResponse:
    """Entries by words, the newest without."""
    query = request.GET.get("q", "").strip()[:200].replace("\0", "")
    words = list(dict.fromkeys([*query.split(), *knowledge.words_in(query)])) if query else []
    given = {"words": query, "entries": knowledge.search(words), "editor": actor(request).role in EDITORS}
    return show(request, "desks/knowledge.html", given)


@staff()
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry in its newest version."""
    found = knowledge.entry(number)
    if found is None:
        return not_found(request)
    return show(request, "desks/entry.html", {"entry": found, "editor": actor(request).role in EDITORS})


@staff(EDITORS)
def edit(request: HttpRequest, number: int = 0) -> HttpResponse:
    """Write an entry, or the next version of one."""
    standing = knowledge.entry(number) if number else None
    if number and standing is None:
        return not_found(request)
    if request.method != "POST":
        return _form(request, standing, _values(standing), {})
    typed = request.POST.dict()
    try:
        kept = knowledge.save(_given(typed, standing), actor(request).id)
    except forms.Mistyped as wrong:
        return _form(request, standing, typed, wrong.problems, 422)
    except knowledge.Invalid as invalid:
        return _form(request, standing, typed, {f: gettext(p) for f, p in invalid.problems.items()}, 422)
    messages.success(request, gettext("已保存为第 %(n)d 版。") % {"n": kept.version}, extra_tags="good")
    return redirect("entry", number=kept.id)


@staff(EDITORS)
def take_in(request: HttpRequest) -> HttpResponse:
    """Import a CSV."""
    given: dict[str, Any] = {}
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or (file.size or 0) > LARGEST:
                raise knowledge.Invalid({"file": "请选择一个不超过 5 MB 的 CSV 文件。"})
            given["done"] = knowledge.import_csv(file.read(), actor(request).id)
        except knowledge.Invalid as invalid:
            given["problem"] = " ".join(gettext(p) for p in invalid.problems.values())
    return show(request, "desks/take_in.html", given, 422 if "problem" in given else 200)


def _form(
    request: HttpRequest,
    standing: knowledge.Entry | None,
    values: Mapping[str, Any],
    problems: Mapping[str, str],
    status: int = 200,
) -> HttpResponse:
    given = {"entry": standing, "fields": filled(FIELDS, values, problems), "problems": list(problems.values())}
    return show(request, "desks/edit.html", given, status)


def _values(standing: knowledge.Entry | None) -> dict[str, Any]:
    if standing is None:
        return {}
    return {
        "title": standing.title,
        "content": standing.content,
        "keywords": standing.keywords,
        "category": names.shown("category", standing.category),
        "unit": names.shown("unit", standing.unit),
        "valid_until": standing.valid_until.isoformat() if standing.valid_until else "",
    }


def _given(typed: Mapping[str, str], standing: knowledge.Entry | None) -> knowledge.Entry:
    given = forms.read("knowledge", [f for f in FIELDS if f.kind != "date"], typed)
    until = typed.get("valid_until", "").strip()
    try:
        ends = date.fromisoformat(until) if until else None
    except ValueError:
        raise forms.Mistyped({"valid_until": gettext("请填写日期，例如 2026-12-01。")}) from None
    return knowledge.Entry(
        standing.id if standing else 0,
        standing.version if standing else 0,
        given["title"],
        given["content"],
        given.get("category"),
        given.get("unit"),
        given.get("keywords") or "",
        standing.kind if standing else "guide",
        ends,
    )
