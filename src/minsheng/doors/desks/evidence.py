"""Evidence on the order page (证据材料): what was added, and adding to it. Who reads a reviewed copy sees no file of
the requester's own: a photograph may show who they are."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from minsheng.core import Actor, Refused
from minsheng.doors.frame.page import ORDER_ROLES, actor, staff
from minsheng.respond import files, reading
from minsheng.respond.casework import NotFound
from minsheng.respond.intake import RESIDENT


def seen(number: int, by: Actor) -> list[files.Stored]:
    """The files of an order that this reader may open."""
    own_words = not reading.reads_copy(by)
    return [f for f in files.listed(number) if own_words or f.by != RESIDENT.id]


@staff(ORDER_ROLES)
@require_POST
def add(request: HttpRequest, no: str) -> HttpResponse:
    """Keep the uploaded files with the order; a bad one is named and the others are kept."""
    by = actor(request)
    for given in request.FILES.getlist("files"):
        try:
            files.add(no, given.name or "", given.read(files.LARGEST_BYTES + 1), by)
        except Refused as refused:
            messages.error(request, f"{given.name}: {gettext(refused.message)}", extra_tags="bad")
        else:
            messages.success(request, gettext("已添加材料 %(name)s。") % {"name": given.name}, extra_tags="good")
    return redirect("order", no=no)


@staff(ORDER_ROLES)
def fetch(request: HttpRequest, no: str, identity: str) -> HttpResponse:
    """One file, as what its bytes are; a PDF is handed over, never shown inside our pages."""
    by = actor(request)
    number = reading.sheet(no, by).id
    found = next((f for f in seen(number, by) if f.id == identity), None)
    if found is None:
        raise NotFound(no)
    kind, body = files.fetch(no, identity, by)
    response = HttpResponse(body, content_type=kind)
    place = "inline" if kind.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = f'{place}; filename="{found.id}.{kind.partition("/")[2]}"'
    return response
