"""Following one's own request (查询): number and code once, then its page in plain words."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from minsheng.doors.account.receipts import shown
from minsheng.doors.frame.fields import Field
from minsheng.doors.portal import acting, adding, asking, browser, progress, replies
from minsheng.respond import casework, intake, reading, tries

FIELDS = (
    Field("no", _("单号"), kind="line", required=True, hint=_("写在回执上，前面是字母，后面是数字")),
    Field("code", _("查询码"), kind="line", required=True, hint=_("写在回执上，10 个字母和数字，大小写都行")),
)
_MISSING = {"no": _("请填写单号。"), "code": _("请填写查询码。")}


def track(request: HttpRequest) -> HttpResponse:
    """Number and code. The code comes in the body of a POST; wrong ones are counted by order, ten an hour."""
    page = {"question": _("查询办理进度"), "button": _("查询"), "mine": browser.mine(request), "kind": "track"}
    if request.method != "POST":
        return asking.ask(request, page, FIELDS, {"no": request.GET.get("no", "")[:40]})
    values = {name: _plain(value) for name, value in asking.typed(request, FIELDS).items()}
    problems = asking.wrong(FIELDS, values, _MISSING)
    if problems:
        return asking.ask(request, page, FIELDS, {"no": values["no"]}, problems)
    no, what = values["no"], f"code/{values['no']}"
    if not tries.may_try(what):
        said = gettext("这个单号一小时内试错太多次。请一小时后再试，或拨打 12345。")
        return asking.ask(request, page, FIELDS, {"no": no}, {"code": said}, status=429)
    if not intake.code_fits(no, values["code"]) or not _exists(no):
        tries.failed(what)
        said = gettext("没有找到。请核对单号和查询码；忘记了请拨打 12345。")
        return asking.ask(request, page, FIELDS, {"no": no}, {"code": said}, status=404)
    if request.session.session_key:
        request.session.cycle_key()  # whoever planted the old name in this browser reads nothing
    browser.prove(request, no)
    return redirect("portal:order", no=no)


def _plain(text: str) -> str:
    """As it is printed: no spaces, half-width, capital letters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()[:40]


def _exists(no: str) -> bool:
    try:
        casework.view(no, intake.RESIDENT)
    except casework.NotFound:
        return False
    return True


@browser.proven
@require_safe
def order(request: HttpRequest, no: str) -> HttpResponse:
    """Where it stands, what has happened, who looked, and what one can do now."""
    sheet = reading.sheet(no, intake.RESIDENT)
    page = {
        "sheet": sheet,
        "order": sheet.order,
        "standing": progress.standing(sheet),
        "story": progress.story(sheet, replies.by_review(no)),
        "looked": progress.who_looked(sheet),
        "files": adding.own(sheet.id),
        "offers": acting.offers(sheet),
        "promised": progress.until(sheet.order.promised),
        "danger": request.session.pop("danger", ""),
    }
    return render(request, "portal/order.html", page)


@browser.proven
@require_safe
def receipt(request: HttpRequest, no: str) -> HttpResponse:
    """Number, code, what happens next with dates, how to come back; made to be printed or copied."""
    sheet = reading.sheet(no, intake.RESIDENT)
    dispatch = datetime.fromisoformat(sheet.lines[0].data["due"])
    page = {
        "order": sheet.order,
        "code": intake.code_of(no),
        "dispatch": progress.until(dispatch),
        "reply": progress.until(sheet.order.promised),
        "danger": asking.danger(sheet.text),
        "given": shown(request, no),
    }
    return render(request, "portal/receipt.html", page)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget everything that this browser has proven or typed (a computer that others use)."""
    browser.drop_all(request)
    messages.success(request, gettext("这台设备上的查询记录已经清除。"), extra_tags="good")
    return redirect("portal:home")
