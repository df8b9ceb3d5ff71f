"""Photographs and papers of the requester's own (补充照片或材料): add one at a time, see what was added, download it.

The requester sees their own files alone; what a unit adds goes with its reply. A file is always handed over as a
download and never opened inside our pages (ASVS 5.0 V5.4)."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from minsheng.core import Refused
from minsheng.core.codes import State
from minsheng.core.order import Order
from minsheng.doors.frame import showing
from minsheng.doors.frame.fields import Field
from minsheng.doors.portal import asking, browser
from minsheng.respond import files, intake, reading

LABEL = _("补充照片或材料")
FIELDS = (
    Field(
        "photo",
        LABEL,
        kind="file",
        required=True,
        hint=_("图片（JPG、PNG、WebP、GIF）或 PDF，一次一份，不超过 10 MB。"),
    ),
)
_SEEN = _("办理的人可能会看到。照片里的拍摄地点会自动去除，PDF 原样保存。请不要拍身份证和银行卡。")
_SECRET = _("您要求保密：请不要拍到您本人、家门和车牌。照片里的拍摄地点会自动去除，PDF 原样保存。")
_INCOMPLETE = _("只加照片还不够：请再用“补充情况”写几句，我们才能接着办。")


def own(number: int) -> list[files.Stored]:
    """What the requester of order `number` has added, oldest first."""
    return [f for f in files.listed(number) if f.by == intake.RESIDENT.id]


@browser.proven
def photo(request: HttpRequest, no: str) -> HttpResponse:
    """One file, one button. The same file sent twice is kept once. Who comes from the receipt goes back to it."""
    sheet = reading.sheet(no, intake.RESIDENT)
    back = "portal:receipt" if request.GET.get("from") == "receipt" else "portal:order"
    if not sheet.order.state.open and request.method != "POST":
        return redirect(back, no=no)
    page = {
        "question": LABEL,
        "hint": _hint(sheet.order),
        "button": _("添加"),
        "upload": True,
        "back_href": reverse(back, args=[no]),
        "order": sheet.order,
    }
    if request.method != "POST":
        return asking.ask(request, page, FIELDS, {})
    given = request.FILES.get("photo")
    if given is None:
        return asking.ask(request, page, FIELDS, {}, {"photo": gettext("请先选择一张照片或一份 PDF。")})
    try:
        _keep(no, sheet.id, given)
    except Refused as refused:
        return asking.ask(request, page, FIELDS, {}, {"photo": gettext(refused.message)})
    messages.success(request, gettext("已添加 %(name)s。") % {"name": given.name}, extra_tags="good")
    return redirect(back, no=no)


def _hint(order: Order) -> str:
    hints = [_SECRET if order.secret else _SEEN]
    if order.state is State.INCOMPLETE:
        hints.insert(0, _INCOMPLETE)
    return ("" if showing.chinese() else " ").join(map(str, hints))


def _keep(no: str, number: int, given: UploadedFile) -> None:
    """Keep an upload unless it was kept before. Refused for a bad file."""
    name, content = given.name or "", given.read(files.LARGEST_BYTES + 1)
    namesakes = [f for f in own(number) if name.endswith(f.name)]
    if namesakes:
        same = files.clean(content)
        if any(files.fetch(no, f.id, intake.RESIDENT) == same for f in namesakes):
            return
    files.add(no, name, content, intake.RESIDENT)


@browser.proven
@require_safe
def fetch(request: HttpRequest, no: str, identity: str) -> HttpResponse:
    """One of the requester's own files, as a download. 404 for any other."""
    if identity not in {f.id for f in own(reading.sheet(no, intake.RESIDENT).id)}:
        raise Http404
    kind, body = files.fetch(no, identity, intake.RESIDENT)
    response = HttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{no}-{identity[:6]}.{kind.partition("/")[2]}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
