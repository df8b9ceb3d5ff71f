"""Names typed for codes (名称识别): units, categories and places are typed with a list to choose from; what is typed
is understood as a code, a full name, or a part that only one name has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from minsheng.doors.frame import showing
from minsheng.doors.frame.page import staff
from minsheng.ground import present

MOST = 20
KINDS = ("unit", "category", "area")


def _rows(kind: str) -> Mapping[str, Any]:
    pack = present.city()
    if kind == "unit":
        return {c: u for c, u in pack.units.items() if u.level > 1}
    if kind == "category":
        return {c.code: c for c in pack.taxonomy.leaves}
    return pack.areas


def shown(kind: str, code: str | None) -> str:
    """How a chosen code stands in its field: 文峰区教育局 [ay-wenfeng-edu]; a category with the one above it."""
    row = _rows(kind).get(code or "")
    if row is None:
        return code or ""
    if kind == "area":
        name = showing.area_name(row.code)
    elif kind == "category":
        name = " / ".join(showing.name_of(c) for c in present.city().taxonomy.path(row.code)[1:])
    else:
        name = showing.name_of(row)
    return f"{name} [{row.code}]"


def code_of(kind: str, typed: str) -> str:
    """The code that `typed` means. ValueError says what to do when it means none or several."""
    typed, rows = typed.strip(), _rows(kind)
    if typed.endswith("]") and "[" in typed:
        typed = typed[typed.rindex("[") + 1 : -1].strip()
    if typed in rows:
        return typed
    exact = [c for c, r in rows.items() if typed in (r.name, r.name_en)]
    found = exact or [c for c, r in rows.items() if typed.lower() in f"{r.name}\n{r.name_en}".lower()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError(gettext("没有名称含“%(typed)s”的条目，请换个写法或从列表中选。") % {"typed": typed})
    some = "、".join(shown(kind, c) for c in found[:5])
    raise ValueError(gettext("有 %(n)d 个符合，请写全：%(some)s") % {"n": len(found), "some": some})


def matching(kind: str, typed: str) -> list[str]:
    """At most 20 names that hold all parts of `typed`, those that begin with it first."""
    parts = typed.lower().split()
    found: list[tuple[bool, bool, int, str]] = []
    for code, row in _rows(kind).items():
        words = " ".join((code, row.name, row.name_en, *getattr(row, "keywords", ()))).lower()
        if all(p in words for p in parts):
            found.append((not row.name.startswith(typed), not all(p in row.name for p in parts), len(found), code))
    return [shown(kind, code) for *_, code in sorted(found)[:MOST]]


@staff()
def names(request: HttpRequest, kind: str) -> HttpResponse:
    """The names that a field's list offers for what is typed so far."""
    if kind not in KINDS:
        return JsonResponse([], safe=False, status=404)
    return JsonResponse(matching(kind, request.GET.get("q", "")[:100]), safe=False)
